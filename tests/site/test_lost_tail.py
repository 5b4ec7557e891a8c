"""`hubbub serve` distinguishes a killed server from a database that has lost acknowledged changes."""

from __future__ import annotations

import random
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from hubbub_site import heads_file
from tests.serving import Server, Site, served, shell_of
from tests.site.sites import hubbub, succeeds
from tests.sockets import Online, dial, new_id

pytestmark = pytest.mark.standalone

ALARM = "THE DATABASE HAS LOST CHANGES"
TIMEOUT_SECONDS = 20


def truncated(site: Site, wal: Path, kept: int) -> None:
    """The log ends in the middle of the first later commit."""
    with wal.open("r+b") as file:
        file.truncate(kept + 1000)


def flipped(site: Site, wal: Path, kept: int) -> None:
    """The header of the first later frame belongs to another log: SQLite ends there, without an error."""
    with wal.open("r+b") as file:
        file.seek(kept + 8)
        salt = file.read(1)
        file.seek(kept + 8)
        file.write(bytes([salt[0] ^ 0xFF]))


def deleted(site: Site, wal: Path, kept: int) -> None:
    """All commits since the start of the server are lost."""
    wal.unlink()


def replaced(site: Site, wal: Path, kept: int) -> None:
    """An older copy of the database, installed by hand: the same epoch, without a log."""
    for end in ("", "-wal", "-shm"):
        Path(f"{site.data / 'hubbub.sqlite3'}{end}").unlink(missing_ok=True)
    shutil.copy(site.data / "copy.sqlite3", site.data / "hubbub.sqlite3")


DAMAGES = (truncated, flipped, deleted, replaced)


@pytest.mark.parametrize("damage", DAMAGES)
def test_it_works(house: Site, damage: Callable[[Site, Path, int], None]) -> None:
    """Bob received a lost change, then the room's seq passes his. He starts over and has the same state as Carol."""
    wal = house.data / "hubbub.sqlite3-wal"
    with served(house) as server:
        alice, bob = arrives(server, "alice"), arrives(server, "bob")
        square = bob.room("square")
        alice.says(square, "kept")
        bob.hears("kept")
        copy(house)
        kept = wal.stat().st_size
        for number in range(5):
            alice.says(square, f"lost {number}")
        bob.hears("lost 4")
        dies(server)
    damage(house, wal, kept)

    with served(house) as server:
        carol = arrives(server, "carol")
        head = [carol.says(square, f"instead {number}")["seq"] for number in range(9)][-1]
        again = Online(dial(server, person=house.people["bob"]), house.people["bob"])
        state = again.resumes(bob)
        assert state["reset"] and state["epoch"] != alice.epoch
        assert head in {room["seq"] for room in state["rooms"] if room["id"] == square}
        told = server.log.read_text()
    changes = 6 if damage is deleted else 5
    assert f"{ALARM}. It lacks at least {changes} changes of 1 room, which" in told
    assert f"error   hubbub  The database has lost at least {changes} changes of 1 room." in told


def test_changes_of_another_process_count_once_they_were_published(house: Site) -> None:
    with served(house) as server:
        alice, bob = arrives(server, "alice"), arrives(server, "bob")
        square = bob.room("square")
        alice.says(square, "kept")
        kept = (wal := house.data / "hubbub.sqlite3-wal").stat().st_size
        with shell_of(house) as shell:
            shell.run("actions.send_message(author=member('alice'), room=room(pk), text='lost')", pk=square)
        head = bob.hears("lost")["seq"]
        until(lambda: recorded(house)[square] == head, "the head is recorded")
        dies(server)
    truncated(house, wal, kept)
    with served(house) as server:
        assert arrives(server, "bob").epoch != bob.epoch
        assert f"{ALARM}. It lacks at least 1 change of 1 room, which" in server.log.read_text()


