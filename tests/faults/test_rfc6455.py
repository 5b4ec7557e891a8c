"""RFC 6455 as the served socket keeps it, as a table. Autobahn's own cases are in `test_autobahn.py`.

Against both ways in: `push`, our protocol class (`hubbub_site.server.push_protocol`), and `portable`, plain uvicorn,
where frames come through ASGI. A case is what a client sends, in pieces, and what must come back. No compression is
offered, so the cases about it do not apply.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from hubbub.protocol import limits
from tests.faults.cluster import Place
from tests.faults.nodes import Node
from tests.raw_socket import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    SECONDS_TO_WAIT,
    TEXT,
    RawSocket,
    close,
    frame,
)

NOTHING_MORE_SECONDS = 0.2
PROTOCOL_ERROR, NOT_UTF8, TOO_BIG, NOT_THE_PROTOCOL = 1002, 1007, 1009, 4000
COMMAND = json.dumps({"id": 7, "type": "beat"}).encode()
UNICODE = json.dumps({"id": 7, "type": "room.get", "name": "κόσμε 你好 👋🏽"}, ensure_ascii=False).encode()
PADDED = COMMAND + b" " * 70_000


class Case(NamedTuple):
    name: str
    pieces: list[bytes]
    answer: bool = False
    """Whether the command is answered."""
    pongs: tuple[bytes, ...] = ()
    code: int | None = None
    """The close code that comes back; None: the socket lives on."""


def padded(size: int) -> bytes:
    return COMMAND + b" " * (size - len(COMMAND))


def in_bytes(data: bytes) -> list[bytes]:
    return [data[place : place + 1] for place in range(len(data))]


def fragments(text: bytes, size: int) -> list[bytes]:
    parts = [text[place : place + size] for place in range(0, len(text), size)]
    return [
        frame(TEXT if place == 0 else CONTINUATION, part, fin=place == len(parts) - 1)
        for place, part in enumerate(parts)
    ]


FRAMING = [
    Case("1.1 text, short", [frame(TEXT, COMMAND)], answer=True),
    *(
        Case(f"1.1 text of {size} bytes", [frame(TEXT, padded(size))], answer=True)
        for size in (125, 126, 127, 128, 65535, 65536)
    ),
    Case("1.1 text, one byte at a time", in_bytes(frame(TEXT, padded(200))), answer=True),
    Case(
        "1.1 two messages in one piece", [frame(TEXT, b'{"type":"beat"}') + frame(TEXT, COMMAND)], answer=True
    ),
    Case("1.1 empty text", [frame(TEXT)], code=NOT_THE_PROTOCOL),
    Case("1.2 binary with a command", [frame(BINARY, COMMAND)], answer=True),
    Case("1.2 binary that is no UTF-8", [frame(BINARY, b"\xff\xfe")], code=NOT_UTF8),
    Case("9.1 longer than a frame may be", [frame(TEXT, PADDED)], code=TOO_BIG),
    Case("9.1 claims to be huge", [frame(TEXT, b"", length=2**40)], code=TOO_BIG),
    Case("9.1 claims more than there can be", [frame(TEXT, b"", length=2**63 - 1)], code=TOO_BIG),
    Case("9.2 fragments that are too long together", fragments(PADDED, 30_000), code=TOO_BIG),
    Case("5.1 not masked", [frame(TEXT, COMMAND, masked=False)], code=PROTOCOL_ERROR),
]
PINGS = [
    Case("2.1 ping without payload", [frame(PING)], pongs=(b"",)),
    Case("2.2 ping with payload", [frame(PING, b"Hello")], pongs=(b"Hello",)),
    Case("2.3 ping with bytes", [frame(PING, b"\x00\xff\xfe")], pongs=(b"\x00\xff\xfe",)),
    Case("2.4 ping of 125 bytes", [frame(PING, b"p" * 125)], pongs=(b"p" * 125,)),
    Case("2.5 ping of 126 bytes", [frame(PING, b"p" * 126)], code=PROTOCOL_ERROR),
    Case("2.6 ping, one byte at a time", in_bytes(frame(PING, b"slowly")), pongs=(b"slowly",)),
    Case("2.7 pong that nobody asked for", [frame(PONG), frame(TEXT, COMMAND)], answer=True),
    Case("2.8 pong with payload", [frame(PONG, b"x"), frame(TEXT, COMMAND)], answer=True),
    Case("2.9 pong, then ping", [frame(PONG, b"x"), frame(PING, b"y")], pongs=(b"y",)),
    Case(
        "2.10 ten pings",
        [frame(PING, b"%d" % n) for n in range(10)],
        pongs=tuple(b"%d" % n for n in range(10)),
    ),
    Case(
        "2.11 ten pings, chopped",
        in_bytes(b"".join(frame(PING, b"%d" % n) for n in range(10))),
        pongs=tuple(b"%d" % n for n in range(10)),
    ),
]
RESERVED = [
    *(
        Case(f"3.{bits} reserved bits {bits:03b}", [frame(TEXT, COMMAND, rsv=bits)], code=PROTOCOL_ERROR)
        for bits in range(1, 8)
    ),
    Case("3.x reserved bit in a ping", [frame(PING, rsv=4)], code=PROTOCOL_ERROR),
    *(Case(f"4.1 opcode {op}", [frame(op, b"")], code=PROTOCOL_ERROR) for op in (3, 4, 5, 6, 7)),
    *(Case(f"4.2 opcode {op}", [frame(op, b"x")], code=PROTOCOL_ERROR) for op in (11, 12, 13, 14, 15)),
]
FRAGMENTS = [
    Case(
        "5.1 fragmented ping", [frame(PING, b"a", fin=False), frame(CONTINUATION, b"b")], code=PROTOCOL_ERROR
    ),
    Case(
        "5.2 fragmented pong", [frame(PONG, b"a", fin=False), frame(CONTINUATION, b"b")], code=PROTOCOL_ERROR
    ),
    Case("5.3 two fragments", fragments(COMMAND, 12), answer=True),
    Case("5.4 fragments of one byte", fragments(COMMAND, 1), answer=True),
    Case("5.5 fragments, in pieces of one byte", in_bytes(b"".join(fragments(COMMAND, 7))), answer=True),
    Case(
        "5.6 a ping between",
        [f := fragments(COMMAND, 12)[0], frame(PING, b"now"), *fragments(COMMAND, 12)[1:]],
        answer=True,
        pongs=(b"now",),
    ),
    Case(
        "5.8 pings between all, chopped",
        in_bytes(frame(PING, b"p").join(fragments(COMMAND, 9))),
        answer=True,
        pongs=(b"p",) * 2,
    ),
    Case(
        "5.9 continuation of nothing", [frame(CONTINUATION, b"x"), frame(TEXT, COMMAND)], code=PROTOCOL_ERROR
    ),
    Case(
        "5.10 unfinished continuation of nothing", [frame(CONTINUATION, b"x", fin=False)], code=PROTOCOL_ERROR
    ),
    Case(
        "5.18 text within a text", [frame(TEXT, b"a", fin=False), frame(TEXT, COMMAND)], code=PROTOCOL_ERROR
    ),
    Case(
        "5.19 empty fragments",
        [frame(TEXT, b"", fin=False), frame(CONTINUATION, b"", fin=False), frame(CONTINUATION, COMMAND)],
        answer=True,
    ),
]
UTF8 = [
    Case("6.2 valid", [frame(TEXT, UNICODE)], answer=True),
    Case("6.2 valid, in fragments of one byte", fragments(UNICODE, 1), answer=True),
    Case(
        "6.2 a code point split over fragments",
        fragments(UNICODE, UNICODE.index("你".encode()) + 1),
        answer=True,
    ),
    *(
        Case(f"6.x {name}", [frame(TEXT, b'{"type":"beat","x":"' + bad + b'"}')], code=NOT_UTF8)
        for name, bad in {
            "a continuation byte alone": b"\x80",
            "a start byte alone": b"\xc3",
            "overlong slash": b"\xc0\xaf",
            "overlong of three": b"\xe0\x80\xaf",
            "overlong nul": b"\xf0\x80\x80\x80",
            "a surrogate": b"\xed\xa0\x80",
            "beyond Unicode": b"\xf4\x90\x80\x80",
            "five bytes": b"\xf8\x88\x80\x80\x80",
            "impossible": b"\xfe\xff",
        }.items()
    ),
    Case("6.4 cut in the middle of a code point", [frame(TEXT, b'{"x":"\xe4\xbd')], code=NOT_UTF8),
    Case(
        "6.x bad in the second fragment",
        [frame(TEXT, b"ab", fin=False), frame(CONTINUATION, b"\xff")],
        code=NOT_UTF8,
    ),
]
WITHIN_A_MESSAGE = Case(
    "7.1 close within a fragmented message",
    [frame(TEXT, b"a", fin=False), close(1000), frame(CONTINUATION, b"b")],
    code=1000,
)
"""websockets' parser takes it for an error; our protocol class knows better, plain uvicorn does not."""

