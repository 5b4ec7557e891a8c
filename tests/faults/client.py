"""A client that follows the protocol exactly, reconnects after every cut, and records everything."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from hubbub.protocol.ids import make_message_id
from tests.faults.history import Said, View
from tests.faults.outbox import Outbox
from tests.faults.run_settings import bound

STAY_AWAY = {4000, 4001, 4003, 4004}
AGAIN = {"unavailable", "rate_limited"}
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.05, 2.0


class BookKeeper:
    """One person at one device. `say` puts into the outbox; `run` connects, resumes, sends, hears, for ever."""

    def __init__(self, name: str, token: str, where: Callable[[], str], seed: int = 0) -> None:
        self.name = name
        self.member = 0
        self.views: dict[int, View] = {}
        self.opened: list[float] = []
        self.closed: list[tuple[float, int]] = []
        self.latencies: list[tuple[float, float]] = []
        """(when, seconds since it was said) of what others said."""
        self.lags = self.resets = 0
        self.epochs: list[tuple[float, str]] = []
        """(when, name) of each history that it has followed."""
        self.receive_buffer = 0
        """Bytes that its kernel takes for it; 0: as many as it likes."""
        self.pings = True
        self.reading = True
        """Whether it takes what comes; False: it lets the network fill up, as a tab that hangs."""
        self.presence: dict[int, str] = {}
        self.ended: int | None = None
        self.live = asyncio.Event()
        self.token, self._where = token, where
        self._random = random.Random(f"{seed}{name}")  # noqa: S311
        self._epoch = ""
        self._socket: ClientConnection | None = None
        self._requests: dict[int, Callable[[dict[str, Any]], None]] = {}
        self._outbox = Outbox(self._request, self.live.is_set)
        self._next, self._retry_after = 0, 0.0

    @property
    def said(self) -> list[Said]:
        return self._outbox.said

    @property
    def refusals(self) -> list[tuple[float, float, str]]:
        """(when, seconds it took, code) of sends that were to be tried again."""
        return self._outbox.refusals

    def say(self, room: int, text: str) -> Said:
        message = Said(make_message_id(), room, self.member, text, time.monotonic())
        self._outbox.add(message)
        return message

    async def run(self) -> None:
        """Until it is told to stay away, or cancelled."""
        wait = FIRST_WAIT_SECONDS
        while self.ended is None:
            try:
                where = self._where()
                async with connect(
                    where,
                    sock=_small_socket(where, self.receive_buffer) if self.receive_buffer else None,
                    additional_headers={"Authorization": f"Bearer {self.token}"},
                    open_timeout=bound(5),
                    ping_interval=5 if self.pings else None,
                    ping_timeout=bound(5),
                    close_timeout=0.5,
                    max_size=None,
                    compression=None,
                ) as line:
                    self._socket = line
                    await self._live(line)
                    wait = FIRST_WAIT_SECONDS
            except (OSError, TimeoutError, InvalidHandshake, ConnectionClosed, EOFError):
                pass
            finally:
                self._closed()
            await asyncio.sleep(max(self._retry_after, self._random.uniform(0, wait)))
            self._retry_after = 0.0
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    async def drop(self) -> None:
        """Close the line; `run` comes back at once."""
        self.live.clear()
        if self._socket is not None:
            await self._socket.close()

    def who_is_there(self) -> set[int]:
        """Everybody whom its roster shows."""
        return {member for member, state in self.presence.items() if state != "offline"}

    def give_up(self) -> None:
        """What has no outcome will not get one: it may no longer speak there."""
        self._outbox.give_up()

    async def settle(self) -> None:
        """Wait until everything that was said has an outcome."""
        await self._outbox.settled()

    async def ask(self, within: float = bound(15), **command: Any) -> dict[str, Any]:
        """One command and its reply document; ConnectionError if the line breaks first."""
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

        def settle(document: dict[str, Any]) -> None:
            if not answer.done():
                answer.set_result(document)

        self._request(command, settle)
        document = await asyncio.wait_for(answer, within)
        if "lost" in document:
            raise ConnectionError("the line broke before the answer")
        return document

    async def insist(self, **command: Any) -> dict[str, Any]:
        """Like `ask`, and again for as long as it is told to come back."""
        while True:
            document = await self.ask(bound(30), **command)
            if document.get("error", {}).get("code") not in AGAIN:
                return document
            await asyncio.sleep(document["error"].get("retry_after", 0.5))

    # ── the line ──

    async def _live(self, line: ClientConnection) -> None:
        async for frame in line:
            self._hear(json.loads(frame))
            while not self.reading:
                await asyncio.sleep(0.05)  # noqa: ASYNC110  there is no event to wait for

    def _closed(self) -> None:
        self.live.clear()
        line, self._socket = self._socket, None
        if line is not None:
            code = line.close_code or 1006
            self.closed.append((time.monotonic(), code))
            reason = line.close_reason or ""
            if reason.startswith("retry_after="):
                self._retry_after = min(float(reason.partition("=")[2]), 3.0)
            if code in STAY_AWAY:
                self.ended = code
        requests, self._requests = self._requests, {}
        for settle in requests.values():
            settle({"lost": True})

    def _request(self, command: dict[str, Any], settle: Callable[[dict[str, Any]], None]) -> None:
        if self._socket is None:
            settle({"lost": True})
            return
        self._next += 1
        self._requests[self._next] = settle
        self._write({"id": self._next, **command})

    def _write(self, document: dict[str, Any]) -> None:
        if self._socket is not None:
            with contextlib.suppress(Exception):
                task = asyncio.ensure_future(self._socket.send(json.dumps(document)))
                task.add_done_callback(lambda done: done.cancelled() or done.exception())

    # ── what is heard ──

    def _hear(self, document: dict[str, Any]) -> None:
        if "re" in document:
            if settle := self._requests.pop(document["re"], None):
                settle(document)
            return
        match document["type"]:
            case "hello":
                self.member = document["member"]
                self.opened.append(time.monotonic())
                self._begin()
            case "message":
                self._apply(document["room"], document["seq"], document.get("after"), document["message"])
            case "left":
                if (view := self.views.get(document["room"])) and view.left_at is None:
                    view.left_at = view.seq
            case "membership" if "room" in document:
                self._enter(document["room"])
            case "lag" | "refresh":
                self.lags += document["type"] == "lag"
                self._resume()
            case "heartbeat":
                self._write({"type": "beat"})
                if any(room in self.views and self.views[room].seq < head for room, head in _heads(document)):
                    self._resume()
            case "presence":
                self.presence.update({p["member"]: p["state"] for p in document["presence"]})

    def _begin(self) -> None:
        if self._epoch:
            self._resume()
        else:
            self._request({"type": "snapshot"}, self._started)

    def _started(self, document: dict[str, Any]) -> None:
        if state := document.get("ok"):
            self._begin_epoch(state["epoch"])
            for room in state["rooms"]:
                self.views[room["id"]] = View(start=room["seq"], seq=room["seq"])
            self._is_live(state)

    def _resume(self) -> None:
        seqs = {str(room): view.seq for room, view in self.views.items() if view.left_at is None}
        self._request({"type": "resume", "epoch": self._epoch, "rooms": seqs}, self._resumed)

    def _resumed(self, document: dict[str, Any]) -> None:
        state = document.get("ok")
        if state is None:
            return
        mine = {room["id"]: room for room in state["rooms"]}
        if state.get("reset"):
            self.resets += 1
            self._begin_epoch(state["epoch"])
            self.views = {pk: View(start=room["seq"], seq=room["seq"]) for pk, room in mine.items()}
            self._outbox.send_again()
            self.live.clear()  # until the outbox may go on
        for room, view in self.views.items():
            if room not in mine and view.left_at is None:
                view.left_at = view.seq
        for changes in state["changes"]:
            view = self.views[changes["room"]]
            if changes.get("reset"):
                self.resets += 1
                self.views[changes["room"]] = View(start=changes["seq"], seq=changes["seq"])
                continue
            for message in changes["messages"]:
                if message["seq"] > view.seq:
                    self._put(view, message)
            view.seq = max(view.seq, changes["seq"])
        for room in mine.values():
            self._enter(room)
        self._is_live(state)

    def _begin_epoch(self, epoch: str) -> None:
        self._epoch = epoch
        self.epochs.append((time.monotonic(), epoch))

    def _enter(self, room: dict[str, Any]) -> None:
        """A room that is new to it, or that it has left and come back to."""
        view = self.views.get(room["id"])
        if view is None or view.left_at is not None:
            self.views[room["id"]] = View(start=room["seq"], seq=room["seq"])

    def _is_live(self, state: dict[str, Any]) -> None:
        self.presence = {p["member"]: p["state"] for p in state["presence"]}
        if not self.live.is_set():
            self.live.set()
            self._outbox.send()

    def _apply(self, room: int, seq: int, after: int | None, message: dict[str, Any]) -> None:
        view = self.views.get(room)
        if view is None or seq <= view.seq:
            return
        if (seq - 1 if after is None else after) > view.seq:
            self._resume()
            return
        view.seq = seq
        self._put(view, message)

    def _put(self, view: View, message: dict[str, Any]) -> None:
        pk = UUID(message["id"])
        known = view.states.get(pk)
        if known is None or known["seq"] < message["seq"]:
            view.states[pk] = message
        view.seen[message["seq"]] = json.dumps(message, sort_keys=True).encode()
        if message["author"] != self.member and message["text"].startswith("@"):
            now = time.monotonic()
            self.latencies.append((now, now - float(message["text"][1:].partition(" ")[0])))


def _small_socket(where: str, receive_buffer: int) -> socket.socket:
    """A connected socket that takes little: who does not read is noticed sooner."""
    address = urlsplit(where)
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    made.connect((address.hostname, address.port))
    made.setblocking(False)
    return made


def _heads(document: dict[str, Any]) -> list[tuple[int, int]]:
    return [(int(room), head) for room, head in (document.get("heads") or {}).items()]
