"""Merges the commits of this process and of its peers that arrive in one turn of the event loop.

Without it, each process would write to its clients once for every commit anywhere. A busy process finds its own commit
and several of its peers' in the same turn; a room's frames then go out in one write.
"""

from __future__ import annotations

import logging
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator, Sequence

from hubbub.publish import Batch, RoomFrame

log = logging.getLogger("hubbub")


class MergedCommits:
    """`add` on the event loop; `receive` gets the merged batches in the next turn."""

    def __init__(self, loop: AbstractEventLoop, receive: Callable[[Batch], None]) -> None:
        self._loop, self._receive = loop, receive
        self._waiting: list[Batch] = []

    def add(self, batch: Batch) -> None:
        self._waiting.append(batch)
        if len(self._waiting) == 1:
            self._loop.call_soon(self._deliver)

    def _deliver(self) -> None:
        waiting, self._waiting = self._waiting, []
        for batch in _merged(waiting):
            try:
                self._receive(batch)
            except Exception:
                log.exception("A commit could not be delivered; clients get it by the next poll")


def _merged(batches: Sequence[Batch]) -> Iterator[Batch]:
    """As few as keep the order: a batch's notices come after its own frames, and before the next batch's."""
    frames: list[RoomFrame] = []
    for batch in batches:
        frames += batch.frames
        if batch.notices:
            yield Batch(frames, batch.notices)
            frames = []
    if frames:
        yield Batch(frames)
