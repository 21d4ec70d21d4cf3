"""What a trainer cannot learn from is refused before anything is decoded."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.core.instructions import all_goals
from homebody.core.types import Episode, Goal
from homebody.datasets.sampler import decode, select
from homebody.datasets.speed import moving_episode
from homebody.datasets.store import Store
from homebody.policies import batches
from homebody.world_model import clips

SIZE = 16
GOOD = moving_episode(0, frames=5, size=SIZE)


def make(path: Path, *episodes: Episode, **facts: Any) -> Path:
    with Store.create(path, **({"robot": "panda", "cameras": ("scene", "wrist"), "image_size": SIZE, "control_hz": 20} | facts)) as store:
        for episode in episodes:
            store.append(episode)
    return path


def small_arm() -> Episode:
    rng = np.random.default_rng(0)
    observation = {**GOOD.observation, "proprio": rng.random((5, 20), np.float32)}
    certificate = dataclasses.replace(GOOD.certificate, robot="so101")
    return dataclasses.replace(GOOD, observation=observation, action=rng.random((5, 6), np.float32), certificate=certificate)


@pytest.fixture
def no_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "frames", lambda *_: pytest.fail("pictures were decoded"))


FRIDGE = dataclasses.replace(
    GOOD, instruction="open the fridge", certificate=dataclasses.replace(GOOD.certificate, goal=Goal(task="open_fridge", target="fridge"))
)
BLANK = dataclasses.replace(GOOD, labels={}, goals=())


@pytest.mark.usefixtures("no_decoding")
@pytest.mark.parametrize("learnable", [batches.LEARNABLE, clips.LEARNABLE])
def test_data_that_a_trainer_cannot_learn_from_is_named(tmp_path: Path, learnable: Any) -> None:
    good = make(tmp_path / "good", GOOD)
    cases = {
        "fridge": (make(tmp_path / "fridge", GOOD, FRIDGE), "episode 1 of .*fridge asks for 'open the fridge' .task open_fridge.: the .* learns"),
        "arm": (make(tmp_path / "arm", small_arm(), robot="so101"), "arm holds episodes of so101: the .* learns from panda"),
        "one": (
            make(tmp_path / "one", dataclasses.replace(GOOD, observation={k: v for k, v in GOOD.observation.items() if k != "wrist"}),
                 cameras=("scene",)),
            "one has cameras scene: training expects wrist as well",
        ),
        "slow": (make(tmp_path / "slow", GOOD, control_hz=10), "slow was recorded at 10 Hz: the .* learns from 20 Hz"),
        "blank": (make(tmp_path / "blank", BLANK), "episode 0 of .*blank has no marks"),
        "none": (make(tmp_path / "none"), "no episodes in"),
    }  # fmt: skip
    for bad, said in cases.values():
        for paths in ([bad], [good, bad]) if bad.name != "none" else ([bad],):
            with pytest.raises(HomebodyError, match=said):
                select(paths, learnable)
    assert len(select([good, good], learnable)) == 2


def test_a_policy_has_nothing_to_imitate_where_nobody_demonstrates(tmp_path: Path) -> None:
    alone = make(tmp_path / "alone", dataclasses.replace(GOOD, intervention=np.zeros(5, bool)))
    with pytest.raises(HomebodyError, match="alone: nobody demonstrates in any frame"):
        select([alone], batches.LEARNABLE)
    assert len(select([alone], clips.LEARNABLE)) == 1


def test_pictures_of_other_sizes_go_together_and_progress_reaches_its_total(tmp_path: Path) -> None:
    large = moving_episode(1, frames=3, size=32)
    chosen = select([make(tmp_path / "a", GOOD, GOOD), make(tmp_path / "b", large, image_size=32)], batches.LEARNABLE)
    seen: list[int] = []
    arrays = decode(chosen, image_size=8, progress=lambda done, _: seen.append(done))
    assert arrays.scene.shape == (13, 8, 8, 3) and seen == [1, 2, 3] and len(chosen) == 3
    assert all(g in all_goals() for g in arrays.goals)
