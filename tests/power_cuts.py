"""A model of files after a power cut: synced content, under names whose folder was synced.

`PowerCuts` watches the system calls of this process. A name that was created or changed since the last sync of its
folder may be lost or present; unsynced content may be missing. This is the worst case of POSIX, and file systems
really do it.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


class PowerCuts:
    """`left(path)`: all possible contents of the file if the power is cut now (None: no file). `ever(path)`: all
    possible contents at any moment since the start."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        if sys.platform != "linux":
            pytest.skip("only Linux reports the name of an open file")
        self._synced: dict[int, bytes] = {}
        self._kept: dict[Path, bytes | None] = {}
        self._unsure: dict[Path, set[bytes | None]] = {}
        self._seen: dict[Path, set[bytes | None]] = {}
        monkeypatch.setattr(os, "fsync", self._fsync(os.fsync))
        for name in ("link", "replace", "rename"):
            monkeypatch.setattr(os, name, self._naming(getattr(os, name)))

    def was_there(self, path: Path) -> None:
        """Treat the present file as completely synced."""
        self._kept[path.resolve()] = path.read_bytes()

    def left(self, path: Path) -> set[bytes | None]:
        path = path.resolve()
        return {self._kept.get(path)} | self._unsure.get(path, set())

    def ever(self, path: Path) -> set[bytes | None]:
        return self.left(path) | self._seen.get(path.resolve(), set())

    def _fsync(self, real: Callable[[Any], None]) -> Callable[[Any], None]:
        def fsync(descriptor: Any) -> None:
            real(descriptor)
            name = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
            if stat.S_ISDIR(os.fstat(descriptor).st_mode):
                for path in [path for path in self._unsure if path.parent == name]:
                    del self._unsure[path]
                    self._kept[path] = self._synced.get(path.stat().st_ino, b"")
            else:
                self._synced[os.fstat(descriptor).st_ino] = name.read_bytes()

        return fsync

    def _naming(self, real: Callable[..., None]) -> Callable[..., None]:
        def give_name(source: Any, target: Any, **more: Any) -> None:
            real(source, target, **more)
            path = Path(target).resolve()
            self._unsure.setdefault(path, set()).add(self._synced.get(path.stat().st_ino, b""))
            self._seen.setdefault(path, set()).update(self.left(path))

        return give_name
