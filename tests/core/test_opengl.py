"""Whatever the environment asks of OpenGL, the package imports and draws by EGL, or names the variable."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

DRAW = """
from homebody.envs.engine import HouseholdVectorEnv
from homebody.core.opengl import opengl_note
env = HouseholdVectorEnv("open_drawer", 1, cameras=("scene",), image_size=16, threads=1)
print(env.reset(seed=0)[0]["scene"].std() > 5, "|", opengl_note())
"""


def run(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("MUJOCO_GL", "PYOPENGL_PLATFORM")}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env={**kept, **variables})


@pytest.mark.parametrize(
    ("variables", "note"),
    [
        ({"MUJOCO_GL": "osmesa"}, "MUJOCO_GL=osmesa is not used: homebody draws by EGL"),
        ({"MUJOCO_GL": "foo", "PYOPENGL_PLATFORM": "osmesa"}, "MUJOCO_GL=foo is not used: homebody draws by EGL; PYOPENGL_PLATFORM=osmesa is not"),
        pytest.param({"MUJOCO_GL": "egl"}, "", marks=pytest.mark.slow),
        pytest.param({"MUJOCO_GL": "disable"}, "", marks=pytest.mark.slow),
        pytest.param({"MUJOCO_GL": "glfw"}, "", marks=pytest.mark.slow),
        pytest.param({}, "", marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_pictures_are_drawn_whatever_the_variables_say(variables: dict[str, str], note: str) -> None:
    done = run(DRAW, **variables)
    assert done.returncode == 0, done.stderr[-500:]
    drawn, said = done.stdout.strip().split(" |")
    assert drawn == "True" and note in said and bool(note) == bool(said.strip())


@pytest.mark.parametrize("module", ["homebody.cli.main", "homebody.teleop.drive"])
def test_every_entry_settles_it_before_mujoco_is_imported(module: str) -> None:
    done = run(f"import {module}; import mujoco", MUJOCO_GL="osmesa")
    assert done.returncode == 0, done.stderr[-500:]


def test_a_program_that_chose_another_platform_first_gets_one_line() -> None:
    first = "import OpenGL\nfrom homebody.core.errors import HomebodyError\ntry:\n    "
    code = first + DRAW.strip().replace("\n", "\n    ") + "\nexcept HomebodyError as error:\n    print(error)"
    done = run(code, PYOPENGL_PLATFORM="osmesa")
    assert "PYOPENGL_PLATFORM was 'osmesa' when OpenGL was imported: expected egl" in done.stdout and done.stdout.count("\n") == 1
