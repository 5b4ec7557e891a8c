"""The table of limits: each row says what it counts and why, and has a test of its name."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from hubbub.protocol import limits
from hubbub.protocol.generate import typescript
from hubbub_site.accounts import limits as account_limits
from hubbub_site.server import edge_limits

AT_THE_SERVER = limits.table() | edge_limits.table()
ROWS = AT_THE_SERVER | account_limits.table()


@pytest.mark.parametrize("name", ROWS)
def test_each_row_has_a_test_of_its_name(name: str) -> None:
    tests = {
        node.name
        for file in Path(__file__).parent.glob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert any(test == f"test_{name.lower()}" or test.startswith(f"test_{name.lower()}_") for test in tests)


@pytest.mark.parametrize("name", ROWS)
def test_each_row_says_what_it_counts_and_why(name: str) -> None:
    row = ROWS[name]
    assert row > 0
    assert row.unit
    assert len(row.reason) > 10


def test_rates_and_counts_of_connections_are_lifted_for_load_tests_and_nothing_else_is() -> None:
    lifted = {name for name, row in AT_THE_SERVER.items() if row.reason.endswith("lifted")}
    assert lifted == {
        "COMMANDS_PER_SECOND",
        "COMMANDS_BURST",
        "MESSAGES_PER_SECOND",
        "MESSAGES_BURST",
        "INCOMING_FRAMES_PER_SECOND",
        "INCOMING_FRAMES_BURST",
        "INCOMING_BYTES_PER_SECOND",
        "INCOMING_BYTES_BURST",
        "FLOOD_SECONDS",
        "ADDRESS_HANDSHAKES_PER_SECOND",
        "ADDRESS_HANDSHAKES_BURST",
        "HANDSHAKES_PER_SECOND",
        "HANDSHAKES_BURST",
        "CONNECTIONS_PER_MEMBER",
        "ROOMS_PER_DAY",
        "DIRECTS_PER_DAY",
        "ADDITIONS_PER_DAY",
        "ROOM_CHANGES_PER_DAY",
        "ADMINS_TIMES",
        "NEWCOMERS_PART",
        "CONNECTIONS_PER_ADDRESS",
    }


def test_the_limits_are_consistent() -> None:
    """A limit must not be unreachable because of another, or conflict with it."""
    assert limits.FRAME_BYTES >= 3 * limits.MESSAGE_BYTES  # JSON may take three bytes for one
    assert limits.RESUME_BYTES >= limits.MESSAGE_BYTES + 300
    assert limits.OUTBOX_BYTES >= limits.RESUME_BYTES
    assert limits.OUTBOX_BYTES > limits.GATHERED_BYTES > limits.MESSAGE_BYTES + 300
    assert limits.RESUME_MESSAGES <= limits.OUTBOX_FRAMES
    assert limits.SILENCE_SECONDS > limits.HEARTBEAT_SECONDS
    assert limits.MESSAGES_BURST <= limits.COMMANDS_BURST
    assert limits.BATCH_COMMANDS <= limits.WRITER_QUEUE
    assert limits.OUTBOX_BYTES > limits.RESUME_TOTAL_BYTES > limits.RESUME_BYTES
    assert limits.COMMANDS_BURST <= limits.INCOMING_FRAMES_BURST
    assert limits.COMMANDS_PER_SECOND < limits.INCOMING_FRAMES_PER_SECOND
    assert 2 * limits.MESSAGES_BURST * limits.MESSAGE_BYTES < limits.INCOMING_BYTES_BURST
    assert limits.ADDRESS_HANDSHAKES_BURST < limits.HANDSHAKES_BURST


def test_the_client_gets_the_limits_that_it_needs() -> None:
    written = typescript.document()
    for name in ("MESSAGE_BYTES", "ROOM_NAME_CHARACTERS", "DIRECT_MEMBERS", "RESUME_ROOMS", "TYPING_SECONDS"):
        assert f"{name} = {ROWS[name]}" in written
