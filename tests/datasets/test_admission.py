"""A data set takes whole, finite episodes of its own kind, and says in one line what is wrong with any other before it writes."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.core.types import Episode, Span
from homebody.datasets.speed import moving_episode
from homebody.datasets.store import Store

SIZE, T = 16, 6
GOOD = moving_episode(0, frames=T, size=SIZE)
Change = Callable[[], Episode]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("sets") / "set"
    with Store.create(path, robot="panda", cameras=("scene", "wrist"), image_size=SIZE, control_hz=20) as store:
        yield store


def put(**changes: Any) -> Episode:
    return dataclasses.replace(GOOD, **changes)


def seen(**changes: Any) -> Episode:
    return put(observation={**GOOD.observation, **changes})


def without(name: str) -> Episode:
    return put(observation={k: v for k, v in GOOD.observation.items() if k != name})


def signed(**changes: Any) -> Episode:
    return put(certificate=dataclasses.replace(GOOD.certificate, **changes))


def with_one(array: np.ndarray, value: float) -> np.ndarray:
    out = array.copy()
    out.reshape(-1)[5] = value
    return out


SCENE, ACTION, TIMES = GOOD.observation["scene"], GOOD.action, GOOD.times_s
BAD: list[tuple[Episode, str]] = [
    (put(action=with_one(ACTION, np.nan)), "'action' holds nan at (0, 5): expected finite numbers"),
    (seen(proprio=with_one(GOOD.observation["proprio"], np.inf)), "'proprio' holds inf"),
    (seen(tactile=with_one(GOOD.observation["tactile"], -np.inf)), "'tactile' holds -inf"),
    (put(times_s=with_one(TIMES, np.nan)), "'times_s' holds nan"),
    (put(labels={**GOOD.labels, "marks": with_one(GOOD.labels["marks"], np.nan)}), "marks"),
    (put(initial_state=with_one(GOOD.initial_state, np.nan)), "'initial_state' holds nan"),
    (put(initial_state=GOOD.initial_state.astype(np.float32)), "initial_state is float32"),
    (put(action=ACTION[:, :6]), "'action' is float32 (6, 6): expected float32 (6, 8) for panda"),
    (put(action=ACTION.astype(np.float64)), "'action' is float64"),
    (put(action=ACTION.astype(object)), "expected an array of numbers"),
    (put(action=ACTION.tolist()), "expected float32 (T, 8)"),
    (put(action=ACTION[0]), "expected float32 (T, 8)"),
    (put(action=ACTION[:0]), "no frames"),
    (seen(scene=(SCENE / 255).astype(np.float32)), "'scene' has pictures of float32: expected uint8, 0 to 255"),
    (seen(scene=SCENE > 100), "'scene' has pictures of bool: expected uint8"),
    (seen(scene=SCENE[:, :8]), "expected (6, 16, 16, 3)"),
    (seen(scene=SCENE[:-1]), "'scene' has 5 frames: expected 6"),
    (without("wrist"), "camera 'wrist' is missing"),
    (without("tactile"), "'tactile' is missing"),
    (seen(side=SCENE), "'side' holds pictures"),
    (seen(depth=SCENE.astype(np.float32)), "'depth' holds pictures"),
    (seen(proprio=GOOD.observation["proprio"][:, :20]), "expected float32 (6, 24) for panda"),
    (seen(tactile=GOOD.observation["tactile"][..., :4]), "expected float32 (6, 2, 3, 8, 8)"),
    (put(intervention=np.ones(T)), "'intervention' is float64"),
    (put(times_s=np.zeros(T)), "times_s does not grow: 0 s at frame 0, then 0 s"),
    (put(times_s=TIMES[::-1].copy()), "times_s does not grow"),
    (put(times_s=TIMES[:-1]), "'times_s' has 5 frames"),
    (put(labels={"marks": GOOD.labels["marks"][:-1]}), "has 5 frames"),
    (put(labels={"../marks": GOOD.labels["marks"]}), "label '../marks': expected a name of letters"),
    (put(labels={"": GOOD.labels["marks"]}), "label '': expected a name"),
    (put(labels={"a/b": GOOD.labels["marks"]}), "label 'a/b'"),
    (put(labels={3: GOOD.labels["marks"]}), "label 3"),
    (put(labels={"words": np.array(["a"] * T)}), "expected an array of numbers"),
    (seen(scene_ends=np.arange(T)), "the name is taken"),
    (seen(action=ACTION), "the name is taken"),
    (seen(label_marks=ACTION), "the name is taken"),
    (signed(robot="so101"), "of robot 'so101': this data set is of 'panda'"),
    (signed(index=-1), "certificate.index is -1"),
    (signed(axes={"friction": float("nan")}), "certificate.axes.friction is nan"),
    (signed(axes={"friction": np.float32(1)}), "certificate.axes.friction is"),
    (signed(task=None), "certificate.task is None: expected text"),
    (put(certificate=None), "certificate is None"),
    (put(spans=[Span(name="reach", start=2, stop=T + 1)]), "span 'reach' is [2, 7): expected frames of [0, 6)"),
    (put(spans=[Span(name="reach", start=-1, stop=3)]), "span 'reach' is [-1, 3)"),
    (put(spans=[Span(name="reach", start=3, stop=3)]), "span 'reach' is [3, 3)"),
    (put(credit=float("nan")), "credit is nan"),
    (put(credit=1.5), "credit is 1.5"),
    (put(instruction=None), "instruction is None: expected text"),
    (put(instruction=" "), "instruction is ' '"),
    (put(paraphrases="open it"), "paraphrases is"),
    (put(predicates={"open": 1.0}), "predicate 'open' is 1.0"),
    (put(success="yes"), "success is 'yes'"),
]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_an_episode_that_does_not_fit_is_refused_in_one_line_and_nothing_is_written(store: Store, number: int) -> None:
    episode, said = BAD[number]
    before = sorted(os.walk(store.path))
    with pytest.raises(HomebodyError) as refusal:
        store.append(episode)
    assert said in str(refusal.value) and "\n" not in str(refusal.value)
    assert sorted(os.walk(store.path)) == before and len(store) == 0


def test_further_senses_and_labels_come_back(tmp_path: Path) -> None:
    wrench, held = np.random.default_rng(0).random((T, 6), np.float32), np.arange(T) > 2
    episode = dataclasses.replace(seen(wrench=wrench), labels={**GOOD.labels, "held": held}, recipe="0123")
    with Store.create(tmp_path / "d", robot="panda", cameras=("scene", "wrist"), image_size=SIZE, control_hz=20) as store:
        store.append(episode)
        found = store.episode(0)
    assert np.array_equal(found.observation["wrench"], wrench) and np.array_equal(found.labels["held"], held) and found.recipe == "0123"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"robot": "pandora"}, "unknown robot 'pandora': nearest are panda"),
        ({"cameras": "scene"}, "cameras is 'scene'"),
        ({"cameras": ("scene", "scene")}, "expected a list of different names"),
        ({"cameras": ("../scene",)}, "camera '../scene'"),
        ({"cameras": ("tactile",)}, "the name is taken"),
        ({"image_size": 0}, "image size is 0"),
        ({"image_size": 64.5}, "image size is 64.5"),
        ({"control_hz": -1}, "control rate is -1"),
    ],
)
def test_what_no_data_set_can_be_made_for_is_refused_and_leaves_no_folder(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    facts: dict[str, Any] = {"robot": "panda", "cameras": ("scene",), "image_size": SIZE, "control_hz": 20}
    with pytest.raises(HomebodyError) as refusal:
        Store.create(tmp_path / "d", **(facts | change))
    assert said in str(refusal.value) and not (tmp_path / "d").exists()
