"""How insiders provoke each event while outsiders are connected.

A new event needs a line in `PROVOKED`, or in `WITHOUT_WORDS` if it has numbers only.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterator
from enum import Enum
from types import NoneType
from typing import Any

from pydantic import BaseModel

from hubbub.protocol import events
from tests.attacks.canaries.planting import Known
from tests.sockets import Online


class Insiders:
    """Alice and Bob with their sockets and their private room."""

    def __init__(self, alice: Online, bob: Online, known: Known) -> None:
        self.alice, self.bob, self.known = alice, bob, known
        self.room = known.named["hidden"]

    def speak(self) -> None:
        message = self.alice.says(self.room, self.known.secrets["message in a private room"])
        edited = self.alice.command(
            "message.edit",
            message=message["id"],
            text=self.known.secrets["direct message"],
            seq=message["seq"],
        )
        self.alice.command("message.delete", message=edited["id"])
        self.bob.says(self.known.named["desk"], self.known.secrets["direct message"])

    def change_the_room(self) -> None:
        name, about = self.known.secrets["name of a private room"], self.known.secrets["direct message"]
        self.alice.command("room.rename", room=self.room, name=f"{name}!")
        self.alice.command("room.rename", room=self.room, name=name)
        self.alice.command("room.describe", room=self.room, description=about)

    def read(self) -> None:
        self.bob.command("room.read", room=self.room, number=1)
        self.bob.command("room.notify", room=self.room, level="nothing")

    def come_and_go(self) -> None:
        self.alice.command("room.remove", room=self.room, member=self.bob.me)
        self.bob.hears_event("left", lambda e: e["room"] == self.room)
        self.alice.command("room.invite", room=self.room, members=[self.bob.me])
        self.bob.hears_event("membership", lambda e: "room" in e)

    def change_a_profile(self) -> None:
        self.bob.command("profile.update", about="looks busy")

    def type(self) -> None:
        self.bob.command("typing", room=self.room)

    def look_away(self) -> None:
        self.bob.command("presence.set", state="away")
        self.bob.command("presence.set", state="active")


Cause = Callable[[Insiders], None]

PROVOKED: dict[str, Cause | str] = {
    "hello": "every socket hears it first",
    "message": Insiders.speak,
    "room": Insiders.change_the_room,
    "membership": Insiders.read,
    "left": Insiders.come_and_go,
    "member": Insiders.change_a_profile,
    "typing": Insiders.type,
    "presence": Insiders.look_away,
    "workspace": "from the shell: workspace",
}
"""Each event with the action that provokes it. A string: the crawl causes it in another way."""

WITHOUT_WORDS = {"lag", "refresh", "heartbeat", "permissions"}
"""Events with numbers only, which `test_canaries` checks. Most need a slow reader, a broken bus or time."""


def provoke(insiders: Insiders) -> None:
    unknown = {e.model_fields["type"].default for e in events.ALL} - set(PROVOKED) - WITHOUT_WORDS
    assert not unknown, (
        f"The crawler does not know how to provoke {unknown}: add them to PROVOKED in {__file__}."
    )
    for cause in PROVOKED.values():
        if not isinstance(cause, str):
            cause(insiders)


def words_of(event: type[BaseModel]) -> list[str]:
    """The fields of an event that can contain users' text: neither numbers nor fixed words."""
    wordless = (int, NoneType, Enum)
    return [
        name
        for name, field in event.model_fields.items()
        if name != "type"
        and not all(
            isinstance(part, type) and issubclass(part, wordless) for part in _parts(field.annotation)
        )
    ]


def _parts(annotation: Any) -> Iterator[Any]:
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is not None:
        for part in typing.get_args(annotation):
            yield from _parts(part)
    else:
        yield annotation


def rooms_in(document: Any) -> set[int]:
    """All room ids anywhere in a frame."""
    found: set[int] = set()
    if isinstance(document, dict):
        for name, value in document.items():
            if name == "room" and isinstance(value, int):
                found.add(value)
            elif name == "room" and isinstance(value, dict):
                found.add(int(value.get("id", 0)))
            elif name == "heads" and isinstance(value, dict):
                found |= {int(room) for room in value}
            found |= rooms_in(value)
    elif isinstance(document, list):
        for value in document:
            found |= rooms_in(value)
    return found
