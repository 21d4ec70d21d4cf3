"""On CUDA: the same numbers as on the CPU within tolerance, and the chunk as one graph."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from homebody.assets import checkpoint
from homebody.core.kinematics import Q_HOME, forward
from homebody.datasets.sampler import TrainingArrays
from homebody.policies.batches import Augment
from homebody.policies.network import PolicyConfig
from homebody.policies.runtime import ChunkPolicy
from homebody.policies.train import TrainConfig, make_trainer
from homebody.world_model.checkpoint import load_world
from homebody.world_model.planner import ThinkConfig, ThinkingPolicy

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device: none is visible to PyTorch here"),
]
WORDS = ("open the top drawer", "pick up the can", "put the apple in the bowl")


def observations(count: int) -> Iterator[dict[str, np.ndarray]]:
    """Made-up pictures and plausible joints, one slot each."""
    rng = np.random.default_rng(0)
    for _ in range(count):
        joints = Q_HOME + rng.normal(0, 0.1, 7)
        T = forward(joints[None])[0]
        proprio = np.concatenate([joints, np.zeros(7), [0.08], T[:3, 3], T[:3, 0], T[:3, 1]]).astype(np.float32)
        scene, wrist = rng.integers(0, 255, (2, 1, 128, 128, 3)).astype(np.uint8)
        yield {"scene": scene, "wrist": wrist, "tactile": rng.normal(0, 1e-4, (1, 2, 3, 8, 8)).astype(np.float32), "proprio": proprio[None]}


def test_chunks_on_cuda_are_the_cpus_within_tolerance() -> None:
    folder = checkpoint("homebody")
    cpu, cuda = ChunkPolicy.load(folder), ChunkPolicy.load(folder, device="cuda")
    for words in WORDS:
        for policy in (cpu, cuda):
            policy.reset([0], [words])
        for observation in observations(5):
            (a, p), (b, q) = cpu.plan(observation, [0]), cuda.plan(observation, [0])
            assert np.abs(a[..., :3] - b[..., :3]).max() < 1e-3  # a millimetre
            assert np.abs(a - b).max() < 1e-2 and np.abs(p - q).max() < 1e-3


def test_the_graph_is_faster_than_launching_kernel_after_kernel() -> None:
    policy = ChunkPolicy.load(checkpoint("homebody"), device="cuda")
    policy.reset([0], [WORDS[0]])
    observation = next(observations(1))

    def median_ms(repeat: int = 50) -> float:
        times = []
        for _ in range(repeat):
            torch.cuda.synchronize()
            start = time.perf_counter()
            policy.plan(observation, [0])
            torch.cuda.synchronize()
            times.append(1000 * (time.perf_counter() - start))
        return float(np.median(times))

    policy.plan(observation, [0])
    graph = median_ms()
    policy._forward = policy._model  # type: ignore[method-assign]
    assert graph < median_ms()


def test_thinking_on_cuda_judges_as_the_cpu_does() -> None:
    folder = checkpoint("world")
    judged = []
    for device in ("cpu", "cuda"):
        policy = ThinkingPolicy(
            ChunkPolicy.load(checkpoint("homebody"), device=device), load_world(folder), ThinkConfig(budget_ms=2000, most=8), device=device
        )
        policy.seed([0], [1])
        policy.reset([0], [WORDS[2]])
        policy.act(next(observations(1)))
        judged.append(policy.thoughts[0].own)
    assert judged[0] == pytest.approx(judged[1], abs=0.01)


def test_training_on_cuda_takes_the_cpus_first_step(tmp_path: Path, arrays: TrainingArrays) -> None:
    small = PolicyConfig(image_size=16, channels=(8, 8, 8), text_width=32, width=32, layers=1, chunk=4)
    loss = {}
    for device in ("cpu", "cuda"):
        config = TrainConfig(batch=16, device=device, threads=1, augment=Augment(colour=0, shift=0, proprio=0))
        trainer = make_trainer(arrays, small, config, tmp_path / device)
        loss[device] = sum(trainer.train_step(trainer.batches.draw()).values())
    assert loss["cpu"] == pytest.approx(loss["cuda"], rel=1e-3)
