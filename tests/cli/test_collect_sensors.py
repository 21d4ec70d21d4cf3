"""`collect --cameras --sensors`: what is sensed on request becomes streams of the data set, and its episodes replay without it."""

from pathlib import Path

import numpy as np
import pytest
from homebody.cli.main import main
from homebody.datasets.store import Store

COLLECT = ["collect", "--tasks", "hold_up_toy", "--episodes", "1", "--image-size", "32", "--slots", "1", "--threads", "1"]


def test_sensors_on_request_are_recorded_as_streams_and_the_episode_replays(tmp_path: Path) -> None:
    out = tmp_path / "set"
    assert main([*COLLECT, "--out", str(out), "--cameras", "scene,side", "--sensors", "wrench,joint_torques,taxel_forces"]) == 0
    store = Store.open(out)
    assert store.cameras == ("scene", "side")
    action, wrench, forces = (store.stream(0, n) for n in ("action", "wrench", "taxel_forces"))
    assert wrench.shape == (len(action), 6) and forces.shape == (len(action), 2, 3, 8, 8) and store.stream(0, "joint_torques").shape[1] == 7
    assert np.linalg.norm(wrench[0, :3]) == pytest.approx(7.45, abs=0.1)  # the empty hand's weight
    assert forces[0].max() == 0 < forces[-1, :, 0].sum()
    assert main(["data", "replay", str(out)]) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--sensors", "depth"], "sensor 'depth' is not recorded"), (["--sensors", "wrnch"], "unknown sensor 'wrnch': nearest are wrench"),
        (["--cameras", "scene,sied"], "unknown camera 'sied': nearest are side"),
    ],
)  # fmt: skip
def test_what_cannot_be_recorded_is_refused_and_leaves_nothing(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*COLLECT, "--out", str(tmp_path / "set"), *words]) == 2
    assert said in capsys.readouterr().err and not (tmp_path / "set").exists()
