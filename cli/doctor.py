"""`homebody doctor`: what works here, what is missing and how to get it."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import tyro

from ..core.errors import HomebodyError

GL_REMEDY = "install it with `apt-get install -y libegl1 libgl1 libgl1-mesa-dri`"
PACKAGES = ("mujoco", "numpy", "torch", "gymnasium", "zarr", "icechunk", "av", "opencv-python-headless", "safetensors", "tyro", "rich")
RENDERER_SCRIPT = """
from mujoco.egl import GLContext
context = GLContext(16, 16)
context.make_current()
from OpenGL import GL
print(GL.glGetString(GL.GL_RENDERER).decode())
"""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One finding."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def gl_missing(library: str = "libEGL.so.1") -> bool:
    """Whether the OpenGL library cannot be loaded."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return True
    return False


def require_gl(library: str = "libEGL.so.1") -> None:
    """Raises HomebodyError with the remedy where rendering cannot work."""
    if gl_missing(library):
        raise HomebodyError(f"OpenGL library {library} not found: {GL_REMEDY}, then see `homebody doctor`")


def check_python() -> Check:
    ok = sys.version_info >= (3, 11)
    return Check(name="python", ok=ok, detail=sys.version.split()[0], remedy="" if ok else "use Python 3.11 or newer")


def check_packages() -> Check:
    found, missing = [], []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    remedy = f"`make install` brings {', '.join(missing)}" if missing else ""
    return Check(name="packages", ok=not missing, detail=", ".join(found), remedy=remedy)


def check_gl() -> Check:
    if gl_missing():
        return Check(name="opengl", ok=False, detail="libEGL.so.1 not found", remedy=GL_REMEDY)
    environment = {**os.environ, "PYOPENGL_PLATFORM": "egl"}
    try:
        run = subprocess.run(
            [sys.executable, "-c", RENDERER_SCRIPT], capture_output=True, text=True, timeout=60, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        return Check(name="opengl", ok=False, detail="no answer within 60 s", remedy=GL_REMEDY)
    if run.returncode:
        return Check(name="opengl", ok=False, detail=(run.stderr.strip().splitlines() or ["no message"])[-1], remedy=GL_REMEDY)
    renderer = run.stdout.strip()
    software = "llvmpipe" in renderer or "softpipe" in renderer
    return Check(name="opengl", ok=True, detail=renderer + (" (software: pictures cost most of the time)" if software else ""))


def check_cuda() -> Check:
    try:
        import torch
    except ImportError:
        return Check(name="cuda", ok=True, detail="torch is not installed")
    if not torch.cuda.is_available():
        return Check(name="cuda", ok=True, detail="none: everything runs on the processor, training is slower")
    return Check(name="cuda", ok=True, detail=torch.cuda.get_device_name(0))


def check_machine() -> Check:
    free = shutil.disk_usage(".").free / 2**30
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    ok = free > 1 and memory > 3
    remedy = "" if ok else "expected 1 GiB of disk and 3 GiB of memory at least"
    return Check(name="machine", ok=ok, detail=f"{os.cpu_count()} cores, {memory:.0f} GiB memory, {free:.0f} GiB disk free", remedy=remedy)


def check_checkpoint() -> Check:
    from ..assets import checkpoint

    try:
        folder = checkpoint("homebody")
        size = (folder / "model.safetensors").stat().st_size / 2**20
    except HomebodyError as error:
        return Check(name="checkpoint", ok=False, detail=str(error), remedy="train one with `homebody train policy`")
    return Check(name="checkpoint", ok=True, detail=f"{folder.name}, {size:.1f} MiB")


CHECKS: tuple[Callable[[], Check], ...] = (check_python, check_packages, check_gl, check_cuda, check_machine, check_checkpoint)


def doctor(*, json_path: Annotated[Path | None, tyro.conf.arg(name="json")] = None) -> int:
    """Checks this machine. Exit code 1 when something that Homebody needs is missing.

    Args:
        json_path: Write `checks: [{name, ok, detail, remedy}]` there too.
    """
    checks = [check() for check in CHECKS]
    for c in checks:
        print(f"{'ok  ' if c.ok else 'FAIL'} {c.name:<11} {c.detail}" + (f"\n     remedy: {c.remedy}" if c.remedy else ""))
    if json_path:
        json_path.write_text(json.dumps({"checks": [asdict(c) for c in checks]}, indent=2))
    return 0 if all(c.ok for c in checks) else 1


COMMANDS = {"doctor": doctor}