class TestNoAlarm:
    """If nothing is lost, all clients continue in the same epoch."""

    def test_after_a_kill(self, house: Site) -> None:
        """Several times, with changes from a shell in between."""
        bob: Online | None = None
        for turn in range(2):
            with goes_on(house) as server:
                alice = arrives(server, "alice")
                again = Online(dial(server, person=house.people["bob"]), house.people["bob"])
                if bob is None:
                    again.takes_snapshot()
                else:
                    assert not again.resumes(bob).get("reset")
                bob = again
                square = alice.room("square")
                alice.says(square, f"from the browser {turn}")
                with shell_of(house) as shell:
                    say = "actions.send_message(author=member('alice'), room=room(pk), text=text)"
                    shell.run(say, pk=square, text=f"from the shell {turn}")
                bob.hears(f"from the shell {turn}")
                dies(server)
            with shell_of(house) as shell:
                shell.run(say, pk=square, text="while nobody serves")
        with goes_on(house) as server:
            assert bob is not None and arrives(server, "alice").epoch == bob.epoch

    def test_after_kills_at_any_moment_under_load(self, house: Site) -> None:
        epochs = set()
        for turn in range(3):
            with goes_on(house) as server:
                talkers = [arrives(server, name) for name in ("alice", "bob", "carol")]
                epochs |= {person.epoch for person in talkers}
                threads = [threading.Thread(target=talks, args=[person]) for person in talkers]
                for thread in threads:
                    thread.start()
                time.sleep(random.Random(turn).uniform(0.05, 0.6))  # noqa: S311
                dies(server)
                for thread in threads:
                    thread.join()
        with goes_on(house) as server:
            assert epochs == {arrives(server, "alice").epoch}
        assert recorded(house) == heads(house)

    def test_after_a_backup_was_restored(self, house: Site, tmp_path: Path) -> None:
        """It already has its own epoch."""
        succeeds(house, "backup", tmp_path / "chat.zip")
        with goes_on(house) as server:
            alice = arrives(server, "alice")
            alice.says(alice.room("square"), "later")
            dies(server)
        succeeds(house, "restore", tmp_path / "chat.zip", "--replace")
        assert "lost" not in hubbub(house, "doctor").stdout
        with goes_on(house) as server:
            assert arrives(server, "alice").epoch != alice.epoch
        assert recorded(house) == heads(house)


def test_the_first_run_is_recorded_too(tmp_path: Path) -> None:
    site = Site(tmp_path / "new")
    site.data.mkdir()
    with served(site):
        assert recorded(site) == {}
        assert (site.data / heads_file.NAME).stat().st_mode & 0o777 == 0o600


def test_every_worker_records_what_it_commits(house: Site, redis_url: str) -> None:
    with served(house, HUBBUB_WORKERS="2", REDIS_URL=redis_url) as server:
        for turn in range(6):  # the kernel chooses the worker
            alice = arrives(server, "alice")
            alice.says(alice.room("square"), f"number {turn}")
            assert recorded(house) == heads(house)
            alice.closes()


def test_doctor_reports_lost_changes(house: Site) -> None:
    assert "recorded" not in hubbub(house, "doctor").stdout
    with served(house) as server:
        alice = arrives(server, "alice")
        alice.says(alice.room("square"), "lost")
        assert (
            "ok    The database has every change that the server recorded" in hubbub(house, "doctor").stdout
        )
        dies(server)
    (house.data / "hubbub.sqlite3-wal").unlink()
    done = hubbub(house, "doctor")
    assert done.returncode == 1
    assert (
        "FAIL  The database has lost at least 1 change of 1 room that a server had acknowledged"
        in done.stdout
    )


@contextmanager
def goes_on(site: Site) -> Iterator[Server]:
    """A server that prints no alarm."""
    with served(site) as server:
        yield server
        assert ALARM not in server.log.read_text()


def arrives(server: Server, name: str) -> Online:
    """A person's socket, with a snapshot."""
    person = server.site.people[name]
    online = Online(dial(server, person=person), person)
    online.takes_snapshot()
    return online


def talks(person: Online) -> None:
    """Post messages until the server dies."""
    square = person.room("square")
    try:
        for number in range(100_000):
            person.ask("message.send", room=square, message=new_id(), text=f"{number}")
            if number % 20 == 19:
                person.listen(0.01)
    except ConnectionClosed:
        pass


def dies(server: Server) -> None:
    server.process.kill()
    server.process.wait()


def copy(site: Site) -> None:
    with (
        closing(sqlite3.connect(site.data / "hubbub.sqlite3")) as here,
        closing(sqlite3.connect(site.data / "copy.sqlite3")) as there,
    ):
        here.backup(there)


def recorded(site: Site) -> dict[int, int]:
    found = heads_file.read(site.data / heads_file.NAME)
    assert found is not None
    return found.heads


def heads(site: Site) -> dict[int, int]:
    with closing(sqlite3.connect(site.data / "hubbub.sqlite3")) as opened:
        directory = opened.execute("SELECT 0, directory FROM hubbub_workspace").fetchall()
        return dict(directory + opened.execute("SELECT id, seq FROM hubbub_room").fetchall())


def until(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + TIMEOUT_SECONDS
    while not holds():
        assert time.monotonic() < end, f"not within {TIMEOUT_SECONDS} s: {what}"
        time.sleep(0.02)
