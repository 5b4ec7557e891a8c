"""Comparing the recorded heads with the database: what counts as lost, the warning, and the record afterwards."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from django.db import connection

from hubbub import actions, publish
from hubbub.models import Member, Room, Workspace
from hubbub.unit import unit
from hubbub_site import heads_file, lost_changes
from hubbub_site.accounts.models import User
from hubbub_site.lost_changes import Lost, check, lost

pytestmark = pytest.mark.standalone


@pytest.fixture
def member(alice: User) -> Member:
    return actions.member_for(alice)


@pytest.fixture
def square(member: Member) -> Room:
    """A room with a message of Alice."""
    room = actions.create_room(by=member, name="square")
    actions.send_message(author=member, room=room, text="one")
    room.refresh_from_db()
    return room


@pytest.fixture
def data(tmp_path: Path, square: Room) -> Path:
    """A data directory with recorded heads."""
    check(tmp_path)
    return tmp_path


def epoch() -> str:
    return Workspace.objects.get().epoch


def recorded(data: Path) -> dict[int, int]:
    found = heads_file.read(data / heads_file.NAME)
    assert found is not None and found.epoch == epoch()
    return found.heads


def heads() -> dict[int, int]:
    rooms = {pk: seq for pk, seq in Room.objects.values_list("pk", "seq") if seq}
    return {publish.DIRECTORY: Workspace.objects.get().directory, **rooms}


def note(data: Path, *recorded: tuple[int, int]) -> None:
    """Record heads as if a server had committed them."""
    file = heads_file.HeadsFile(data / heads_file.NAME, epoch())
    file.note(recorded)
    file.close()


def test_it_works(
    data: Path, square: Room, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    before = epoch()
    note(data, (square.pk, square.seq + 3))
    assert lost(data) == Lost(rooms=1, changes=3)
    check(data)
    assert epoch() != before
    assert recorded(data) == heads()
    told = capsys.readouterr()
    assert told.err.startswith(
        "hubbub serve: THE DATABASE HAS LOST CHANGES. It lacks at least 3 changes of 1 room, "
    )
    assert "last ten minutes once more" in told.err and "-wal" in told.err and told.out == ""
    (line,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert line.getMessage() == "The database has lost at least 3 changes of 1 room. All clients start over."


def test_a_lost_change_of_a_member_counts(data: Path, member: Member) -> None:
    """Clients have a newer version of the member than the database, and would ignore an older one."""
    note(data, (publish.DIRECTORY, Workspace.objects.get().directory + 2))
    found = lost(data)
    assert found == Lost(rooms=0, changes=2)
    assert str(found) == "2 changes of members"


def test_the_warning_is_printed_once(data: Path, square: Room, capsys: pytest.CaptureFixture[str]) -> None:
    note(data, (square.pk, square.seq + 1))
    check(data)
    capsys.readouterr()
    check(data)
    assert capsys.readouterr().err == ""


def test_recorded_changes_are_no_loss(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = epoch()
    assert lost(data) == Lost(rooms=0, changes=0)
    check(data)
    assert (epoch(), capsys.readouterr().err) == (before, "")


def test_changes_of_other_processes_are_no_loss(data: Path, member: Member, square: Room) -> None:
    """Such as a shell, or another kind of server."""
    before = epoch()
    actions.send_message(author=member, room=square, text="two")
    actions.create_room(by=member, name="attic")
    check(data)
    assert epoch() == before
    assert recorded(data) == heads()


def test_a_recorded_room_that_does_not_exist_is_lost(data: Path, square: Room) -> None:
    """It was created after the last change that the database still has."""
    note(data, (square.pk + 1, 5), (square.pk, square.seq + 2))
    assert lost(data) == Lost(rooms=2, changes=7)


def test_a_deleted_room_is_no_loss(data: Path, square: Room) -> None:
    """Even if it was the last one: SQLite remembers the ids that it assigned."""
    square.delete()
    assert lost(data) == Lost(rooms=0, changes=0)
    check(data)
    assert square.pk not in recorded(data)


def test_another_epoch_is_no_loss(data: Path, square: Room, capsys: pytest.CaptureFixture[str]) -> None:
    """A restored backup has its own epoch."""
    note(data, (square.pk, square.seq + 3))
    restored = actions.begin_epoch().epoch
    assert lost(data) is None
    check(data)
    assert (epoch(), capsys.readouterr().err) == (restored, "")
    assert recorded(data) == heads()


@pytest.mark.parametrize("content", [None, b"", b"HubHeads", b"something else " * 1000])
def test_no_record_is_no_loss(data: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]) -> None:
    before, path = epoch(), data / heads_file.NAME
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert lost(data) is None
    check(data)
    assert (epoch(), capsys.readouterr().err) == (before, "")
    assert recorded(data) == heads()


@pytest.mark.django_db
def test_a_check_of_an_empty_database_changes_nothing(tmp_path: Path) -> None:
    heads_file.write(tmp_path / heads_file.NAME, "5f" * 16, {1: 1})
    assert lost(tmp_path) is None
    assert not Workspace.objects.exists()


def test_a_file_that_cannot_be_written_does_not_stop_the_server(
    data: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "_head_recorder", None)
    (data / heads_file.NAME).unlink()
    (data / heads_file.NAME / "something").mkdir(parents=True)
    check(data)
    lost_changes.start_recording(data)
    unwritten, unused = [record.getMessage() for record in caplog.records]
    assert "hubbub.heads cannot be written" in unwritten
    assert unused.startswith("A loss of changes will not be noticed: hubbub.heads cannot be used")


@pytest.mark.django_db(transaction=True)
def test_a_head_is_recorded_between_commit_and_publication(
    data: Path, member: Member, square: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[bool, int]] = []

    def listen(batch: publish.Batch) -> None:
        seen.append((connection.in_atomic_block, recorded(data)[square.pk]))

    monkeypatch.setattr(publish, "_head_recorder", None)
    monkeypatch.setattr(publish, "_outlet", listen)
    lost_changes.start_recording(data)
    sent = actions.send_message(author=member, room=square, text="two")
    assert seen == [(False, sent.seq)]
    with pytest.raises(ZeroDivisionError), unit():
        actions.send_message(author=member, room=square, text="taken back")
        _ = 1 // 0
    assert recorded(data)[square.pk] == sent.seq
