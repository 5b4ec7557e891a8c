"""Redis' replies, cut anywhere."""

from __future__ import annotations

import msgpack  # type: ignore[import-untyped]
import pytest

from tests.faults.resp import Replies, end_of_reply, message_of

REPLIES = [
    b"+OK\r\n",
    b"-ERR no\r\n",
    b":12\r\n",
    b"_\r\n",
    b"#t\r\n",
    b",1.5\r\n",
    b"(12345678901234567890\r\n",
    b"$-1\r\n",
    b"*-1\r\n",
    b"$0\r\n\r\n",
    b"$5\r\na\r\nb!\r\n",
    b"=7\r\ntxt:abc\r\n",
    b"!4\r\nERR!\r\n",
    b"*2\r\n$1\r\na\r\n*2\r\n:1\r\n$-1\r\n",
    b"~2\r\n+a\r\n+b\r\n",
    b"%2\r\n+a\r\n:1\r\n+b\r\n%1\r\n+c\r\n*0\r\n",
    b"|1\r\n+ttl\r\n:5\r\n*1\r\n:1\r\n",
    b">3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n",
    b">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$4\r\n\r\n>3\r\n",
    b"*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$0\r\n\r\n",
]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_replies_are_whole_however_the_stream_is_cut(size: int) -> None:
    stream, replies = b"".join(REPLIES), Replies()
    found = [reply for at in range(0, len(stream), size) for reply in replies.feed(stream[at : at + size])]
    assert found == REPLIES


def test_an_unfinished_reply_has_no_end() -> None:
    for reply in REPLIES:
        assert all(end_of_reply(reply[:cut]) is None for cut in range(len(reply)))


def test_what_is_not_resp_is_refused() -> None:
    with pytest.raises(ValueError, match="no RESP"):
        end_of_reply(b"HTTP/1.1 400\r\n")


@pytest.mark.parametrize("sign", [b">", b"*"])
def test_a_message_of_the_channel_layer_is_understood(sign: bytes) -> None:
    data = msgpack.packb({"type": "hubbub.frames", "node": "n", "room": 7, "frames": []})
    channel = b"asgi__group__hubbub.room.7"
    raw = sign + b"3\r\n$7\r\nmessage\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n" % (
        len(channel),
        channel,
        len(data),
        data,
    )
    message = message_of(raw)
    assert message is not None
    assert (message.group, message.kind, message.content["room"]) == ("hubbub.room.7", "frames", 7)
    assert message.raw == raw


@pytest.mark.parametrize("data", [b"hello", b"\xc1", b""])
def test_a_message_of_others_has_no_kind(data: bytes) -> None:
    message = message_of(b">3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$%d\r\n%s\r\n" % (len(data), data))
    assert message is not None
    assert (message.group, message.data, message.kind) == ("news", data, "")


def test_other_replies_are_no_messages() -> None:
    assert [message_of(reply) is not None for reply in REPLIES] == [False] * (len(REPLIES) - 2) + [True] * 2
