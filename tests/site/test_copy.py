"""`hubbub copy`: copies everything to another database, with all ids, or nothing."""

from __future__ import annotations

import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.serving import Site, newcomer, served, shell_of
from tests.site.sites import ODD_TEXT, is_refused, succeeds, whole
from tests.sockets import Online, dial

pytestmark = pytest.mark.standalone


def at(url: str, site: Site) -> Site:
    """The same data directory on another database."""
    return Site(site.data, {"DATABASE_URL": url}, site.people)


def test_it_works(house: Site, database: str) -> None:
    """To PostgreSQL: all rows and the epoch are the same, so browsers notice only a pause."""
    before = whole(house)
    told = succeeds(house, "copy", "--to", database)
    rows = sum(count for count, _ in before.values())
    assert told == f"{rows} rows copied and compared: counts, heads and every row are the same.\n"
    assert whole(at(database, house)) == before
    assert whole(house) == before


def test_a_round_trip_changes_nothing(house: Site, database: str, tmp_path: Path) -> None:
    """SQLite → PostgreSQL → SQLite, with unusual texts."""
    before = whole(house)
    succeeds(house, "copy", "--to", database)
    succeeds(at(database, house), "copy", "--to", tmp_path / "back.sqlite3")
    assert os.stat(tmp_path / "back.sqlite3").st_mode & 0o077 == 0
    (house.data / "hubbub.sqlite3").unlink()
    for end in ("-wal", "-shm"):
        (house.data / f"hubbub.sqlite3{end}").unlink(missing_ok=True)
    (tmp_path / "back.sqlite3").rename(house.data / "hubbub.sqlite3")
    assert whole(house) == before
    with shell_of(house) as shell:
        assert shell.ask("Message.objects.get(text=odd).author.handle", odd=ODD_TEXT) == "bob"


def test_clients_resume_on_the_new_database(house: Site, database: str) -> None:
    """Bob's socket resumes by seq on the new database; new members and rooms get unused ids."""
    with served(house) as server:
        bob = Online(dial(server, person=house.people["bob"]), house.people["bob"])
        bob.takes_snapshot()
        square = bob.room("square")
        bob.says(square, "until tomorrow")
        bob.closes()
    succeeds(house, "copy", "--to", database)
    moved = at(database, house)
    with shell_of(moved) as shell:
        for model in ("User", "Member", "Room", "Token", "Membership"):
            newest = shell.ask(f"{model}.objects.order_by('-pk').first().pk")
            assert newest > 1, model
        erin = newcomer(shell, "erin")
        assert erin.member == 5
        assert shell.ask("len({t.pk for t in Token.objects.all()})") == 5
        shell.run("actions.send_message(author=member('alice'), room=room(pk), text='welcome')", pk=square)
    with served(moved) as server:
        back = Online(dial(server, person=house.people["bob"], cookie=True), house.people["bob"])
        state = back.resumes(bob)
        assert "reset" not in state and back.view(square).texts[-1] == "welcome"
        assert back.creates() > square
        back.closes()


def add_messages(site: Site, messages: int) -> None:
    with shell_of(site) as shell:
        shell.run(
            """
from hubbub.protocol.ids import make_message_id
alice, square = member("alice"), Room.objects.get(name="square")
for _ in range(messages // 1000):
    actions.send_messages([
        actions.Post(author=alice, room=square.pk, id=make_message_id(), text=odd * 2) for _ in range(1000)
    ])
""",
            odd=ODD_TEXT,
            messages=messages,
        )


def test_twenty_thousand_messages(house: Site, database: str) -> None:
    add_messages(house, 20_000)
    begun = time.monotonic()
    succeeds(house, "copy", "--to", database)
    assert time.monotonic() - begun < 60
    assert whole(at(database, house)) == whole(house)


