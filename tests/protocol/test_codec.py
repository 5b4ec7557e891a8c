"""What comes in is a command, or a refusal that names what is wrong, or not the protocol. Never anything else."""

from __future__ import annotations

import json
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hubbub.errors import HubbubError, Invalid, RateLimited
from hubbub.protocol import codec, commands, limits
from hubbub.protocol.replies import Done


def refusal_of(**document: Any) -> Invalid:
    with pytest.raises(Invalid) as caught:
        codec.decode(json.dumps(document))
    return caught.value


# ── what is a command ──


def test_a_frame_becomes_its_command() -> None:
    command = codec.decode(b'{"type":"room.rename","id":7,"room":12,"name":"  caf\xc3\xa9 "}')
    assert command == commands.RenameRoom(type="room.rename", id=7, room=12, name="café")


def test_text_is_as_good_as_bytes() -> None:
    assert codec.decode('{"type":"beat"}') == codec.decode(b'{"type":"beat"}')


@pytest.mark.parametrize("kind", commands.ALL, ids=commands.type_of)
def test_every_command_is_found_by_its_type(kind: type[commands.Command]) -> None:
    assert commands.BY_TYPE[commands.type_of(kind)] is kind


# ── what is refused, by name ──


def test_an_unknown_command_is_named() -> None:
    assert refusal_of(type="message.forge", id=3).message == "there is no command “message.forge”"


def test_a_long_unknown_command_is_not_echoed_whole() -> None:
    assert len(refusal_of(type="x" * 5000).message) < 100


def test_an_unknown_field_is_named() -> None:
    refusal = refusal_of(type="message.send", room=1, message=str(uuid()), text="hi", author=1)
    assert refusal.message == "message.send: unknown field “author”"


def test_a_missing_field_is_named() -> None:
    assert refusal_of(type="room.rename", name="x").message == "room.rename: room: Field required"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("room", "twelve"),
        ("room", 1.5),
        ("room", None),
        ("room", []),
        ("room", {"id": 1}),
        ("room", 0),
        ("room", -1),
        ("room", 2**53 + 1),
        ("room", 10**400),
        ("message", "not-a-uuid"),
        ("message", 7),
        ("text", 7),
        ("text", ["a"]),
        ("text", None),
        ("text", ""),
        ("text", " \n\t "),
        ("text", "a\x00b"),
        ("id", -1),
        ("id", 2**53 + 1),
        ("id", "x"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_its_field(field: str, value: Any) -> None:
    good = {"type": "message.send", "room": 1, "message": str(uuid()), "text": "hi", "id": 1}
    assert refusal_of(**{**good, field: value}).message.startswith(f"message.send: {field}: ")


@pytest.mark.parametrize("value", ["12", True, 1.0, [1], "true"], ids=repr)
@pytest.mark.parametrize("field", ["room", "before", "limit"])
def test_a_number_is_a_number(field: str, value: Any) -> None:
    """Not text, not true, not 1.0: the refusal names the field."""
    with pytest.raises(Invalid, match=rf"^timeline: {field}: "):
        codec.command_from({"type": "timeline", "room": 1, field: value})


@pytest.mark.parametrize("value", [1, 0, "true", "no", 1.0], ids=repr)
def test_yes_and_no_are_true_and_false(value: Any) -> None:
    with pytest.raises(Invalid, match=r"^room\.create: private: "):
        codec.command_from({"type": "room.create", "name": "kitchen", "private": value})


def test_the_keys_of_a_resume_are_text_as_json_has_no_others() -> None:
    command = codec.command_from({"type": "resume", "epoch": "e", "rooms": {"12": 3}})
    assert isinstance(command, commands.Resume)
    assert command.rooms == {12: 3}
    with pytest.raises(Invalid, match=r"^resume: rooms\.12: "):
        codec.command_from({"type": "resume", "epoch": "e", "rooms": {"12": "3"}})


def test_a_refusal_carries_the_request_it_answers() -> None:
    assert refusal_of(type="nope", id=41).request == 41
    assert refusal_of(type="beat", id=42, more=1).request == 42


@pytest.mark.parametrize("request_id", [True, None, "7", 1.5, -1, 2**53 + 1, 10**4000, [1]])
def test_a_request_without_a_usable_id_is_answered_without_one(request_id: Any) -> None:
    refusal = refusal_of(type="nope", id=request_id)
    assert refusal.request is None
    assert json.loads(codec.error(refusal.request, refusal))["re"] is None


# ── what is not the protocol ──


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"null",
        b"[]",
        b"7",
        b'"beat"',
        b"{}",
        b'{"type":7}',
        b'{"type":null}',
        b'{"type":"beat"} {"type":"beat"}',
        b'{"type":"beat",}',
        b"{'type':'beat'}",
        b'{"type":"beat","id":NaN}',
        b'{"type":"beat","id":Infinity}',
        b'{"type":"beat","id":-Infinity}',
        b'{"type":"beat","id":' + b"9" * 60_000 + b"}",
        b"\x00\x01\x02\xff",
        b"\x82\xa4type\xa4beat",
        b'{"type":"b\xffat"}',
        b'{"type":"\xed\xa0\x80"}',
        b'{"type":"\\ud800"}',
        b'{"type":"beat","text":"\\udc00\\ud800"}',
        b"[" * 60_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"type":"beat","x":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    ],
    ids=lambda data: repr(data[:30]),
)
def test_anything_but_json_with_a_type_is_not_the_protocol(data: bytes) -> None:
    with pytest.raises(codec.NotTheProtocol):
        codec.decode(data)


