"""Continuous integration runs every command on small input as a new user would: none may be forgotten there."""

from __future__ import annotations

import pytest
from every_command import commands_in, untried
from homebody.cli.main import COMMANDS, main


def test_a_run_on_small_input_is_written_for_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    there = commands_in(capsys.readouterr().out)
    assert there == set(COMMANDS)
    assert untried(there) == []
    assert untried({*there, "juggle"}) == ["juggle"]
