"""The cases of Autobahn|Testsuite that apply to Hubbub, by their numbers: what a client sends, and what may come back.

Autobahn expects that each message is echoed. Hubbub answers commands, so COMMAND is the message and ANSWER its echo.
Sections 1 and 6.1 to 6.3 are in `test_rfc6455.py`, with messages of ours. Sections 9 (messages longer than our frames
may be), 12 and 13 (compression, which we do not offer) do not apply.

Each case has one strict outcome. Some have a lenient one, which Autobahn accepts and reports as NON-STRICT.
Source: https://github.com/crossbario/autobahn-testsuite, autobahntestsuite/case, at commit b8a5120.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from tests.raw_socket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, close, frame

COMMAND = json.dumps({"id": 7, "type": "beat"}).encode()
ANSWER = "answer"
NORMAL, PROTOCOL_ERROR, NOT_UTF8 = "close 1000", "close 1002", "close 1007"
DROPPED = "dropped"
STILL_OPEN = "still open"
"""The server has not failed the connection at a pause (PAUSE) of the client."""

PAUSE = b"pause"
"""Among the pieces: the client waits and looks whether the connection is still open."""

GOODBYE = close(1000)
THEN_GOODBYE = [b"then", GOODBYE]
"""At the end of the pieces: the client closes when all has come that the strict outcome says."""


class Case(NamedTuple):
    number: str
    pieces: list[bytes]
    """Each is written to the network by itself."""
    strict: list[str]
    """What comes back, in order."""
    lenient: list[str] | None = None
    """What Autobahn accepts besides."""

    def accepts(self, heard: list[str]) -> bool:
        """Whether Autobahn would: also a connection that is dropped instead of failed with a code."""
        outcomes = [self.strict, *([self.lenient] if self.lenient else [])]
        dropped = [[*o[:-1], DROPPED] for o in outcomes if o[-1] in (PROTOCOL_ERROR, NOT_UTF8)]
        return heard in outcomes + dropped


def pong(payload: bytes) -> str:
    return f"pong {payload.decode('latin-1')}"


def at_once(*frames: bytes) -> list[bytes]:
    return [b"".join(frames)]


def in_octets(*frames: bytes) -> list[bytes]:
    data = b"".join(frames)
    return [data[place : place + 1] for place in range(len(data))]


def fragments(text: bytes, *cuts: int) -> list[bytes]:
    """One message in len(cuts) + 1 frames, cut at these places."""
    edges = [0, *cuts, len(text)]
    last = len(edges) - 2
    return [
        frame(CONTINUATION if number else TEXT, text[edges[number] : edges[number + 1]], fin=number == last)
        for number in range(last + 1)
    ]


HELLO = frame(TEXT, COMMAND)
ODD = bytes((0x00, 0xFF, 0xFE, 0xFD, 0xFC, 0xFB, 0x00, 0xFF))
TEN = [b"payload-%d" % number for number in range(10)]

PINGS = [
    Case("2.1", [*at_once(frame(PING)), *THEN_GOODBYE], [pong(b""), NORMAL]),
    Case("2.2", [*at_once(frame(PING, b"Hello, world!")), *THEN_GOODBYE], [pong(b"Hello, world!"), NORMAL]),
    Case("2.3", [*at_once(frame(PING, ODD)), *THEN_GOODBYE], [pong(ODD), NORMAL]),
    Case("2.4", [*at_once(frame(PING, b"\xfe" * 125)), *THEN_GOODBYE], [pong(b"\xfe" * 125), NORMAL]),
    Case("2.5", at_once(frame(PING, b"\xfe" * 126)), [PROTOCOL_ERROR]),
    Case("2.6", [*in_octets(frame(PING, b"\xfe" * 125)), *THEN_GOODBYE], [pong(b"\xfe" * 125), NORMAL]),
    Case("2.7", [*at_once(frame(PONG)), *THEN_GOODBYE], [NORMAL]),
    Case("2.8", [*at_once(frame(PONG, b"unsolicited pong payload")), *THEN_GOODBYE], [NORMAL]),
    Case(
        "2.9",
        [*at_once(frame(PONG, b"unsolicited pong payload"), frame(PING, b"ping payload")), *THEN_GOODBYE],
        [pong(b"ping payload"), NORMAL],
    ),
    Case("2.10", [*at_once(*(frame(PING, one) for one in TEN)), *THEN_GOODBYE], [*map(pong, TEN), NORMAL]),
    Case("2.11", [*in_octets(*(frame(PING, one) for one in TEN)), *THEN_GOODBYE], [*map(pong, TEN), NORMAL]),
]


def failed_after_a_message(number: str, *wrong: bytes, octets: bool = False, apart: bool = False) -> Case:
    """A good message, something wrong, a ping. Strict: the message is answered. The ping never is."""
    frames = [HELLO, *wrong, frame(PING)]
    pieces = frames if apart else in_octets(*frames) if octets else at_once(*frames)
    return Case(number, pieces, [ANSWER, PROTOCOL_ERROR], [PROTOCOL_ERROR])


RESERVED_BITS = [
    Case("3.1", at_once(frame(TEXT, COMMAND, rsv=1)), [PROTOCOL_ERROR]),
    failed_after_a_message("3.2", frame(TEXT, COMMAND, rsv=2)),
    failed_after_a_message("3.3", frame(TEXT, COMMAND, rsv=3), apart=True),
    failed_after_a_message("3.4", frame(TEXT, COMMAND, rsv=4), octets=True),
    Case("3.5", at_once(frame(BINARY, ODD, rsv=5)), [PROTOCOL_ERROR]),
    Case("3.6", at_once(frame(BINARY, COMMAND, rsv=6)), [PROTOCOL_ERROR]),
    Case("3.7", at_once(frame(CLOSE, rsv=7)), [PROTOCOL_ERROR]),
]
RESERVED_OPCODES = [
    Case("4.1.1", at_once(frame(3)), [PROTOCOL_ERROR]),
    Case("4.1.2", at_once(frame(4, b"reserved opcode payload")), [PROTOCOL_ERROR]),
    failed_after_a_message("4.1.3", frame(5)),
    failed_after_a_message("4.1.4", frame(6, COMMAND)),
    failed_after_a_message("4.1.5", frame(7, COMMAND), octets=True),
    Case("4.2.1", at_once(frame(11)), [PROTOCOL_ERROR]),
    Case("4.2.2", at_once(frame(12, b"reserved opcode payload")), [PROTOCOL_ERROR]),
    failed_after_a_message("4.2.3", frame(13)),
    failed_after_a_message("4.2.4", frame(14, COMMAND)),
    failed_after_a_message("4.2.5", frame(15, COMMAND), octets=True),
]

FIRST, SECOND = fragments(COMMAND, 12)
FIVE = fragments(COMMAND, 4, 9, 13, 17)
NOW = frame(PING, b"ping payload")
PONG_NOW = pong(b"ping payload")
TWO_PINGS = [*FIVE[:2], frame(PING, b"pongme 1!"), PAUSE, *FIVE[2:4], frame(PING, b"pongme 2!"), FIVE[4]]
PONGS_THEN_ANSWER = [pong(b"pongme 1!"), STILL_OPEN, pong(b"pongme 2!"), ANSWER, NORMAL]


def of_nothing(*, fin: bool) -> bytes:
    """A continuation that continues nothing."""
    return frame(CONTINUATION, b"non-continuation payload", fin=fin)


FRAGMENTS = [
    *(
        Case(number, at_once(frame(kind, b"fragment1", fin=False), of_nothing(fin=True)), [PROTOCOL_ERROR])
        for number, kind in (("5.1", PING), ("5.2", PONG))
    ),
    Case("5.3", [*at_once(FIRST, SECOND), *THEN_GOODBYE], [ANSWER, NORMAL]),
    Case("5.4", [FIRST, SECOND, *THEN_GOODBYE], [ANSWER, NORMAL]),
    Case("5.5", [*in_octets(FIRST, SECOND), *THEN_GOODBYE], [ANSWER, NORMAL]),
    Case("5.6", [*at_once(FIRST, NOW, SECOND), *THEN_GOODBYE], [PONG_NOW, ANSWER, NORMAL]),
    Case("5.7", [FIRST, NOW, SECOND, *THEN_GOODBYE], [PONG_NOW, ANSWER, NORMAL]),
    Case("5.8", [*in_octets(FIRST, NOW, SECOND), *THEN_GOODBYE], [PONG_NOW, ANSWER, NORMAL]),
    Case("5.9", at_once(of_nothing(fin=True), HELLO), [PROTOCOL_ERROR]),
    Case("5.10", [of_nothing(fin=True), HELLO], [PROTOCOL_ERROR]),
    Case("5.11", in_octets(of_nothing(fin=True), HELLO), [PROTOCOL_ERROR]),
    Case("5.12", at_once(of_nothing(fin=False), HELLO), [PROTOCOL_ERROR]),
    Case("5.13", [of_nothing(fin=False), HELLO], [PROTOCOL_ERROR]),
    Case("5.14", in_octets(of_nothing(fin=False), HELLO), [PROTOCOL_ERROR]),
    Case(
        "5.15",
        at_once(FIRST, SECOND, of_nothing(fin=False), HELLO),
        [ANSWER, PROTOCOL_ERROR],
        [PROTOCOL_ERROR],
    ),
    Case("5.16", at_once(*[of_nothing(fin=False), FIRST, SECOND] * 2), [PROTOCOL_ERROR]),
    Case("5.17", at_once(*[of_nothing(fin=True), FIRST, SECOND] * 2), [PROTOCOL_ERROR]),
    Case("5.18", at_once(FIRST, frame(TEXT, b"fragment2")), [PROTOCOL_ERROR]),
    Case("5.19", [b"".join(TWO_PINGS[:3]), PAUSE, b"".join(TWO_PINGS[4:]), *THEN_GOODBYE], PONGS_THEN_ANSWER),
    Case("5.20", [*TWO_PINGS, *THEN_GOODBYE], PONGS_THEN_ANSWER),
]

BAD = b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5" + b"\xf4\x90\x80\x80" + b"edited"
"""Valid up to and including byte 12; byte 13 makes it wrong; the last six are valid by themselves."""


def pieces_with_pauses(whole: list[bytes]) -> list[bytes]:
    return [whole[0], PAUSE, whole[1], PAUSE, whole[2]]


def chops(data: bytes, *cuts: int) -> list[bytes]:
    """One frame that comes in three pieces, cut at these places of its payload."""
    whole = frame(TEXT, data)
    edges = [len(whole) - len(data) + cut for cut in cuts]
    return [whole[: edges[0]], whole[edges[0] : edges[1]], whole[edges[1] :]]


FAIL_FAST = [
    Case(number, pieces_with_pauses(parts), [STILL_OPEN, NOT_UTF8], [STILL_OPEN, STILL_OPEN, NOT_UTF8])
    for number, parts in (
        ("6.4.1", fragments(BAD, 11, 15)),
        ("6.4.2", fragments(BAD, 12, 13)),
        ("6.4.3", chops(BAD, 11, 15)),
        ("6.4.4", chops(BAD, 12, 13)),
    )
]

CODES = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)
NO_CODES = (0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999)
NOT_UTF8_REASON = BAD[:11] + b"\xed\xa0\x80" + b"edited"
CLOSING = [
    Case("7.1.1", [*at_once(HELLO), *THEN_GOODBYE], [ANSWER, NORMAL]),
    Case("7.1.2", at_once(GOODBYE, frame(CLOSE)), [NORMAL]),
    Case("7.1.3", at_once(GOODBYE, frame(PING)), [NORMAL]),
    Case("7.1.4", at_once(GOODBYE, HELLO), [NORMAL]),
    Case("7.1.5", at_once(FIRST, GOODBYE, SECOND), [NORMAL]),
    Case("7.3.1", at_once(frame(CLOSE)), ["close 1005"], [NORMAL]),
    Case("7.3.2", at_once(frame(CLOSE, b"a")), [PROTOCOL_ERROR]),
    Case("7.3.3", at_once(GOODBYE), [NORMAL]),
    Case("7.3.4", at_once(close(1000, b"Hello, world!")), [NORMAL]),
    Case("7.3.5", at_once(close(1000, b"*" * 123)), [NORMAL]),
    Case("7.3.6", at_once(close(1000, b"*" * 124)), [PROTOCOL_ERROR]),
    Case("7.5.1", at_once(close(1000, NOT_UTF8_REASON)), [NOT_UTF8], [PROTOCOL_ERROR]),
    *(Case(f"7.7.{n}", at_once(close(code)), [f"close {code}"], [NORMAL]) for n, code in enumerate(CODES, 1)),
    *(Case(f"7.9.{n}", at_once(close(code)), [PROTOCOL_ERROR]) for n, code in enumerate(NO_CODES, 1)),
    *(
        Case(f"7.13.{n}", at_once(close(code)), [PROTOCOL_ERROR], [f"close {code}"])
        for n, code in enumerate((5000, 65535), 1)
    ),
]

LONGEST = COMMAND + b" " * (65536 - len(COMMAND))
AUTO_FRAGMENTED = [
    Case(
        "10.1.1", [*at_once(*fragments(LONGEST, *range(1300, 65536, 1300))), *THEN_GOODBYE], [ANSWER, NORMAL]
    ),
]

CASES = [
    *PINGS,
    *RESERVED_BITS,
    *RESERVED_OPCODES,
    *FRAGMENTS,
    *FAIL_FAST,
    *CLOSING,
    *AUTO_FRAGMENTED,
]
