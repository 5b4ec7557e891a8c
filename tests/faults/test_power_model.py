"""The model of a power cut (tests/faults/power): what the disk keeps, what it may lose, and what the recorder sees."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.faults.power import log
from tests.faults.power.disk import Disk
from tests.faults.power.log import Record, read_log
from tests.faults.power.recording import RECORDER, difference
from tests.servers import NotFound
from tests.servers.compiler import compile_library
from tests.servers.fixtures import skip_or_fail

NOTHING = Record(log.UNLINK, 1, 0, 0, "", b"")
"""The call under way when the power goes, where it does not matter."""


def made(name: str, file: int) -> Record:
    return Record(log.OPEN, 1, file, 1, name, b"")


def written(file: int, data: bytes, offset: int = 0) -> Record:
    return Record(log.WRITE, 1, file, offset, "", data)


def call(kind: str, file: int = 0, path: str = "", thread: int = 1) -> Record:
    return Record(kind, thread, file, 0, path, b"")


def synced(file: int) -> list[Record]:
    return [call(log.SYNC_BEGINS, file), call(log.SYNC_ENDS, file)]


FOLDER_SYNCED = [call(log.FOLDER_SYNC_BEGINS), call(log.FOLDER_SYNC_ENDS)]
KEPT = [made("a", 7), written(7, b"o" * 2048), *synced(7), *FOLDER_SYNCED]


def left(*records: Record, under_way: Record = NOTHING) -> list[dict[str, bytes]]:
    """What two hundred power cuts after these records leave."""
    disk = Disk()
    for record in records:
        disk.follow(record)
    return [disk.cut(Random(seed), 512, under_way)[0] for seed in range(200)]


def test_what_is_synced_is_kept() -> None:
    assert all(found == {"a": b"o" * 2048} for found in left(*KEPT))


def test_of_what_is_not_synced_each_sector_is_old_or_new() -> None:
    found = left(*KEPT, written(7, b"n" * 2048))
    sectors = [[content["a"][at : at + 512] for at in range(0, 2048, 512)] for content in found]
    assert all(set(some) <= {b"o" * 512, b"n" * 512} for some in sectors)
    assert [b"o" * 512, b"n" * 512, b"o" * 512, b"n" * 512] in sectors, "in no order"


def test_only_the_write_under_way_is_torn() -> None:
    found = left(*KEPT, under_way=written(7, b"n" * 512, 512))
    torn = [content["a"][512:1024] for content in found if set(content["a"][512:1024]) == {*b"on"}]
    assert torn
    assert all(sector == b"n" * sector.count(b"n") + b"o" * sector.count(b"o") for sector in torn)
    assert all(content["a"][:512] + content["a"][1024:] == b"o" * 1536 for content in found)


def test_a_sync_keeps_only_what_was_written_before_it_began() -> None:
    begins, ends = synced(7)
    found = left(*KEPT, written(7, b"1" * 512), begins, written(7, b"2" * 512, 512), ends)
    assert all(content["a"][:512] == b"1" * 512 for content in found)
    assert {content["a"][512:1024] for content in found} == {b"o" * 512, b"2" * 512}


def test_two_threads_that_sync_one_file_each_keep_what_was_there_when_they_began() -> None:
    early, late = call(log.SYNC_BEGINS, 7, thread=1), call(log.SYNC_BEGINS, 7, thread=2)
    ends = [call(log.SYNC_ENDS, 7, thread=2), call(log.SYNC_ENDS, 7, thread=1)]
    found = left(*KEPT, early, written(7, b"1" * 512), late, written(7, b"2" * 512), *ends)
    assert {content["a"][:512] for content in found} == {b"1" * 512, b"2" * 512}


def test_a_file_that_grew_may_be_short_or_have_zeros() -> None:
    found = {content["a"][2048:] for content in left(*KEPT, written(7, b"n" * 512, 2048))}
    assert found == {b"", bytes(512), b"n" * 512}


def test_a_name_that_is_not_synced_may_be_missing_though_its_content_is_synced() -> None:
    found = left(*KEPT, made("b", 8), written(8, b"new"), *synced(8))
    assert {content.get("b") for content in found} == {None, b"new"}


def test_a_file_that_is_renamed_without_a_sync_may_be_empty() -> None:
    renamed = call(log.RENAME, path="b\0a")
    found = left(*KEPT, made("b", 8), written(8, b"new"), renamed, *FOLDER_SYNCED)
    assert {content["a"] for content in found} == {b"", bytes(3), b"new"}


def test_names_change_in_their_order() -> None:
    found = left(*KEPT, call(log.UNLINK, path="a"), made("b", 8), call(log.LINK, path="b\0c"))
    assert {tuple(sorted(content)) for content in found} == {("a",), (), ("b",), ("b", "c")}


EVERYTHING = """
import os, sys, pathlib
folder = pathlib.Path(sys.argv[1])
(folder / "whole").write_bytes(b"w" * 10_000)
(folder / "whole").write_text("shorter")
with open(folder / "more", "ab", buffering=0) as file:
    file.write(b"one"); file.write(b"two")
fd = os.open(folder / "parts", os.O_RDWR | os.O_CREAT)
os.writev(fd, [b"a" * 5, b"b" * 7]); os.pwrite(fd, b"late", 4000); os.ftruncate(fd, 4002); os.fsync(fd); os.close(fd)
os.truncate(folder / "more", 4)
os.link(folder / "parts", folder / "linked"); os.rename(folder / "whole", folder / "renamed")
os.chdir(folder); open("relative", "w").write("here"); os.unlink("linked")
at = os.open(".", os.O_RDONLY); os.rename("relative", "moved", src_dir_fd=at, dst_dir_fd=at); os.fsync(at)
import sqlite3
for turn in range(3):
    with sqlite3.connect("database") as database:
        database.executescript("PRAGMA journal_mode=WAL; CREATE TABLE IF NOT EXISTS t (x)")
        database.execute("INSERT INTO t VALUES (randomblob(9000))")
    database.close()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the recorder knows Linux's calls only")
def test_the_recorder_sees_everything_that_a_program_writes(tmp_path: Path) -> None:
    library, written_to, folder = (tmp_path / name for name in ("recorder.so", "log", "folder"))
    folder.mkdir()
    try:
        compile_library(RECORDER, library)
    except NotFound as reason:
        skip_or_fail(reason)
    recorder = {
        "LD_PRELOAD": str(library),
        "POWER_DATA": os.path.realpath(folder),
        "POWER_LOG": str(written_to),
    }
    for _ in range(2):  # the second time everything is there already
        command = [sys.executable, "-c", EVERYTHING, str(folder)]
        subprocess.run(command, env={**os.environ, **recorder}, check=True)
    seen = read_log(written_to)
    assert difference(seen, folder) == []
    assert sorted(path.name for path in folder.iterdir()) == ["database", "more", "moved", "parts", "renamed"]
    assert {log.SYNC_ENDS, log.FOLDER_SYNC_ENDS, log.MAP} <= {record.kind for record in seen.records}
