"""What a checkpoint was trained on is written, read, united and held against what is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from homebody.assets import checkpoint
from homebody.cli.learned import check_asked, rooms_of
from homebody.cli.policies import find_policy
from homebody.core.errors import HomebodyError
from homebody.core.experience import Experience, read_experience, united
from homebody.core.instructions import all_goals
from homebody.policies.checkpoint import save_model
from homebody.policies.network import PolicyConfig, VisuoTactilePolicy

DRAWERS = Experience.of(["panda"], ["first"], ["open_drawer"])


@pytest.mark.parametrize("name", ["homebody", "world"])
def test_the_shipped_checkpoints_know_the_first_kitchens_tasks_on_panda(name: str) -> None:
    rooms = rooms_of({g.task for g in all_goals()})
    assert read_experience(checkpoint(name)) == Experience.of(["panda"], rooms.values(), rooms)


def test_what_is_written_with_a_checkpoint_is_read_back_and_an_older_one_claims_nothing(tmp_path: Path) -> None:
    model = VisuoTactilePolicy(PolicyConfig())
    save_model(model, tmp_path / "new", DRAWERS)
    save_model(model, tmp_path / "old")
    assert find_policy(str(tmp_path / "new")).trained_on == DRAWERS
    assert find_policy(str(tmp_path / "old")).trained_on is None


@pytest.mark.parametrize(
    "damage", [3, "all", {"robots": ["panda"]}, {"robots": "panda", "rooms": [], "tasks": []}, {"robots": [1], "rooms": [], "tasks": []}]
)
def test_a_damaged_key_is_refused_in_one_line(tmp_path: Path, damage: object) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"trained_on": damage}))
    with pytest.raises(HomebodyError, match="trained_on is .*expected lists of names under robots, rooms and tasks"):
        read_experience(tmp_path)


def test_weights_have_seen_all_that_they_went_through_or_nobody_knows() -> None:
    picks = Experience.of(["panda"], ["first"], ["pick_up"])
    both = united(DRAWERS, picks)
    assert both is not None and both.tasks == ("open_drawer", "pick_up")
    assert united(DRAWERS, None) is None


def test_a_policy_asked_for_what_it_never_learned_says_so_and_one_that_knows_it_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    source = find_policy("homebody")
    check_asked(source, ["open_drawer", "pick_up+stiff", "first"])
    assert capsys.readouterr().err == ""
    check_asked(source, ["open_fridge"])
    said = capsys.readouterr().err
    assert said.startswith("note: policy 'homebody' was not trained on open_fridge (it knows close_drawer,") and said.count("\n") == 1
    check_asked(find_policy("expert"), ["open_fridge"], "so101")
    assert capsys.readouterr().err == ""


def test_a_policy_is_refused_for_an_arm_with_other_joints() -> None:
    with pytest.raises(HomebodyError, match="policy 'homebody' cannot act on robot so101, which has 5 joints: expected panda"):
        check_asked(find_policy("homebody"), ["pick_up"], "so101")
