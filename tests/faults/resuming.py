"""How a client gets the whole state: a snapshot, then `resume` after every cut and every gap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.contract.client import Document
from tests.faults.client import BookKeeper
from tests.faults.received import Received, about_rooms
from tests.faults.whole_state import WholeState

PAGE = 100
AGAIN_SECONDS = 0.5
PAUSE_SECONDS = 0.25
"""Between noticing that something was missed and asking for it, as in the browser's client."""


class Resuming(BookKeeper):
    """Subclasses take events (`_take`), and call `_look_at`, `_resume` and `_load_rooms` when these ask for it."""

    def __init__(
        self, name: str, token: str, where: Callable[[], str], seed: int = 0, *, like_browser: bool = False
    ) -> None:
        super().__init__(name, token, where, seed)
        self.like_browser = like_browser
        self.state: WholeState | None = None
        self.heard: list[Received] = []
        self.attention = "active"
        self._asked: set[int] | None = None
        """The rooms of the `resume` that is under way."""
        self._planned = self._wanted = False
        self._missing: set[int] = set()
        self._held: list[Document] = []
        """Events that wait for the answer to it."""
        self._pages_asked: dict[int, int] = {}

    def _take(self, document: Document) -> None:
        raise NotImplementedError

    def _look_at(self, heads: dict[int, int]) -> None:
        """The server names heads of rooms: what is not here up to them was missed."""
        behind = {room for room, head in heads.items() if self.state and self.state.is_behind(room, head)}
        if behind:
            self._missing |= behind
            self._resume()

    def _begin(self) -> None:
        self._held, self._missing, self._planned, self._wanted = [], set(), False, False
        if self.state is not None:
            self._ask_for(set(self.state.rooms))
            return
        self._asked = set()
        self._request({"type": "snapshot"}, self._started)

    def _started(self, document: Document) -> None:
        if told := document.get("ok"):
            self.state = WholeState(told)
            self._settled(told)
        elif "lost" not in document:
            self._soon(AGAIN_SECONDS, self._begin)

    def _resume(self) -> None:
        """Ask once for all that is noticed at the same time; while one question is under way the next waits."""
        self._wanted = True
        if self._asked is None and not self._planned:
            self._planned = True
            self._soon(PAUSE_SECONDS, self._resume_now)

    def _resume_now(self) -> None:
        self._planned = False
        if self.state is not None:
            self._ask_for(self._missing if self.like_browser else set(self.state.rooms))

    def _ask_for(self, rooms: set[int]) -> None:
        assert self.state is not None
        self._asked, self._missing, self._wanted = rooms, self._missing - rooms, False
        seqs = {str(room): self.state.last[room] for room in rooms if room in self.state.last}
        known = {"epoch": self.state.epoch, "directory": self.state.directory}
        self._request({"type": "resume", **known, "rooms": seqs}, self._resumed)

    def _resumed(self, document: Document) -> None:
        if (told := document.get("ok")) and self.state is not None:
            if told.get("reset"):
                self.state = WholeState(told)
            else:
                self.state.take(told)
                self._look_at({room["id"]: room["seq"] for room in told["rooms"]})
            self.resets += bool(told.get("reset")) + sum(bool(c.get("reset")) for c in told["changes"])
            self._settled(told)
        elif "lost" not in document:
            rooms = self._asked or set()
            self._soon(document["error"].get("retry_after", AGAIN_SECONDS), lambda: self._ask_for(rooms))

    def _settled(self, told: Document) -> None:
        """A whole state is here: now what came meanwhile."""
        self.heard += about_rooms(told)
        self._asked = None
        held, self._held = self._held, []
        for event in held:
            self._take(event)
        self._load_rooms()
        if not self.live.is_set():
            self.live.set()
            self._outbox.send()
            if self.attention == "away":
                self._write({"type": "presence.set", "state": "away"})
        if self._wanted:
            self._resume()

    def _load_rooms(self) -> None:
        """Ask for the newest page of each room whose messages are not here."""
        if self.state is None:
            return
        for room in self.state.unloaded:
            window = self.state.windows[room]
            if self._pages_asked.get(room) != window:
                self._pages_asked[room] = window
                self._ask_page(room, window)

    def _ask_page(self, room: int, window: int) -> None:
        command = {"type": "timeline", "room": room, "limit": PAGE}
        self._request(command, lambda document: self._loaded(room, window, document))

    def _loaded(self, room: int, window: int, document: Document) -> None:
        if self._pages_asked.get(room) == window:
            del self._pages_asked[room]
        if self.state is None or "lost" in document:
            return
        if self.state.windows[room] == window and (page := document.get("ok")):
            self.state.load(page)
        elif "error" in document:
            self._soon(AGAIN_SECONDS, self._load_rooms)

    def _soon(self, seconds: float, act: Callable[[], None]) -> None:
        """After so many seconds, unless the line is another one by then."""
        line = self._socket
        asyncio.get_running_loop().call_later(seconds, lambda: act() if self._socket is line else None)
