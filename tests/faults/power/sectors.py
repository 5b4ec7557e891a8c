"""What a disk holds of one file: of each sector some version since the last sync, of the last write a torn one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

LUCK = (0.0, 0.1, 0.5, 0.9, 1.0)
"""How likely a sector reached the disk, chosen once for each file and cut: a disk that has written nearly everything
leaves other damage than one that has written nearly nothing."""


@dataclass(slots=True)
class Losses:
    """How much a power cut took. `dropped`: sectors in an older version than the last; `torn`: half new, half old."""

    dropped: int = 0
    torn: int = 0
    resizes: int = 0
    names: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A write of `data` at `offset`; without data the file gets the length `offset`."""

    offset: int
    data: bytes | None = None

    def length_after(self, length: int) -> int:
        return self.offset if self.data is None else max(length, self.offset + len(self.data))

    def apply(self, content: bytearray) -> None:
        resize(content, self.length_after(len(content)))
        if self.data is not None:
            content[self.offset : self.offset + len(self.data)] = self.data

    def parts(self, sector: int) -> Iterator[tuple[int, int, bytes]]:
        """(number of the sector, offset in the file, bytes) of each sector that is written to."""
        data = self.data or b""
        at = 0
        while at < len(data):
            number, within = divmod(self.offset + at, sector)
            size = min(sector - within, len(data) - at)
            yield number, self.offset + at, data[at : at + size]
            at += size


def resize(content: bytearray, length: int) -> None:
    """Cut it off, or fill it with zeros."""
    if length < len(content):
        del content[length:]
    else:
        content.extend(bytes(length - len(content)))


def some(random: Random, count: int) -> int:
    """0 … count; none and all are as likely as anything between."""
    return random.choice([0, count, random.randint(0, count)])


def remains_of(
    durable: bytearray,
    pending: list[Change],
    torn: Change | None,
    random: Random,
    sector: int,
    losses: Losses,
) -> bytes:
    """The file's content after a power cut; adds to `losses`. `torn`: the write that the cut interrupts."""
    changes = [*pending, torn] if torn else pending
    if not changes:
        return bytes(durable)
    length, reached = _length(len(durable), changes, random, losses)
    versions = _versions(changes[:reached], random, sector)
    tear = random.choice([number for number, _, _ in torn.parts(sector)] or [None]) if torn else None
    content = bytearray(durable)
    count: dict[int, int] = {}
    for change in changes[:reached]:
        resize(content, max(len(content), change.length_after(len(content))))
        if change.data is None:
            resize(content, change.offset)
        for number, offset, part in change.parts(sector):
            count[number] = count.get(number, 0) + 1
            if count[number] > versions[number]:
                continue
            if change is torn and number == tear and len(part) > 1:
                part = part[: random.randrange(1, len(part))]
                losses.torn += 1
            content[offset : offset + len(part)] = part
    losses.dropped += sum(count[number] > versions[number] for number in count)
    resize(content, length)
    return bytes(content)


def _length(length: int, changes: list[Change], random: Random, losses: Losses) -> tuple[int, int]:
    """The file's length, and how many of the changes can have reached the disk: none behind a cut that did not."""
    lengths = [length]
    resizing = []
    for place, change in enumerate(changes):
        if (after := change.length_after(lengths[-1])) != lengths[-1]:
            lengths.append(after)
            resizing.append(place)
    applied = some(random, len(resizing))
    losses.resizes += len(resizing) - applied
    undone = (place for place in resizing[applied:] if changes[place].data is None)
    return lengths[applied], next(undone, len(changes))


def _versions(changes: list[Change], random: Random, sector: int) -> dict[int, int]:
    """Sector → how many of the writes to it the disk holds."""
    writes: dict[int, int] = {}
    for change in changes:
        for number, _, _ in change.parts(sector):
            writes[number] = writes.get(number, 0) + 1
    luck = random.choice(LUCK)
    return {
        number: count if random.random() < luck else random.randrange(count)
        for number, count in writes.items()
    }
