"""Writes files that survive a power cut: a file is either complete or unchanged.

Hubbub installs every file with `move_into_place`. It syncs the content, renames the draft, and syncs the folder.
Without the first sync a power cut can leave the name without content; without the second it can lose the name. All
files that Hubbub writes are private, so only their owner can read them.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path


def write(path: Path, content: bytes, *, replace: bool = True) -> bool:
    """Write a small file. Returns what `move_into_place` returns. Raises OSError, and then `path` is unchanged."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    make_private(draft)
    try:
        draft.write_bytes(content)
        return move_into_place(draft, path, replace=replace)
    finally:
        draft.unlink(missing_ok=True)


def move_into_place(draft: Path, path: Path, *, replace: bool = True) -> bool:
    """Rename a finished draft on the same disk, durably. Without `replace` an existing file stays and the result is
    False: two processes that start together both use the file of the first."""
    _sync(draft)
    if replace:
        os.replace(draft, path)
        _sync_folder(path.parent)
        return True
    try:
        os.link(draft, path)
        return True
    except FileExistsError:
        return False
    finally:
        _sync_folder(path.parent)


@contextmanager
def draft_folder(path: Path) -> Iterator[Path]:
    """A private folder next to `path` for the draft of a large file before `move_into_place`. Deleted at the end.

    Each process has its own, so two that write the same file do not mix their drafts. Folders of killed processes are
    deleted at the next start.
    """
    for old in path.parent.glob(f".{escape(path.name)}.*.part"):
        if not _is_in_use(old):
            shutil.rmtree(old, ignore_errors=True)
    own = path.with_name(f".{path.name}.{os.getpid()}.part")
    own.mkdir(mode=0o700)
    try:
        yield own
    finally:
        shutil.rmtree(own, ignore_errors=True)


def make_private(path: Path) -> None:
    """Create an empty file that only its owner can read, before anything is written to it."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def make_folder(path: Path) -> None:
    """Create a private folder and its missing parents."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    for made in missing:
        _sync_folder(made.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    try:
        _sync(folder)
    except OSError as error:
        # Some network file systems cannot sync a folder. SQLite ignores that, and so do we.
        if error.errno != errno.EINVAL:
            raise


def _is_in_use(draft_folder: Path) -> bool:
    """Whether the process in the folder's name still runs. A folder of our own number is left from an older process."""
    number = draft_folder.name.split(".")[-2]
    if not number.isdecimal() or int(number) == os.getpid():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