def test_a_killed_copy_leaves_nothing_and_can_be_repeated(house: Site, database: str) -> None:
    """SIGKILL in the middle: no copied row stays."""
    add_messages(house, 10_000)
    command = [sys.executable, "-m", "hubbub_site.cli", "copy", "--to", database]
    with subprocess.Popen(command, env=house.variables(), stderr=subprocess.PIPE, text=True) as copying:
        assert copying.stderr is not None
        for line in copying.stderr:
            if line.startswith("copying: ") and not line.startswith("copying: 0 of"):
                break
        copying.send_signal(signal.SIGKILL)
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM hubbub_message").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM accounts_user").fetchone() == (0,)
    succeeds(house, "copy", "--to", database)
    assert whole(at(database, house)) == whole(house)


def test_a_message_with_a_nul_is_named_and_nothing_is_copied(house: Site, database: str) -> None:
    """PostgreSQL cannot store it. The error names the message, so that it can be corrected."""
    with closing(sqlite3.connect(house.data / "hubbub.sqlite3")) as opened:
        (key,) = opened.execute("SELECT id FROM hubbub_message WHERE text = 'number 7'").fetchone()
        opened.execute("UPDATE hubbub_message SET text = ? WHERE id = ?", ("a\0b", key))
        opened.commit()
    sentence = is_refused(house, "copy", "--to", database)
    assert sentence.startswith("The copy was taken back: message ")
    assert key in sentence.replace("-", "") and "NUL" in sentence
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM hubbub_room").fetchone() == (0,)


def nowhere(house: Site, database: str) -> tuple[str, str]:
    return "postgres://hubbub@127.0.0.1:1/chat", "The target cannot be used: connection"


def no_such_database(house: Site, database: str) -> tuple[str, str]:
    return f"{database}_not", "does not exist"


def another_kind(house: Site, database: str) -> tuple[str, str]:
    return "mysql://db/chat", "A database's address must begin with postgres://, not mysql://."


def no_name(house: Site, database: str) -> tuple[str, str]:
    return "postgres://db", "must end with its name: postgres://db/NAME"


def no_port(house: Site, database: str) -> tuple[str, str]:
    return "postgres://db:port/chat", "The database's address cannot be read"


def itself(house: Site, database: str) -> tuple[str, str]:
    return str(house.data / "hubbub.sqlite3"), "The target is not empty"


def no_directory(house: Site, database: str) -> tuple[str, str]:
    return str(house.data / "there" / "chat.sqlite3"), "The target cannot be used: "


def another_file(house: Site, database: str) -> tuple[str, str]:
    (house.data / "notes.txt").write_text("remember the milk\n" * 100)
    return str(house.data / "notes.txt"), "The target cannot be used: file is not a database"


def another_programs(house: Site, database: str) -> tuple[str, str]:
    """Its sessions would be deleted."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE django_session (session_key text PRIMARY KEY)")
    return database, "The target is not empty; copy into a database of its own."


@pytest.mark.parametrize(
    "why",
    [
        nowhere,
        no_such_database,
        another_kind,
        no_name,
        no_port,
        itself,
        no_directory,
        another_file,
        another_programs,
    ],
)
def test_it_is_refused_in_one_sentence(
    house: Site, database: str, why: Callable[[Site, str], tuple[str, str]]
) -> None:
    target, words = why(house, database)
    assert words in is_refused(house, "copy", "--to", target)


def test_a_copy_does_not_overwrite_another(house: Site, database: str) -> None:
    succeeds(house, "copy", "--to", database)
    assert "The target is not empty" in is_refused(house, "copy", "--to", database)


def test_a_running_server_is_named(house: Site, database: str, tmp_path: Path) -> None:
    """On SQLite the directory's lock shows it, on PostgreSQL its connection."""
    with open(house.data / "hubbub.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711")
        lock.flush()
        assert "process 4711" in is_refused(house, "copy", "--to", database)
    succeeds(house, "copy", "--to", database)
    moved = at(database, house)
    with served(moved) as server:
        sentence = is_refused(moved, "copy", "--to", tmp_path / "back.sqlite3")
    assert sentence.startswith(f"hubbub {server.process.pid}@")
    assert "is connected to the source; stop it first." in sentence