def test_of_a_key_that_comes_twice_the_last_counts_everywhere() -> None:
    """One reader: no part of the server sees the first value while another sees the second."""
    command = codec.decode(b'{"type":"room.leave","room":1,"type":"room.join","room":2}')
    assert command == commands.JoinRoom(type="room.join", room=2)


def test_a_frame_of_very_many_keys_is_refused_and_not_slow() -> None:
    keys = ",".join(f'"k{n}":1' for n in range(6000))
    with pytest.raises(Invalid, match="unknown field “k0”"):
        codec.decode('{"type":"beat",' + keys + "}")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
fields = sorted({field for kind in commands.ALL for field in kind.model_fields} - {"type"})


@given(st.binary(max_size=200))
@example(b'{"type":"beat","id":1e999}')
def test_no_bytes_make_decoding_fail_otherwise(data: bytes) -> None:
    try_to_decode(data)


@given(
    st.sampled_from([*commands.BY_TYPE, "nope", ""]),
    st.dictionaries(st.sampled_from(fields) | st.text(max_size=5), anything, max_size=5),
)
def test_no_document_makes_decoding_fail_otherwise(kind: str, document: dict[str, Any]) -> None:
    try_to_decode(json.dumps({**document, "type": kind}))


def try_to_decode(data: bytes | str) -> None:
    try:
        command = codec.decode(data)
    except codec.NotTheProtocol as error:
        assert str(error)
    except HubbubError as refusal:
        assert refusal.code == "invalid"
        answered = json.loads(codec.error(refusal.request, refusal))
        assert answered["error"]["code"] == "invalid"
        assert len(refusal.message) < 500
    else:
        assert codec.decode(command.encode()) == command


# ── what goes out ──


def test_a_reply_names_its_request() -> None:
    assert codec.reply(9, Done()) == b'{"re":9,"ok":{}}'


def test_an_error_has_retry_after_only_if_a_retry_helps() -> None:
    assert json.loads(codec.error(1, Invalid("No."))) == {
        "re": 1,
        "error": {"code": "invalid", "message": "No."},
    }
    slow_down = json.loads(codec.error(None, RateLimited("Slow down.", retry_after=1.23456)))
    assert slow_down == {
        "re": None,
        "error": {"code": "rate_limited", "message": "Slow down.", "retry_after": 1.235},
    }


@pytest.mark.parametrize("letter", ["a", '"', "\\", "é", "€", "😀"], ids=ascii)
def test_the_longest_message_fits_a_frame_even_if_every_letter_is_escaped(letter: str) -> None:
    text = letter * (limits.MESSAGE_BYTES // len(letter.encode()))
    frame = json.dumps({"type": "message.send", "room": 1, "message": str(uuid()), "text": text})
    assert isinstance(codec.decode(frame), commands.SendMessage)


@pytest.mark.parametrize(
    "made",
    [
        UUID(int=0),
        UUID(int=1),
        UUID(int=2**128 - 1),
        UUID("127ddbbd-ec73-4320-a4d1-6d4bcfecce97"),  # version 4
        uuid5(NAMESPACE_URL, "a"),
        UUID("019a0000-0000-7000-0000-000000000000"),  # version 7, and another variant than RFC 9562's
    ],
    ids=str,
)
def test_a_message_id_of_another_kind_than_a_uuid_of_version_7_is_refused(made: UUID) -> None:
    refusal = refusal_of(type="message.send", room=1, message=str(made), text="hi")
    assert (refusal.code, "version 7" in refusal.message) == ("invalid", True)
    assert codec.decode(json.dumps({"type": "message.get", "message": str(made)}))  # an older server took it


@pytest.mark.parametrize("day", ["0000-0000", "019a-0000", "ffff-ffff"])
def test_a_wrong_clock_of_a_sender_loses_no_message(day: str) -> None:
    made = UUID(f"{day.replace('-', '')}-0000-7000-8000-000000000000")
    assert codec.decode(json.dumps({"type": "message.send", "room": 1, "message": str(made), "text": "hi"}))


def uuid() -> Any:
    from hubbub.protocol.ids import make_message_id

    return make_message_id()