CLOSING = [
    Case("7.1 close, then a message", [close(1000), frame(TEXT, COMMAND)], code=1000),
    Case("7.1 close, then a ping", [close(1000), frame(PING, b"late")], code=1000),
    Case("7.3 close without code", [frame(CLOSE)], code=1005),
    Case("7.3 close with half a code", [frame(CLOSE, b"\x03")], code=PROTOCOL_ERROR),
    Case("7.3 close with the longest reason", [close(1000, b"r" * 123)], code=1000),
    Case("7.3 close that is too long", [close(1000, b"r" * 124)], code=PROTOCOL_ERROR),
    Case("7.5 close with a reason that is no UTF-8", [close(1000, b"\xff\xfe")], code=NOT_UTF8),
    WITHIN_A_MESSAGE,
    *(
        Case(f"7.7 close {code}", [close(code)], code=code)
        for code in (1001, 1003, 1007, 1011, 3000, 3999, 4999)
    ),
    *(
        Case(f"7.9 close {code}", [close(code)], code=PROTOCOL_ERROR)
        for code in (0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535)
    ),
]
CASES = [*FRAMING, *PINGS, *RESERVED, *FRAGMENTS, *UTF8, *CLOSING]


class PortablePlace(Place):
    """The same site on plain uvicorn."""

    def node(self, *, script: str | None = None, **environment: str) -> Node:
        return super().node(script="tests.faults.portable", **environment)


