"""Write files that survive a power cut: afterwards a file is whole, or it is as it was before.

`place` is the one way in which Hubbub puts a file where it belongs. It syncs the content, gives it its name, and syncs
the folder. Without the first sync a power cut can leave the name with no content; without the second it can lose the
name. Every file that Hubbub writes holds something private, so only its owner can read it.
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
    """Write a small file. Returns what `place` returns. Raises OSError, and then `path` is as it was."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    make_private(draft)
    try:
        draft.write_bytes(content)
        return place(draft, path, replace=replace)
    finally:
        draft.unlink(missing_ok=True)


def place(draft: Path, path: Path, *, replace: bool = True) -> bool:
    """Give a finished file on the same disk its name, durably. Without `replace`, a file that is there stays, and the
    answer is False: of two processes that start together, both use the file of the first."""
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
def workplace(path: Path) -> Iterator[Path]:
    """A private folder next to `path` in which a large file is made before `place`. It is deleted at the end.

    Each process has its own, so two that make the same file do not mix their drafts. Folders of processes that were
    killed are deleted at the next start.
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
    """An empty file that nobody else can read, before anything is written to it."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def make_folder(path: Path) -> None:
    """Make a private folder, and the ones above it, unless they are there."""
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
        # Some network file systems cannot sync a folder. SQLite goes on in that case, and so do we.
        if error.errno != errno.EINVAL:
            raise


def _is_in_use(workplace: Path) -> bool:
    """Whether the process that a workplace is named after still runs. Ours cannot have begun yet."""
    number = workplace.name.split(".")[-2]
    if not number.isdecimal() or int(number) == os.getpid():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
