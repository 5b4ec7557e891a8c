"""`hubbub backup`: the whole site in one file, also during traffic."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hubbub_site import backup
from tests.serving import Site, served
from tests.site.sites import HALVES, is_refused, succeeds
from tests.sockets import Online, dial

pytestmark = pytest.mark.standalone


def unpack(file: Path, where: Path) -> Path:
    with zipfile.ZipFile(file) as opened:
        opened.extractall(where)
    return where / "hubbub.sqlite3"


def test_it_works(house: Site, tmp_path: Path) -> None:
    file = tmp_path / "chat.zip"
    (house.data / "hubbub.toml").write_text('language = "en"\n')
    told = succeeds(house, "backup", file)
    with zipfile.ZipFile(file) as opened:
        assert sorted(opened.namelist()) == ["hubbub.sqlite3", "hubbub.toml", "manifest.json", "secret-key"]
        manifest = json.loads(opened.read("manifest.json"))
        assert opened.read("secret-key") == (house.data / "secret-key").read_bytes()
    assert manifest["workspace"] == "The Lighthouse"
    assert told == f"{file}: {manifest['messages']} messages, {file.stat().st_size / 1e6:.1f} MB.\n"
    with closing(sqlite3.connect(unpack(file, tmp_path / "out"))) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT count(*) FROM hubbub_message").fetchone() == (manifest["messages"],)


def test_only_its_owner_can_read_it_even_while_it_is_written(house: Site, tmp_path: Path) -> None:
    """It contains the key and all messages, and a cron job's umask does not protect it."""
    where = tmp_path / "backups"
    where.mkdir()
    seen: dict[str, int] = {}
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            for path in where.iterdir():
                try:
                    seen[path.name] = seen.get(path.name, 0) | (stat.S_IMODE(path.stat().st_mode) & 0o077)
                except FileNotFoundError:
                    continue
            time.sleep(0.001)

    looking = threading.Thread(target=look)
    looking.start()
    before = os.umask(0)
    try:
        succeeds(house, "backup", where / "chat.zip")
    finally:
        os.umask(before)
        done.set()
        looking.join()
    assert set(seen.values()) == {0}, seen
    assert any(name.endswith(".part") for name in seen), "the draft was never seen"
    assert stat.S_IMODE((where / "chat.zip").stat().st_mode) == 0o600
    assert [path.name for path in where.iterdir()] == ["chat.zip"], "no draft is left"


def test_a_backup_during_traffic_is_a_consistent_snapshot(house: Site, tmp_path: Path) -> None:
    """Alice and Bob post all the time; heads, numbers and counters in the copy are consistent."""
    with served(house) as server:
        alice = Online(dial(server, person=house.people["alice"]), house.people["alice"])
        alice.takes_snapshot()
        room = alice.creates()
        stop = threading.Event()

        def talk() -> None:
            while not stop.is_set():
                alice.says(room, "and another thing")

        talking = threading.Thread(target=talk)
        talking.start()
        try:
            for number in range(3):
                succeeds(house, "backup", tmp_path / f"{number}.zip")
        finally:
            stop.set()
            talking.join()
        alice.closes()
    told = []
    for number in range(3):
        with closing(sqlite3.connect(unpack(tmp_path / f"{number}.zip", tmp_path / str(number)))) as copy:
            told.append(copy.execute("SELECT count(*) FROM hubbub_message").fetchone()[0])
            halves = copy.execute(HALVES).fetchall()
            assert halves == []
            assert copy.execute("PRAGMA foreign_key_check").fetchall() == []
    assert told == sorted(told) and told[0] < told[-1], "no message was posted during the backups"


def test_commits_of_a_busy_server_do_not_restart_it(tmp_path: Path) -> None:
    """A commit follows each step of the copy. Without a read transaction SQLite would restart each time."""
    source, target = tmp_path / "source.sqlite3", tmp_path / "target.sqlite3"
    with closing(sqlite3.connect(source)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("CREATE TABLE said (text)")
        writer.executemany("INSERT INTO said VALUES (?)", [("x" * 900,)] * 20_000)
        writer.commit()
        steps: list[int] = []

        def meanwhile(done: int, total: int) -> None:
            steps.append(done)
            writer.execute("INSERT INTO said VALUES ('meanwhile')")
            writer.commit()

        backup._copy_sqlite(source, target, meanwhile)
        assert len(steps) > 1 and steps == sorted(set(steps)), "each step must continue after the last one"
        with closing(sqlite3.connect(target)) as copy:
            assert copy.execute("SELECT count(*) FROM said").fetchone() == (20_000,)


def test_its_default_name_has_the_date(house: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    succeeds(house, "backup")
    assert len(list(tmp_path.glob("hubbub-20??-??-??-????.zip"))) == 1


def test_it_contains_the_key_whatever_its_source(house: Site, tmp_path: Path) -> None:
    succeeds(house, "backup", tmp_path / "chat.zip", HUBBUB_SECRET_KEY="from the environment")
    with zipfile.ZipFile(tmp_path / "chat.zip") as opened:
        assert opened.read("secret-key").decode().strip() == "from the environment"


def test_it_contains_the_settings_wherever_they_are(house: Site, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.toml").write_text('language = "en"\n')
    succeeds(house, "backup", tmp_path / "chat.zip", "--config", tmp_path / "elsewhere.toml")
    with zipfile.ZipFile(tmp_path / "chat.zip") as opened:
        assert opened.read("hubbub.toml").decode() == 'language = "en"\n'


def no_directory(house: Site, tmp_path: Path) -> str:
    shutil.rmtree(house.data)
    return "There is no data directory"


def no_database(house: Site, tmp_path: Path) -> str:
    for path in house.data.glob("hubbub.sqlite3*"):
        path.unlink()
    return "The database is not ready (no such table: accounts_user); `hubbub migrate` sets it up."


def file_there(house: Site, tmp_path: Path) -> str:
    (tmp_path / "chat.zip").write_text("precious")
    return "is there already; name another file, or use --force."


@pytest.mark.parametrize("why", [no_directory, no_database, file_there])
def test_it_is_refused_in_one_sentence(house: Site, tmp_path: Path, why: Callable[[Site, Path], str]) -> None:
    sentence = why(house, tmp_path)
    assert sentence in is_refused(house, "backup", tmp_path / "chat.zip")


def test_a_missing_folder_is_refused(house: Site, tmp_path: Path) -> None:
    told = is_refused(house, "backup", tmp_path / "nowhere" / "chat.zip")
    assert told.startswith("No backup was made: No such file or directory")


def test_with_force_the_old_file_is_replaced(house: Site, tmp_path: Path) -> None:
    file = tmp_path / "chat.zip"
    file.write_text("yesterday's")
    succeeds(house, "backup", file, "--force")
    assert zipfile.is_zipfile(file)


def test_remains_of_killed_backups_are_deleted_but_not_of_running_ones(house: Site, tmp_path: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    left, under_way = tmp_path / f".chat.zip.{gone.pid}.part", tmp_path / f".chat.zip.{os.getpid()}.part"
    for place in (left, under_way):
        place.mkdir()
        (place / "hubbub.sqlite3").write_text("half")
    succeeds(house, "backup", tmp_path / "chat.zip")
    assert not left.exists()
    assert (under_way / "hubbub.sqlite3").read_text() == "half"
