"""A disk with a cache: it holds what was synced, and of what came later some sectors, in no order.

The model, for each file: a sync makes durable all that was written before it began. Of every sector that was written
later the disk holds one of its versions: as it was synced, or after any of the writes since. Of the write under way
one sector may be torn: its first bytes are new, the others old. Changes of a file's length take effect in their order,
each or none after a certain one, and independently of the data: what is missing reads as zeros. Names (create, rename,
link, unlink) take effect in their order too, up to some moment after the last sync of the folder.

It is honest: what it says is synced is kept. It never damages bytes that nobody writes (SQLite counts on that as
"powersafe overwrite"). There is one folder; writes through mapped memory are as if they never reached the disk.
"""

from __future__ import annotations

from random import Random
from typing import Generic, TypeVar

from tests.faults.power import log
from tests.faults.power.log import Record
from tests.faults.power.sectors import Change, Losses, remains_of, some

C = TypeVar("C")


class Cached(Generic[C]):
    """What is durable, and the changes since. Subclasses say how a change becomes durable (`settle`)."""

    def __init__(self) -> None:
        self.pending: list[C] = []
        self._settled = 0
        self._syncs: dict[int, int] = {}

    def settle(self, change: C) -> None:
        raise NotImplementedError

    def sync_begins(self, thread: int) -> None:
        self._syncs[thread] = self._settled + len(self.pending)

    def sync_ends(self, thread: int) -> None:
        """Whatever was pending when this thread's sync began is durable now."""
        count = max(0, self._syncs.pop(thread) - self._settled)
        for change in self.pending[:count]:
            self.settle(change)
        del self.pending[:count]
        self._settled += count


class File(Cached[Change]):
    def __init__(self) -> None:
        super().__init__()
        self.durable = bytearray()
        self.mapped = False

    def settle(self, change: Change) -> None:
        change.apply(self.durable)

    def content(self) -> bytes:
        """As a program reads it, whatever is durable."""
        content = bytearray(self.durable)
        for change in self.pending:
            change.apply(content)
        return bytes(content)


Naming = dict[str, File | None]
"""One change of the folder: what each of these names means from now on; None: it is gone."""


class Folder(Cached[Naming]):
    def __init__(self) -> None:
        super().__init__()
        self.durable: dict[str, File] = {}
        self.now: dict[str, File] = {}

    def change(self, naming: Naming) -> None:
        self.pending.append(naming)
        _rename(self.now, naming)

    def settle(self, change: Naming) -> None:
        _rename(self.durable, change)

    def after(self, count: int) -> dict[str, File]:
        """What is durable, and the first `count` of the changes since."""
        names = dict(self.durable)
        for naming in self.pending[:count]:
            _rename(names, naming)
        return names


def _rename(names: dict[str, File], naming: Naming) -> None:
    for name, file in naming.items():
        if file is None:
            names.pop(name, None)
        else:
            names[name] = file


class Disk:
    """`follow` the records of a log; `cut` says what a power cut leaves."""

    def __init__(self) -> None:
        self.folder = Folder()
        self._files: dict[int, File] = {}

    def follow(self, record: Record) -> None:
        names = self.folder.now
        match record.kind:
            case log.OPEN if record.offset:
                if "/" in record.path:
                    raise NotImplementedError(f"{record.path}: the model has one folder")
                made = self._files[record.file] = File()
                self.folder.change({record.path: made})
            case log.WRITE | log.RESIZE:
                self._files[record.file].pending.append(change_of(record))
            case log.MAP:
                self._files[record.file].mapped = True
            case log.SYNC_BEGINS:
                self._files[record.file].sync_begins(record.thread)
            case log.SYNC_ENDS:
                self._files[record.file].sync_ends(record.thread)
            case log.FOLDER_SYNC_BEGINS:
                self.folder.sync_begins(record.thread)
            case log.FOLDER_SYNC_ENDS:
                self.folder.sync_ends(record.thread)
            case log.LINK:
                self.folder.change({record.names[1]: names[record.names[0]]})
            case log.RENAME:
                self.folder.change({record.names[1]: names[record.names[0]], record.names[0]: None})
            case log.UNLINK:
                self.folder.change({record.path: None})

    def unsynced(self, name: str) -> bool:
        """Whether a file of this name has changes that no sync has covered."""
        return name in self.folder.now and bool(self.folder.now[name].pending)

    def cut(self, random: Random, sector: int, under_way: Record) -> tuple[dict[str, bytes], Losses]:
        """The folder after a power cut: name → content, and what was lost. `under_way`: the call that it interrupts."""
        writing = self._files.get(under_way.file) if under_way.kind == log.WRITE else None
        losses = Losses()
        count = some(random, len(self.folder.pending))
        losses.names = len(self.folder.pending) - count
        contents: dict[File, bytes] = {}
        found = {}
        for name, file in self.folder.after(count).items():
            if file not in contents:
                torn = change_of(under_way) if file is writing else None
                contents[file] = remains_of(file.durable, file.pending, torn, random, sector, losses)
            found[name] = contents[file]
        return found, losses


def change_of(record: Record) -> Change:
    return Change(record.offset, record.data if record.kind == log.WRITE else None)
