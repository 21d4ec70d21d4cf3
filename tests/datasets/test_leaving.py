"""A process that has read a data set ends as it should: the threads of the store have let go of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from homebody.datasets.speed import moving_episode
from homebody.datasets.store import Store

CODE = "import sys; from pathlib import Path; from homebody.datasets.store import Store; s = Store.open(Path(sys.argv[1])); s.meta(0)"


@pytest.mark.slow
def test_forty_processes_that_have_read_a_data_set_end_with_0(tmp_path: Path) -> None:
    with Store.create(tmp_path / "set", robot="panda", cameras=("scene", "wrist"), image_size=32, control_hz=20) as store:
        store.append(moving_episode(0, frames=5, size=32))
    codes = [subprocess.run([sys.executable, "-c", CODE, str(tmp_path / "set")], check=False).returncode for _ in range(40)]
    assert codes == [0] * 40
