"""The shapes of the wire as a whole: every command answers something, every name is one, generated files are fresh."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from time import time

import pytest

from hubbub import errors
from hubbub.handlers import BULK_HANDLERS, HANDLERS, READS, SOCKET_HANDLERS
from hubbub.protocol import closing, commands, events
from hubbub.protocol.generate.__main__ import FILES, main
from hubbub.protocol.ids import make_message_id
from hubbub.protocol.wire import Command, Event, Wire


@pytest.mark.parametrize("kind", commands.ALL, ids=commands.type_of)
def test_every_command_names_its_reply(kind: type[Command]) -> None:
    assert issubclass(kind.reply, Wire)


def test_every_command_is_in_the_list() -> None:
    assert {kind for kind in vars(commands).values() if _is_a(kind, Command)} == set(commands.ALL)


def test_every_event_is_in_the_list() -> None:
    assert {kind for kind in vars(events).values() if _is_a(kind, Event)} == set(events.ALL)


def test_every_refusal_is_in_the_list() -> None:
    known = {kind for kind in vars(errors).values() if _is_a(kind, errors.HubbubError)}
    assert known == set(errors.ALL)
    assert len({kind.code for kind in known}) == len({kind.status for kind in known}) == len(known)


def test_every_command_has_exactly_one_handler() -> None:
    handled = [*HANDLERS, *BULK_HANDLERS, *SOCKET_HANDLERS]
    assert sorted(handled, key=repr) == sorted(commands.ALL, key=repr)
    assert set(SOCKET_HANDLERS) == commands.SOCKET_ONLY
    assert set(HANDLERS) >= READS


def test_types_of_commands_and_events_are_words_with_dots() -> None:
    names = [*commands.BY_TYPE, *(kind.model_fields["type"].default for kind in events.ALL)]
    assert [name for name in names if not re.fullmatch(r"[a-z]+(\.[a-z]+)?", name)] == []


def test_close_codes_say_whether_to_come_back() -> None:
    assert {code for code in closing.Close if code.come_back} == {4008, 4010, 4012, 4029}


def test_a_field_without_a_value_is_left_out() -> None:
    assert events.Heartbeat().encode() == b'{"type":"heartbeat"}'


@pytest.mark.parametrize("name", FILES)
def test_a_generated_file_is_fresh(name: str) -> None:
    written = Path(__file__).parents[2] / name
    assert written.read_text(encoding="utf-8") == FILES[name](), "run bin/generate"


def test_a_stale_file_is_reported_and_then_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check", "--root", str(tmp_path)]) == 1
    assert "run bin/generate" in capsys.readouterr().err
    assert main(["--root", str(tmp_path)]) == 0
    assert main(["--check", "--root", str(tmp_path)]) == 0


def test_an_id_is_a_uuid7_of_now() -> None:
    made = make_message_id()
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert abs((made.int >> 80) / 1000 - time()) < 5
    assert len({make_message_id() for _ in range(1000)}) == 1000


def _is_a(kind: object, base: type) -> bool:
    return isinstance(kind, type) and issubclass(kind, base) and kind is not base
