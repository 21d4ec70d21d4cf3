"""Messages of the page: what is well formed becomes a command, the rest is refused with a reason."""

from __future__ import annotations

import json

import pytest
from homebody.core.errors import HomebodyError
from homebody.teleop.commands import MAX_BYTES, Ack, Discard, Grip, Hold, Keep, Move, Prompt, Redo, Resume, Stop, parse_command


@pytest.mark.parametrize(
    ("message", "command"),
    [
        (
            {"type": "move", "linear": [1, 0, -0.5], "angular": [0, 0, 9], "slow": True},
            Move(linear=(1, 0, -0.5), angular=(0, 0, 1), slow=True),
        ),
        ({"type": "move"}, Move()),
        ({"type": "grip", "open": False}, Grip(open=False)),
        ({"type": "prompt", "text": "  open \n the top drawer ", "run": True}, Prompt(text="open the top drawer", run=True)),
        ({"type": "prompt", "text": "x"}, Prompt(text="x", run=False)),
        ({"type": "ack", "number": 7}, Ack(number=7)),
        ({"type": "keep"}, Keep()),
        ({"type": "redo"}, Redo()),
        ({"type": "discard"}, Discard()),
        ({"type": "resume"}, Resume()),
        ({"type": "stop"}, Stop()),
        ({"type": "hold", "reason": "ignored"}, Hold()),
    ],
)
def test_a_message_becomes_its_command(message: dict[str, object], command: object) -> None:
    assert parse_command(json.dumps(message)) == command


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("", "no JSON"),
        ("{", "no JSON"),
        (b"\xff\xfe\x00", "no JSON"),
        ("[" * 4000, "no JSON"),
        ("[]", "no object"),
        ('{"type": 3}', "no object"),
        ('{"type": "drop_tables"}', "unknown command 'drop_tables'"),
        ('{"type": "move", "linear": [NaN, 0, 0]}', "expected three numbers"),
        ('{"type": "move", "linear": [1e999, 0, 0]}', "expected three numbers"),
        ('{"type": "move", "linear": [true, 0, 0]}', "expected three numbers"),
        ('{"type": "move", "angular": [0, 0]}', "expected three numbers"),
        ('{"type": "move", "angular": "up"}', "expected three numbers"),
        ('{"type": "grip", "open": 1}', "expected bool"),
        ('{"type": "prompt", "text": ["x"]}', "expected str"),
        ('{"type": "prompt", "text": "' + "x" * 201 + '"}', "201 characters"),
        ('{"type": "ack", "number": true}', "expected int"),
        ('{"type": "keep", "pad": "' + "x" * MAX_BYTES + '"}', "bytes: expected"),
    ],
)
def test_anything_else_is_refused_with_a_reason(raw: str | bytes, said: str) -> None:
    with pytest.raises(HomebodyError, match=said):
        parse_command(raw)
