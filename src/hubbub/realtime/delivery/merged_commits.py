"""What was committed here and in other processes within one turn of the event loop: handed on together.

Each process writes to its own people, so each writes as often as there are commits anywhere, if it writes at once. A
busy one finds its own and several of the others' in the same turn; a room's frames then go out as one piece.
"""

from __future__ import annotations

import logging
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator, Sequence

from hubbub.publish import Batch, RoomFrame

log = logging.getLogger("hubbub")


class MergedCommits:
    """`add` on the event loop; `receive` gets what came, in the next turn."""

    def __init__(self, loop: AbstractEventLoop, receive: Callable[[Batch], None]) -> None:
        self._loop, self._receive = loop, receive
        self._waiting: list[Batch] = []

    def add(self, batch: Batch) -> None:
        self._waiting.append(batch)
        if len(self._waiting) == 1:
            self._loop.call_soon(self._hand_on)

    def _hand_on(self) -> None:
        waiting, self._waiting = self._waiting, []
        for batch in _joined(waiting):
            try:
                self._receive(batch)
            except Exception:
                log.exception("A commit could not be delivered; listeners hear of it by polling")


def _joined(batches: Sequence[Batch]) -> Iterator[Batch]:
    """As few as keep their order: what a notice says comes after its own frames, and before those of the next."""
    frames: list[RoomFrame] = []
    for batch in batches:
        frames += batch.frames
        if batch.notices:
            yield Batch(frames, batch.notices)
            frames = []
    if frames:
        yield Batch(frames)
