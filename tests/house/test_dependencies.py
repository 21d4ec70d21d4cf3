"""What the code imports is what the package declares; what is missing is named, in one line, before anything runs."""

from __future__ import annotations

import ast
import subprocess
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

import pytest
from homebody.cli import extras
from homebody.cli.doctor import check_packages
from homebody.cli.main import COMMANDS, EXTRAS, main
from homebody.core.errors import HomebodyError

ROOT = Path(__file__).parents[2]
ROOMS = ("core", "assets", "envs", "datasets", "policies", "world_model", "teleop", "benchmarks", "cli")
OPTIONAL = {
    "policies/rl": "rl", "policies/serving": "serve", "teleop/server.py": "teleop", "teleop/drive.py": "teleop", "cli/cluster.py": "ray",
}  # fmt: skip
"""Places that may import what an extra brings; everything else lives on the run-time dependencies."""
GUESTS = {
    "cli/robot.py": {"lerobot", "draccus"}, "benchmarks/peers/robosuite_speed.py": {"robosuite"},
    "benchmarks/peers/openpi_talk.py": {"openpi_client"},
}  # fmt: skip
"""Other projects, which run in their own environments or come with the user's robot."""
RUNTIME = sorted({r.name for r in extras.requirements() if not r.extra})


def modules_of(extra: str) -> set[str]:
    """Top modules that the requirements of an extra bring (the run-time ones for "")."""
    named = {r.name for r in extras.requirements() if r.extra == extra}
    return {m for m, owners in metadata.packages_distributions().items() if named & {extras.normalised(o) for o in owners}}


def foreign_imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {a.name.split(".")[0] for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names)


def test_every_import_is_a_declared_dependency_and_extras_stay_in_their_places() -> None:
    always, strange = modules_of(""), []
    for path in (p for room in ROOMS for p in (ROOT / room).rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        allowed = always | GUESTS.get(place, set())
        for prefix, extra in OPTIONAL.items():
            if place.startswith(prefix):
                allowed |= modules_of(extra)
        strange += [f"{place} imports {m}" for m in foreign_imports(path) - allowed]
    assert not strange


def test_every_declared_dependency_is_used() -> None:
    used = {m for room in ROOMS for p in (ROOT / room).rglob("*.py") for m in foreign_imports(p)} | {
        "packaging",
        "OpenGL",
    }  # by name: in doctor's own script, and where it may be missing
    for name in RUNTIME:
        modules = {m for m, owners in metadata.packages_distributions().items() if name in {extras.normalised(o) for o in owners}}
        assert modules & used, name


def without(name: str, folder: Path) -> Path:
    """A folder with everything that is installed here but one distribution, by links."""
    gone = {f.parts[0] for f in metadata.distribution(name).files or ()}
    folder.mkdir()
    for entry in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if entry.name not in gone and entry.suffix != ".pth":
            (folder / entry.name).symlink_to(entry)
    (folder / "homebody").symlink_to(ROOT) if not (folder / "homebody").exists() else None
    return folder


def run_without(name: str, folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Runs a line of Python where one distribution is not installed."""
    code = f"import sys; sys.path.append({str(without(name, folder / 'site'))!r}); {code}"
    return subprocess.run([sys.executable, "-S", "-P", "-c", code], capture_output=True, text=True, cwd=folder, check=False)


@pytest.mark.parametrize("name", RUNTIME)
def test_doctor_names_a_run_time_dependency_that_is_removed_and_fails(name: str, tmp_path: Path) -> None:
    run = run_without(name, tmp_path, "from homebody.cli import doctor; c = doctor.check_packages(); print(c.detail); sys.exit(c.ok)")
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{name} (missing)" in run.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNTIME)
def test_the_whole_doctor_exits_with_1_whichever_dependency_is_removed(name: str, tmp_path: Path) -> None:
    run = run_without(name, tmp_path, "from homebody.cli.main import main; sys.exit(main(['doctor']))")
    assert run.returncode == 1, run.stdout + run.stderr
    assert f"{name} (missing)" in run.stdout and "Traceback" not in run.stderr


def test_a_version_outside_its_range_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = (extras.parse_requirement("numpy<1.0,>=0.5"), extras.parse_requirement("no-such-thing>=2; extra == 'rl'"))
    monkeypatch.setattr(extras, "requirements", lambda package="homebody": wanted)
    assert [str(f) for f in extras.faults()] == [f"numpy ({metadata.version('numpy')} is not <1.0,>=0.5)"]
    assert [str(f) for f in extras.faults("rl")] == ["no-such-thing (missing)"]
    check = check_packages()
    assert not check.ok and "numpy" in check.detail and "make install" in check.remedy


def test_an_extra_of_a_dependency_is_followed_into_its_own_metadata(monkeypatch: pytest.MonkeyPatch) -> None:
    real = extras.requirements

    def requirements(package: str = "homebody") -> tuple[extras.Requirement, ...]:
        return real(package) if package == "homebody" else (extras.parse_requirement("no-such-part; extra == 'sysid'"),)

    monkeypatch.setattr(extras, "requirements", requirements)
    assert [str(f) for f in extras.faults("calibrate")] == ["no-such-part (missing)"]


@pytest.mark.parametrize("command", sorted(EXTRAS))
def test_a_command_whose_extra_is_missing_says_so_in_one_line_before_it_does_anything(
    command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(extras, "_fault", lambda requirement: "missing")
    assert main(command.split()) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: `homebody {command}` needs ") and f"pip install 'homebody[{EXTRAS[command]}]'" in error
    assert len(error.strip().splitlines()) == 1 and not list(tmp_path.iterdir())


def test_the_table_of_extras_names_commands_and_extras_that_there_are() -> None:
    assert set(EXTRAS) <= set(COMMANDS) and set(EXTRAS.values()) <= set(extras.extras())
    with pytest.raises(HomebodyError, match="unknown extra 'nothing': expected one of"):
        extras.require_extra("nothing", "this")


def test_a_module_that_is_not_there_is_named_with_what_brings_it() -> None:
    assert extras.missing_module("stable_baselines3.common") == (
        "stable_baselines3.common is not installed: pip install 'homebody[rl]', then see `homebody doctor`"
    )
    assert "`make install` brings it" in extras.missing_module("cv2")
