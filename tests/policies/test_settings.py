"""Settings of trainings: any batch trains, what makes no sense is one line."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from homebody.core.errors import HomebodyError
from homebody.datasets.sampler import TrainingArrays
from homebody.policies.batches import Augment, Batches
from homebody.policies.network import PolicyConfig
from homebody.policies.rl.config import RLConfig
from homebody.policies.train import TrainConfig, make_trainer
from homebody.world_model.network import WorldConfig
from homebody.world_model.settle import SettleConfig
from homebody.world_model.train import WorldTrainConfig, make_world_trainer


@pytest.mark.parametrize("batch", [1, 2, 3, 4, 5])
def test_the_policy_trains_at_any_batch(arrays: TrainingArrays, tmp_path: Path, batch: int) -> None:
    network = PolicyConfig(image_size=16, channels=(8, 8, 8), text_width=32, width=32, layers=1, chunk=4)
    trainer = make_trainer(arrays, network, TrainConfig(steps=2, batch=batch, threads=1), tmp_path)
    parts = [trainer.train_step(trainer.batches.draw()) for _ in range(2)]
    assert all(math.isfinite(v) for p in parts for v in p.values())
    assert all(torch.isfinite(p).all() for p in trainer.model.parameters())


def test_a_quarter_of_a_batch_is_asked_about_another_goal_and_one_frame_at_least(arrays: TrainingArrays) -> None:
    for batch, others in ((1, 1), (3, 1), (4, 1), (8, 2), (64, 16)):
        drawn = Batches(arrays, chunk=4, batch=batch, image_size=16, seed=0, augment=Augment()).draw()
        assert len(drawn["other_tokens"]) == len(drawn["other_points"]) == others and len(drawn["scene"]) == batch


@pytest.mark.parametrize("batch", [1, 2])
def test_the_world_model_trains_at_any_batch(arrays: TrainingArrays, tmp_path: Path, batch: int) -> None:
    trainer = make_world_trainer(arrays, WorldConfig(), WorldTrainConfig(steps=1, batch=batch, threads=1), tmp_path)
    assert all(math.isfinite(v) for v in trainer.train_step(trainer.clips.draw()).values())


BAD = [
    {"batch": 0}, {"batch": 2.5}, {"batch": True}, {"threads": 0}, {"seed": -1}, {"seed": 1 << 63}, {"seed": 0.5}, {"rate": math.nan},
    {"rate": 0.0}, {"rate": math.inf}, {"minutes": math.nan}, {"minutes": -1.0}, {"minutes": math.inf}, {"save_minutes": math.nan}, {"warmup": 0},
]  # fmt: skip


@pytest.mark.parametrize("change", BAD, ids=str)
@pytest.mark.parametrize("kind", [TrainConfig, WorldTrainConfig, SettleConfig, RLConfig])
def test_settings_that_make_no_sense_are_one_line(kind: Any, change: dict[str, Any]) -> None:
    name, value = next(iter(change.items()))
    with pytest.raises(HomebodyError) as refusal:
        kind(**change)
    assert str(refusal.value).startswith(f"{name} is {value}: expected ")


@pytest.mark.parametrize("kind", [TrainConfig, WorldTrainConfig, SettleConfig])
def test_no_steps_are_refused(kind: Any) -> None:
    with pytest.raises(HomebodyError, match="steps is 0: expected 1 or more"):
        kind(steps=0)
