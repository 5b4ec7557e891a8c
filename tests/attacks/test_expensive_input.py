"""Input that is cheap to send is cheap to handle: texts, names and numbers made to be slow."""

from __future__ import annotations

import ast
import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

import hubbub
from hubbub.actions.identities import free_handle
from hubbub.errors import HubbubError
from hubbub.protocol import codec, limits
from hubbub.protocol.fields import MessageText, PersonName, RoomName, ShortText
from hubbub.protocol.text import name_key
from hubbub_site.logs import escaped

LONG = limits.FRAME_BYTES
PATHOLOGICAL = {
    "letters": "a" * LONG,
    "spaces": " " * LONG,
    "spaces between": "a " * (LONG // 2),
    "joiners": "\u200d" * (LONG // 3),
    "marks": "a" + "\u0301" * (LONG // 2),
    "mixed marks": "a" + "\u0316\u0301" * (LONG // 4),
    "hangul": "\u1100\u1161\u11a8" * (LONG // 9),
    "ligatures": "\ufdfa" * (LONG // 3),
    "controls": "\x01" * LONG,
    "dashes": "-." * (LONG // 2),
    "ats": "@" * LONG,
    "brackets": "[" * LONG,
    "astral": "\U0001f469\u200d" * (LONG // 7),
}
FUNCTIONS: dict[str, Callable[[str], Any]] = {
    "message text": TypeAdapter(MessageText).validate_python,
    "room name": TypeAdapter(RoomName).validate_python,
    "person name": TypeAdapter(PersonName).validate_python,
    "short text": TypeAdapter(ShortText).validate_python,
    "name key": lambda text: name_key(text[: limits.ROOM_NAME_CHARACTERS]),
    "log line": escaped,
}
# Far more than any of them needs, and too little to be noticed or to be useful for an attack.
SECONDS = 0.5


def seconds(act: Callable[[], Any]) -> float:
    """The best of three runs, because other programs run on the machine too."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("text", PATHOLOGICAL)
def test_no_text_makes_a_function_slow(text: str, function: str) -> None:
    """Row 66: regular expressions and normalisations with quadratic time."""

    def act() -> None:
        with suppress(ValidationError):
            FUNCTIONS[function](PATHOLOGICAL[text])

    assert seconds(act) < SECONDS


@pytest.mark.django_db
@pytest.mark.parametrize("text", PATHOLOGICAL)
def test_no_username_makes_a_handle_slow(text: str) -> None:
    """Row 66."""
    assert seconds(lambda: free_handle(PATHOLOGICAL[text])) < SECONDS


@pytest.mark.parametrize(
    "frame",
    [
        "[" * LONG,
        '{"a":' * (LONG // 5),
        '{"type":"beat","id":' + "9" * (LONG - 30) + "}",
        '{"type":"beat","id":1e' + "9" * (LONG - 30) + "}",
        '{"type":"beat",' + ",".join(f'"k{n}":0' for n in range(6000)) + "}",
        '{"type":"beat",' + ",".join('"id":0' for _ in range(9000)) + "}",
        '{"type":"' + "x" * (LONG - 20) + '"}',
        '{"type":"resume","epoch":"","rooms":{' + ",".join(f'"{n}":0' for n in range(1, 7000)) + "}}",
        '{"type":"member.list","members":[' + "1," * 30_000 + "1]}",
        '{"type":"room.create","name":"' + "\\u0301" * 10_000 + '"}',
    ],
    ids=lambda frame: frame[:24],
)
def test_no_frame_is_slow_to_refuse(frame: str) -> None:
    """Rows 14, 64: depth, keys, digits and repetitions, as many as a frame holds."""

    def act() -> None:
        with suppress(codec.NotTheProtocol, HubbubError):
            codec.decode(frame)

    assert seconds(act) < SECONDS


def test_no_refusal_is_longer_than_what_it_refuses() -> None:
    """Row 67: an answer that grows with the request would amplify an attacker's traffic."""
    for document in ({"x" * 60_000: 1}, {"name": "x" * 60_000}, {"room": "x" * 60_000}):
        with pytest.raises(HubbubError) as caught:
            codec.decode(json.dumps({"type": "room.rename", **document}))
        assert len(codec.error(1, caught.value)) < 1000


FETCHING = {"urllib.request", "http.client", "requests", "httpx", "httpx2", "aiohttp", "ftplib"}
UNPACKING = {"zipfile", "tarfile", "pickle", "marshal", "shelve", "PIL", "lxml", "xml"}


OUTSIDE = Path(hubbub.__file__).parent / "outside"
"""Only `fetch_untrusted` makes requests; its tests are in tests/outside."""


def test_the_chat_fetches_nothing_and_unpacks_nothing() -> None:
    """Rows 57 to 63: there are no previews, uploads or imports yet. The first one needs its own tests."""
    found = []
    for file in Path(hubbub.__file__).parent.rglob("*.py"):
        if OUTSIDE in file.parents:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            dangerous = FETCHING | UNPACKING
            found += [f"{file.name}: {name}" for name in names if {name, name.split(".")[0]} & dangerous]
    assert found == []


def test_no_file_is_taken(alice: object, client: Any) -> None:
    """Row 62: a file that is sent with a command is discarded."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("../../evil.svg", b"<svg onload=alert(1)>")
    assert client.post("/api/room.create", {"name": "x", "file": file}).status_code == 401
