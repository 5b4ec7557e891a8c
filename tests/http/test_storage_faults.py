"""`/readyz` while the database takes no writes: not ready, with the reason, and ready again after recovery."""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.test import Client

from hubbub import dispatch, storage_faults
from hubbub.errors import HubbubError, Unavailable
from hubbub.models import Member, Room
from hubbub.protocol.ids import make_message_id
from hubbub.storage_faults import Fault
from tests.disks import fill_up, make_read_only, small_disk
from tests.people import command

pytestmark = pytest.mark.standalone


@pytest.fixture(autouse=True)
def nothing_has_happened() -> Iterator[None]:
    storage_faults.forget()
    yield
    storage_faults.forget()


def readiness(client: Client) -> tuple[int, str]:
    response = client.get("/readyz")
    return response.status_code, response.json()["database"]


@pytest.mark.parametrize("kind", ["full", "read-only", "unwritable", "failing"])
def test_a_fault_is_named_and_ends_by_itself(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch, kind: storage_faults.Kind
) -> None:
    faults: list[Fault | None] = [Fault(kind)]
    monkeypatch.setattr(storage_faults, "probe_folder", lambda folder: faults[0])
    monkeypatch.setattr(storage_faults, "PROBE_INTERVAL_SECONDS", 0.0)
    assert readiness(client) == (503, kind)
    assert client.get("/healthz").status_code == 200, "the process lives"
    faults[0] = None
    assert readiness(client) == (200, "sqlite")


def test_it_probes_every_few_seconds_however_often_it_is_called(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Path] = []
    monkeypatch.setattr(storage_faults, "probe_folder", looks.append)
    for _ in range(20):
        assert readiness(client) == (200, "sqlite")
    assert len(looks) == 1


def test_only_the_probing_thread_waits_for_a_disk_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    looking, answer = threading.Event(), threading.Event()

    def hang() -> Fault:
        looking.set()
        answer.wait(10)
        return Fault("failing")

    monkeypatch.setattr(storage_faults, "probe", hang)
    first = threading.Thread(target=storage_faults.current_fault)
    first.start()
    assert looking.wait(10)
    assert storage_faults.current_fault() is None
    answer.set()
    first.join()
    assert storage_faults.current_fault() == "failing"


def test_a_refused_commit_counts_although_a_small_write_succeeds(
    transactional_db: None, bob: Member, square: Room, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite reports that it is full, because the database may not grow."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1")  # SQLite raises it to the present number
        try:
            refusal = posts_until_refused(bob, square)
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert isinstance(refusal, Unavailable)
    assert readiness(client) == (503, "full")
    monkeypatch.setattr(storage_faults, "REMEMBERED_SECONDS", 0.0)
    assert readiness(client) == (200, "sqlite")


def posts_until_refused(member: Member, room: Room) -> HubbubError | None:
    for _ in range(100):
        send = command("message.send", room=room.pk, message=make_message_id(), text="x" * 4000)
        dispatch.run_changes([job := dispatch.Job(member, send)])
        if job.refusal:
            break
    return job.refusal


def test_a_database_that_cannot_open_on_a_full_disk_is_full_not_down(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        cause = sqlite3.OperationalError("disk I/O error")
        cause.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
        raise OperationalError("disk I/O error") from cause

    monkeypatch.setattr("hubbub.http.health.Workspace.objects.exists", refuse)
    monkeypatch.setattr(storage_faults, "probe_folder", lambda folder: Fault("full", folder))
    assert readiness(client) == (503, "full")


class TestProbing:
    def test_a_folder_with_space_is_fine_and_stays_empty(self, tmp_path: Path) -> None:
        assert storage_faults.probe_folder(tmp_path) is None
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_that_is_gone(self, tmp_path: Path) -> None:
        assert storage_faults.probe_folder(tmp_path / "gone") == Fault("failing", tmp_path / "gone")

    def test_a_full_disk_and_then_space_again(self, tmp_path: Path) -> None:
        with small_disk(tmp_path / "disk", "1m") as disk:
            assert storage_faults.probe_folder(disk) is None
            fill_up(disk / "ballast")
            assert storage_faults.probe_folder(disk) == Fault("full", disk)
            (disk / "ballast").unlink()
            assert storage_faults.probe_folder(disk) is None

    def test_a_read_only_disk(self, tmp_path: Path) -> None:
        with small_disk(tmp_path / "disk", "1m") as disk:
            make_read_only(disk)
            assert storage_faults.probe_folder(disk) == Fault("read-only", disk)


class TestErrors:
    """Errors that SQLite really raises."""

    def test_a_read_only_database(self, tmp_path: Path) -> None:
        with closing(sqlite3.connect(tmp_path / "db")) as opened:
            opened.execute("CREATE TABLE said (text)")
        with (
            closing(sqlite3.connect(f"file:{tmp_path}/db?mode=ro", uri=True)) as opened,
            pytest.raises(sqlite3.OperationalError) as caught,
        ):
            opened.execute("INSERT INTO said VALUES ('x')")
        assert storage_faults.kind_of(caught.value) == "read-only"

    def test_one_that_cannot_be_opened(self, tmp_path: Path) -> None:
        with pytest.raises(sqlite3.OperationalError) as caught:
            sqlite3.connect(tmp_path / "nowhere" / "db")
        assert storage_faults.kind_of(caught.value) == "unwritable"

    def test_a_file_that_is_something_else(self, tmp_path: Path) -> None:
        (tmp_path / "db").write_text("This is a poem." * 99)
        with closing(sqlite3.connect(tmp_path / "db")) as opened, pytest.raises(sqlite3.Error) as caught:
            opened.execute("SELECT * FROM sqlite_master")
        assert storage_faults.kind_of(caught.value) == "damaged"

    @pytest.mark.parametrize(
        ("number", "kind"),
        [
            (errno.ENOSPC, "full"),
            (errno.EROFS, "read-only"),
            (errno.EACCES, "unwritable"),
            (errno.ENOENT, None),
        ],
    )
    def test_errors_of_the_system(self, number: int, kind: str | None) -> None:
        assert storage_faults.kind_of(OSError(number, "no")) == kind

    def test_a_bug_is_not_a_storage_fault(self) -> None:
        assert storage_faults.fault_of(ValueError("no")) is None
        assert storage_faults.kind_of(OperationalError("no such table")) is None
