"""Which policy acts where none was chosen by its own name."""

from __future__ import annotations

import pytest
from homebody.cli.policies import knowing


@pytest.mark.parametrize(
    ("asked", "tasks", "robot", "found"),
    [
        ("homebody", ["open_drawer", "pick_up"], "panda", "homebody"),
        ("homebody", ["open_drawer", "open_fridge"], "panda", "house"),
        ("homebody", ["fold_towel"], "panda", "house"),
        ("homebody", ["hold_up_food"], "so101", "homebody"),  # which is then refused by name
        ("house", ["open_drawer"], "panda", "house"),
        ("expert", ["open_drawer"], "panda", "expert"),
    ],
)
def test_of_the_policies_that_ship_the_one_that_knows_takes_its_place(asked: str, tasks: list[str], robot: str, found: str) -> None:
    assert knowing(asked, tasks, robot).name == found