@pytest.fixture(scope="module", params=["push", "portable"])
def way(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """URL and token."""
    if request.param == "push":
        place = request.getfixturevalue("one_sqlite_node")
        place.heal()
        yield _address(place)
    else:
        with PortablePlace() as place:
            yield _address(place)


def _address(place: Place) -> tuple[str, str]:
    made = place.inside.ask("people", members=1, rooms=1, name=f"rfc{place.nodes[0].port}-")
    return place.nodes[0].url, made["tokens"][0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_case(request: pytest.FixtureRequest, way: tuple[str, str], case: Case) -> None:
    if case is WITHIN_A_MESSAGE and request.node.callspec.params["way"] == "portable":
        case = case._replace(code=PROTOCOL_ERROR)
    async with RawSocket(*way) as line:
        assert json.loads(await line.read_kind(TEXT))["type"] == "hello"
        for piece in case.pieces:
            await line.write_if_open(piece)
            if len(case.pieces) > 20:
                await asyncio.sleep(0)  # let pieces go out one by one
        if case.code is None:
            await line.write_if_open(frame(PING, b"the last"))
        answered, pongs, code = await _what_comes(line, case)
    assert answered == case.answer
    assert code == case.code
    assert tuple(pongs) == case.pongs


async def test_an_error_after_a_valid_message_closes_after_its_answer(way: tuple[str, str]) -> None:
    async with RawSocket(*way) as line:
        await line.write_if_open(frame(TEXT, COMMAND))
        while json.loads(await line.read_kind(TEXT)).get("re") != 7:
            pass
        await line.write_if_open(frame(5, b"x"))
        assert await line.read_close() == PROTOCOL_ERROR


async def _what_comes(line: RawSocket, case: Case) -> tuple[bool, list[bytes], int | None]:
    """Everything until the close; or until our last ping is answered, the reply is there, and nothing more comes."""
    answered = False
    pongs: list[bytes] = []
    last = False
    while True:
        complete = last and answered == case.answer
        try:
            opcode, payload = await line.read(NOTHING_MORE_SECONDS if complete else SECONDS_TO_WAIT)
        except TimeoutError:
            return answered, pongs, None
        except (asyncio.IncompleteReadError, ConnectionError):
            return answered, pongs, 1006
        if opcode == CLOSE:
            return answered, pongs, int.from_bytes(payload[:2], "big") if payload else 1005
        if opcode == PONG and payload == b"the last":
            last = True
        elif opcode == PONG:
            pongs.append(payload)
        elif opcode == TEXT and json.loads(payload).get("re") == 7:
            answered = True


def test_the_frame_limit_is_the_documented_one() -> None:
    assert limits.FRAME_BYTES == 65536
