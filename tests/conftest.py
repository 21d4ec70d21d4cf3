"""What every test may rely on, however the test run was started."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@pytest.fixture(autouse=True, scope="session")
def signals_as_in_a_terminal() -> Iterator[None]:
    """A background job of a shell ignores SIGINT, and so would all that it starts: tests that interrupt set what they need."""
    before = {s: signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    for s, handler in before.items():
        signal.signal(s, handler)


@dataclass(frozen=True, kw_only=True)
class Disk:
    """A small file system of its own, which a test fills up and empties."""

    path: Path

    @property
    def ballast(self) -> Path:
        return self.path / "ballast"

    def fill(self, left: int = 0) -> None:
        """Leaves `left` bytes at most."""
        with self.ballast.open("ab") as file:
            try:
                while (free := shutil.disk_usage(self.path).free) > left:
                    file.write(b"\0" * min(free - left, 1 << 20))
                    file.flush()
            except OSError:
                return  # somebody else took the rest

    def make_room(self) -> None:
        self.ballast.unlink(missing_ok=True)

    def read_only(self, on: bool) -> None:
        subprocess.run(["mount", "-o", "remount,ro" if on else "remount,rw", str(self.path)], check=True)


@pytest.fixture
def disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Disk]:
    """A tmpfs of 16 MiB, or of as many as the test asks for by parametrising this indirectly; skips where mounting is not permitted."""
    path = tmp_path / "disk"
    path.mkdir()
    size = getattr(request, "param", 16)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", str(path)]
    if shutil.which("mount") is None or (done := subprocess.run(command, capture_output=True, text=True)).returncode:
        pytest.skip(f"no small disk can be mounted here: {'there is no mount' if shutil.which('mount') is None else done.stderr.strip()}")
    yield Disk(path=path)
    subprocess.run(["umount", "-l", str(path)], check=True)
