"""Which OpenGL the process uses: pictures are drawn by EGL, whatever the environment variables ask for.

`import mujoco` reads MUJOCO_GL and loads what it names; an unknown name, or a library that is not there, ends the import with an
error of another package. PyOpenGL serves one platform a process, named by PYOPENGL_PLATFORM. So both are settled before the first
import of mujoco: by the package's own `__init__`, which every entry passes.
"""

from __future__ import annotations

import ctypes
import os
import sys

MUJOCO_GL, PYOPENGL_PLATFORM = "MUJOCO_GL", "PYOPENGL_PLATFORM"
HARMLESS = ("", "glfw", "glx", "enable", "enabled", "on", "true", "1", "disable", "disabled", "off", "false", "0")
"""Values of MUJOCO_GL with which mujoco can be imported anywhere, and which leave EGL to us."""
EGL = "libEGL.so.1"

_replaced: dict[str, str] = {}
"""Variable -> the value that was found and not used."""


def _asked(variable: str) -> str:
    return os.environ.get(variable, "").lower().strip()


def has_egl(library: str = EGL) -> bool:
    """Whether the EGL library can be loaded."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def settle_opengl() -> None:
    """Replaces values of MUJOCO_GL and PYOPENGL_PLATFORM that would break the import of mujoco or drawing by EGL.

    Does nothing off Linux, and nothing to what a program has imported already. `opengl_note` says what was replaced.
    """
    if sys.platform != "linux":
        return
    wanted = _asked(MUJOCO_GL)
    if "mujoco" not in sys.modules and wanted not in HARMLESS:
        found = has_egl()
        if wanted != "egl" or not found:
            _replaced[MUJOCO_GL] = os.environ[MUJOCO_GL]
            os.environ[MUJOCO_GL] = "egl" if found else "disable"
    if "OpenGL" not in sys.modules and _asked(PYOPENGL_PLATFORM) not in ("", "egl"):
        _replaced[PYOPENGL_PLATFORM] = os.environ[PYOPENGL_PLATFORM]
        os.environ[PYOPENGL_PLATFORM] = "egl"


def opengl_conflict() -> str:
    """One line that names the variable which keeps EGL from working in this process, with the remedy; empty where none does."""
    if _asked(PYOPENGL_PLATFORM) not in ("", "egl"):
        return f"{PYOPENGL_PLATFORM} was {os.environ[PYOPENGL_PLATFORM]!r} when OpenGL was imported: expected egl; unset it, or import homebody first"
    return ""


def opengl_note() -> str:
    """What of the environment was not used, in one line; empty where all was. For `homebody doctor`."""
    return "; ".join(f"{name}={value} is not used: homebody draws by EGL" for name, value in _replaced.items())
