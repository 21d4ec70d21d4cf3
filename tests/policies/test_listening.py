"""Training the model of instructions: cut short it goes on, and comes to the same weights."""

from __future__ import annotations

from pathlib import Path

import pytest
from homebody.core.files import MODEL_FILE
from homebody.policies.listening.train import ListenerTrainConfig, train_listener

SMALL = ListenerTrainConfig(pool=256, passes=1, batch=128, members=2, width=8, hidden=16)


def test_a_training_that_was_cut_goes_on_to_the_weights_of_one_that_was_not(tmp_path: Path) -> None:
    whole = train_listener(SMALL, tmp_path / "whole")
    assert sorted(p.name for p in (tmp_path / "whole").iterdir()) == ["config.json", MODEL_FILE]

    def cut(line: str) -> None:
        if line.startswith("network 2"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_listener(SMALL, tmp_path / "cut", cut)
    said: list[str] = []
    again = train_listener(SMALL, tmp_path / "cut", said.append)
    assert "network 1/2: trained before" in said
    assert (tmp_path / "cut" / MODEL_FILE).read_bytes() == (tmp_path / "whole" / MODEL_FILE).read_bytes()
    assert again["steps"] == whole["steps"] and again["loss"] == whole["loss"]


def test_networks_of_other_settings_are_not_taken(tmp_path: Path) -> None:
    def cut(line: str) -> None:
        if line.startswith("network 2"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_listener(SMALL, tmp_path / "cut", cut)
    said: list[str] = []
    train_listener(ListenerTrainConfig(pool=256, passes=1, batch=128, members=1, width=8, hidden=16, seed=1), tmp_path / "cut", said.append)
    assert not any("before" in line for line in said) and not list((tmp_path / "cut").glob("network_*"))
