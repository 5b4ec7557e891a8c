"""How a tab catches up: the rules of `client/src/state/catchUp.ts`, without pages and outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tests.contract.client import Document
from tests.realtime.model.loop import Loop
from tests.realtime.model.view import View

PAUSE_SECONDS = 0.25
"""Between two questions."""

AGAIN_SECONDS = 1.0
"""Before a server that could not answer is asked again."""

EVERYTHING = "everything"
"""What is asked for on a new connection: until it is answered, every event waits."""


class Follower:
    """`ask` sends a command; answers and events come through `receive`. `view` is None before the first snapshot."""

    def __init__(self, ask: Callable[[Document], None], loop: Loop) -> None:
        self._ask, self._loop = ask, loop
        self.view: View | None = None
        self.resumes = 0
        self._asking: str | set[int] | None = EVERYTHING
        self._held: list[Document] = []
        self._missing: dict[int, int] = {}
        """Room → the head that it must reach, or it is asked for."""
        self._stale = False
        self._commands: dict[int, str] = {}
        self._last_command = 0
        self._timer: asyncio.TimerHandle | None = None
        self._asked_at = 0.0

    @property
    def is_live(self) -> bool:
        return self.view is not None and self._asking != EVERYTHING

    def connected(self) -> None:
        self._held, self._stale = [], False
        self._missing.clear()
        self._commands.clear()
        self._ask_everything()

    def disconnected(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def says(self, kind: str, **fields: Any) -> None:
        """Send a command, and take what its reply tells."""
        self._last_command += 1
        self._commands[self._last_command] = kind
        self._ask({"id": self._last_command, "type": kind, **fields})

    def receive(self, document: Document) -> None:
        if "re" in document:
            self._take_reply(self._commands.pop(document["re"]), document)
        elif document["type"] == "hello":
            self.connected()
        elif self._must_wait(document):
            self._held.append(document)
        else:
            self._take(document)

    def _must_wait(self, event: Document) -> bool:
        if self._asking is None or event["type"] == "heartbeat":
            return False
        if isinstance(self._asking, str):
            return True
        return event["type"] != "message" or event["room"] in self._asking

    def _take(self, event: Document) -> None:
        view = self.view
        assert view is not None
        match event["type"]:
            case "message" if view.misses(event):
                self._held.append(event)
                self._notice(event["room"], event["seq"])
            case "lag":
                self._notice(event["room"], event["head"])
            case "heartbeat":
                for room, head in event.get("heads", {}).items():
                    self._notice(int(room), head)
            case "refresh":
                self._refresh()
            case _:
                was_guest = view.is_guest
                view.apply(event)
                if room := event["type"] == "membership" and event.get("room"):
                    self._notice(room["id"], room["seq"])
                if was_guest and brings_somebody(event):
                    self._refresh()

    # Questions.

    def _ask_everything(self) -> None:
        self._timer = None
        self._asking = EVERYTHING
        if self.view is None:
            self.says("snapshot")
        else:
            self._resume(set(self.view.last))

    def _notice(self, room: int, head: int) -> None:
        """A room has moved to this head. What is not here may be on its way, or missing."""
        if self.view and self.view.is_behind(room, head):
            self._missing[room] = max(head, self._missing.get(room, 0))
            self._ask_soon()

    def _refresh(self) -> None:
        self._stale = True
        self._ask_soon()

    def _ask_soon(self) -> None:
        if self._asking is None and self._timer is None:
            due = max(self._loop.time(), self._asked_at + PAUSE_SECONDS)
            self._timer = self._loop.call_at(due, self._ask_now)

    def _ask_now(self) -> None:
        self._timer = None
        assert self.view is not None
        wanted = {room for room, head in self._missing.items() if self.view.is_behind(room, head)}
        self._missing.clear()
        if wanted or self._stale:
            self._asking, self._stale, self._asked_at = wanted, False, self._loop.time()
            self._resume(wanted)

    def _resume(self, rooms: set[int]) -> None:
        assert self.view is not None
        self.resumes += 1
        seqs = {str(room): self.view.last[room] for room in sorted(rooms) if room in self.view.last}
        self.says("resume", epoch=self.view.epoch, rooms=seqs, directory=self.view.directory)

    # Answers.

    def _take_reply(self, kind: str, document: Document) -> None:
        answer = document.get("ok")
        if kind not in ("snapshot", "resume"):
            if answer and self.view:
                self.view.take_reply(kind, answer)
                if "membership" in answer:
                    self._notice(answer["room"]["id"], answer["room"]["seq"])
        elif answer is None:
            self._ask_again()
        else:
            self._take_whole(answer)
            self._release()

    def _ask_again(self) -> None:
        if isinstance(self._asking, set) and self.view is not None:
            self._stale = True
            self._missing |= {room: self.view.last.get(room, 0) + 1 for room in self._asking}
        act = self._ask_everything if self._asking == EVERYTHING else self._ask_now
        self._timer = self._loop.call_later(AGAIN_SECONDS, act)

    def _take_whole(self, told: Document) -> None:
        if self.view is None or told.get("reset"):
            self.view = View(told)
            return
        self.view.take(told)
        for room in told["rooms"]:
            self._notice(room["id"], room["seq"])

    def _release(self) -> None:
        self._asking = None
        held, self._held = self._held, []
        for event in held:
            self.receive(event)
        if self._stale or self._missing:
            self._ask_soon()


def brings_somebody(event: Document) -> bool:
    """Whether a guest may see more members from now on."""
    if event["type"] == "membership":
        return "room" in event
    return event["type"] == "message" and event["message"].get("system", {}).get("kind") in (
        "joined",
        "added",
    )
