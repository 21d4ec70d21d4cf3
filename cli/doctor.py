"""What works here, what is missing and how to get it; `homebody doctor` prints it.

Only the standard library is imported at the top: the report must come whatever is missing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from ..core.errors import HomebodyError
from ..core.files import write_text
from ..core.opengl import EGL, has_egl, opengl_note
from . import extras

GL_REMEDY = "install it with `apt-get install -y libegl1 libgl1 libgl1-mesa-dri`"
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


def require_gl(library: str = EGL) -> None:
    """Raises HomebodyError with the remedy where rendering cannot work."""
    if not has_egl(library):
        raise HomebodyError(f"OpenGL library {library} not found: {GL_REMEDY}, then see `homebody doctor`")


def check_python() -> Check:
    ok = sys.version_info >= (3, 11)
    return Check(name="python", ok=ok, detail=sys.version.split()[0], remedy="" if ok else "use Python 3.11 or newer")


def check_packages() -> Check:
    """The run-time dependencies, as the package's own metadata names them."""
    try:
        faults, wanted = extras.faults(), extras.requirements()
    except HomebodyError as error:
        return Check(name="packages", ok=False, detail=str(error), remedy="run `make install`")
    if faults:
        return Check(name="packages", ok=False, detail="not here: " + ", ".join(map(str, faults)), remedy="`make install` brings them")
    there = ", ".join(f"{name} {metadata.version(name)}" for name in sorted({r.name for r in wanted if not r.extra}))
    missing = {name: found for name in extras.extras() if (found := extras.faults(name))}
    here = [name for name in extras.extras() if name not in missing]
    detail = f"{there}; extras: {', '.join(here) or 'none'}"
    if not missing:
        return Check(name="packages", ok=True, detail=detail)
    lacks = "; ".join(f"{name} lacks {', '.join(map(str, found))}" for name, found in missing.items())
    return Check(
        name="packages", ok=True, detail=f"{detail}; optional ones not installed: {lacks}",
        remedy=f"where you need them: pip install 'homebody[{','.join(missing)}]'",
    )  # fmt: skip


def check_gl() -> Check:
    if not has_egl():
        return Check(name="opengl", ok=False, detail=f"{EGL} not found", remedy=GL_REMEDY)
    environment = {**os.environ, "PYOPENGL_PLATFORM": "egl"}
    try:
        run = subprocess.run(
            [sys.executable, "-c", RENDERER_SCRIPT], capture_output=True, text=True, timeout=60, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        return Check(name="opengl", ok=False, detail="no answer within 60 s", remedy=GL_REMEDY)
    if run.returncode:
        said = (run.stderr.strip().splitlines() or ["no message"])[-1]
        remedy = "`make install` brings it" if said.startswith("ModuleNotFoundError") else GL_REMEDY
        return Check(name="opengl", ok=False, detail=said, remedy=remedy)
    renderer = run.stdout.strip()
    software = "llvmpipe" in renderer or "softpipe" in renderer
    detail = renderer + (" (software: pictures cost most of the time)" if software else "")
    return Check(name="opengl", ok=True, detail="; ".join(filter(None, (detail, opengl_note()))))


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


def all_checks() -> list[Check]:
    """Everything that is looked at, in the order of the report."""
    return [check_python(), check_packages(), check_gl(), check_cuda(), check_machine(), check_checkpoint()]


def examine(json_path: Path | None) -> int:
    """Looks, prints, writes `checks: [...]` where asked. Exit code 1 when something that Homebody needs is missing."""
    checks = all_checks()
    for c in checks:
        print(f"{'ok  ' if c.ok else 'FAIL'} {c.name:<11} {c.detail}" + (f"\n     remedy: {c.remedy}" if c.remedy else ""))
    if json_path:
        write_text(json_path, json.dumps({"checks": [asdict(c) for c in checks]}, indent=2) + "\n")
    return 0 if all(c.ok for c in checks) else 1


def without_tyro(words: Sequence[str]) -> int:
    """`doctor` where not even the parser of options is installed."""
    match [*words]:
        case []:
            return examine(None)
        case ["--json", path]:
            return examine(Path(path))
        case _:
            raise HomebodyError(f"doctor takes --json PATH: got {' '.join(words)!r}")
