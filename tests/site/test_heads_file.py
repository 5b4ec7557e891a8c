"""The file with the last committed head of each room: what it stores, and which failures it survives."""

from __future__ import annotations

import errno
import logging
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hubbub_site import heads_file
from hubbub_site.heads_file import HEADER, MOST_ROOMS, ROOMS_AT_ONCE, HeadsFile, read, write

EPOCH = "5f" * 16
OTHER = "a0" * 16

NOTES_AND_DIES = """
import os, signal, sys
from pathlib import Path
from hubbub_site.heads_file import HeadsFile
HeadsFile(Path(sys.argv[1]), sys.argv[2]).note([(1, 8), (2, 900)])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file in which room 1 has head 7."""
    write(tmp_path / heads_file.NAME, EPOCH, {1: 7})
    return tmp_path / heads_file.NAME


def test_it_works(path: Path) -> None:
    file = HeadsFile(path, EPOCH)
    file.note([(1, 8), (2, 1), (2, 2)])
    file.close()
    assert read(path) == (EPOCH, {1: 8, 2: 2})


def test_only_its_owner_can_read_it(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == [heads_file.NAME]


def test_an_older_seq_changes_nothing(path: Path) -> None:
    HeadsFile(path, EPOCH).note([(1, 6)])
    assert read(path) == (EPOCH, {1: 7})


def test_it_survives_a_kill_of_the_process(path: Path) -> None:
    died = subprocess.run([sys.executable, "-c", NOTES_AND_DIES, str(path), EPOCH], check=False)
    assert died.returncode == -9
    assert read(path) == (EPOCH, {1: 8, 2: 900})


def test_it_grows_with_new_rooms(path: Path) -> None:
    file = HeadsFile(path, EPOCH)
    assert path.stat().st_size == HEADER.size + 8 * ROOMS_AT_ONCE
    last = 3 * ROOMS_AT_ONCE
    file.note([(last, 4), (1, 9), (ROOMS_AT_ONCE, 5)])
    assert read(path) == (EPOCH, {1: 9, ROOMS_AT_ONCE: 5, last: 4})
    assert path.stat().st_blocks * 512 >= path.stat().st_size, "a hole would kill the process on a full disk"


def test_two_processes_share_it(path: Path) -> None:
    one, other = HeadsFile(path, EPOCH), HeadsFile(path, EPOCH)
    one.note([(1, 8), (ROOMS_AT_ONCE, 2)])
    other.note([(1, 9), (ROOMS_AT_ONCE, 3), (ROOMS_AT_ONCE + 1, 1)])
    one.note([(2, 1)])
    assert read(path) == (EPOCH, {1: 9, 2: 1, ROOMS_AT_ONCE: 3, ROOMS_AT_ONCE + 1: 1})


def test_a_new_file_replaces_one_in_use(path: Path) -> None:
    """A server may start before an older one has ended."""
    old = HeadsFile(path, EPOCH)
    write(path, OTHER, {1: 3})
    old.note([(1, 100)])
    assert read(path) == (OTHER, {1: 3})


def test_a_file_of_another_epoch_is_not_used(path: Path) -> None:
    with pytest.raises(OSError, match="does not belong to this database"):
        HeadsFile(path, OTHER)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"HubHeads",
        b"\0" * 4096,
        b"SQLite format 3\0" * 100,
        HEADER.pack(b"HubHeads", 2, EPOCH.encode()),
    ],
)
def test_a_file_of_another_format_is_ignored(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert read(path) is None
    with pytest.raises(OSError):  # noqa: PT011  an empty file and a foreign one are refused alike
        HeadsFile(path, EPOCH)


def test_a_missing_file_is_no_record(tmp_path: Path) -> None:
    assert read(tmp_path / heads_file.NAME) is None


def test_the_intact_part_of_a_torn_file_is_read(path: Path) -> None:
    """After a power cut: parts that never reached the disk are older than any head."""
    write(path, EPOCH, {1: 7, 2: 8, 3: 9})
    os.truncate(path, HEADER.size + 3 * 8 + 5)
    assert read(path) == (EPOCH, {1: 7, 2: 8})
    HeadsFile(path, EPOCH).note([(3, 10)])
    assert read(path) == (EPOCH, {1: 7, 2: 8, 3: 10})


class TestWithoutSpace:
    """A full disk does not make commits fail."""

    @pytest.fixture(params=["refused", "short"])
    def full(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
        """Writes fail completely or after the first bytes."""
        write_some = os.pwrite

        def refuse(file: int, data: Any, offset: int) -> int:
            if request.param == "short":
                return write_some(file, data[:100], offset)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os, "pwrite", refuse)
        return monkeypatch

    def test_it_warns_once_and_keeps_recording_known_rooms(
        self, path: Path, full: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        file = HeadsFile(path, EPOCH)
        with caplog.at_level(logging.WARNING, "hubbub"):
            for seq in range(1, 5):
                file.note([(1, 7 + seq), (ROOMS_AT_ONCE, seq), (2, seq)])
        assert [record.getMessage() for record in caplog.records] == [
            "New rooms are not recorded in hubbub.heads: [Errno 28] No space left on device"
        ]
        assert read(path) == (EPOCH, {1: 11, 2: 4})

    def test_it_records_new_rooms_when_there_is_space_again(
        self, path: Path, full: pytest.MonkeyPatch
    ) -> None:
        file = HeadsFile(path, EPOCH)
        file.note([(ROOMS_AT_ONCE, 1)])
        full.undo()
        file.note([(ROOMS_AT_ONCE, 2)])
        assert read(path) == (EPOCH, {1: 7, ROOMS_AT_ONCE: 2})

    def test_a_room_with_a_huge_id_is_not_recorded(
        self, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        file = HeadsFile(path, EPOCH)
        file.note([(2**62, 1), (MOST_ROOMS, 1), (1, 8)])
        assert len(caplog.records) == 1
        assert read(path) == (EPOCH, {1: 8})
        write(path, EPOCH, {2**62: 1, 1: 8})
        assert read(path) == (EPOCH, {1: 8})
