"""`hubbub restore`: the site as it was, in a new place or in its own, on SQLite or PostgreSQL."""

from __future__ import annotations

import fcntl
import json
import shutil
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hubbub_site import cli
from tests.serving import Site, served, shell_of
from tests.site.sites import ODD_TEXT, but_for_the_epoch, hubbub, is_refused, succeeds, whole
from tests.sockets import Online, dial

pytestmark = pytest.mark.standalone


@pytest.fixture(scope="session")
def backup(lived_in: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the lived-in site."""
    file = tmp_path_factory.mktemp("backup") / "chat.zip"
    succeeds(lived_in, "backup", file)
    return file


@pytest.fixture(scope="session")
def everything(lived_in: Site) -> dict[str, object]:
    """All that is in the lived-in site."""
    return whole(lived_in)


def epoch(site: Site) -> str:
    with shell_of(site) as shell:
        found: str = shell.ask("Workspace.objects.get().epoch")
    return found


def test_it_works(backup: Path, lived_in: Site, other: Site, everything: dict[str, object]) -> None:
    """In an empty place everything is as it was, but for the name of its history."""
    told = succeeds(other, "restore", backup)
    assert "“The Lighthouse” as of 20" in told and "is in place" in told and "sign in" not in told
    assert but_for_the_epoch(whole(other)) == but_for_the_epoch(everything)
    assert epoch(other) != epoch(lived_in)
    for name in ("hubbub.sqlite3", "secret-key"):
        assert stat.S_IMODE((other.data / name).stat().st_mode) == 0o600
    assert not list(other.data.glob("*.restoring*"))


def test_people_are_let_in_as_before(backup: Path, lived_in: Site, other: Site) -> None:
    """Token, session and password; the key came out of the backup, without which no session would hold."""
    succeeds(other, "restore", backup)
    assert (other.data / "secret-key").read_text() == (lived_in.data / "secret-key").read_text()
    with served(other) as server:
        for person, how in ((lived_in.people["bob"], {}), (lived_in.people["carol"], {"cookie": True})):
            online = Online(dial(server, person=person, **how), person)
            square = online.takes_snapshot() and online.room("square")
            assert online.says(square, "here again")["number"] > 30
            online.closes()
    with shell_of(other) as shell:
        assert shell.ask("User.objects.get(username='alice').check_password('a long summer day')")
        assert shell.ask("Message.objects.filter(text=odd).count()", odd=ODD_TEXT) == 1


def test_another_key_stays_and_it_is_said_what_that_means(backup: Path, other: Site) -> None:
    other.data.mkdir()
    (other.data / "secret-key").write_text(f"{'made by a first start':-<40}\n")
    assert "people have to sign in again." in succeeds(other, "restore", backup)
    assert (other.data / "secret-key").read_text() == f"{'made by a first start':-<40}\n"


def test_to_postgresql_and_from_it(
    backup: Path, other: Site, database: str, everything: dict[str, object], tmp_path: Path
) -> None:
    """A backup knows no database: SQLite → PostgreSQL → SQLite, and every row is what it was."""
    other.environment["DATABASE_URL"] = database
    succeeds(other, "restore", backup)
    assert but_for_the_epoch(whole(other)) == but_for_the_epoch(everything)
    succeeds(other, "backup", tmp_path / "again.zip")
    third = Site(tmp_path / "third")
    succeeds(third, "restore", tmp_path / "again.zip")
    assert but_for_the_epoch(whole(third)) == but_for_the_epoch(everything)
    assert "holds a site already" in is_refused(other, "restore", backup)


def test_what_was_there_is_kept(backup: Path, house: Site) -> None:
    """Said after the backup: not there any more, but not lost."""
    with shell_of(house) as shell:
        shell.run(
            "actions.send_message(author=member('bob'), room=Room.objects.get(name='square'), text='later')"
        )
    key = (house.data / "secret-key").read_text()
    (house.data / "hubbub.toml").write_text("# mine\n")
    told = succeeds(house, "restore", backup, "--replace")
    (kept,) = house.data.glob("before-restore-*.sqlite3")
    assert f"kept as {kept.name}" in told
    for file, count in ((kept, 1), (house.data / "hubbub.sqlite3", 0)):
        with closing(sqlite3.connect(file)) as opened:
            said = opened.execute("SELECT count(*) FROM hubbub_message WHERE text = 'later'").fetchone()
            assert said == (count,)
    assert (house.data / "secret-key").read_text() == key
    assert (house.data / "hubbub.toml").read_text() == "# mine\n"


def test_settings_come_first_where_there_are_none(
    backup: Path, other: Site, database: str, tmp_path: Path
) -> None:
    """They say where the site belongs, so they must be there before a database is chosen."""
    (tmp_path / "hubbub.toml").write_text(f'database_url = "{database}"\n')
    shutil.copy(backup, tmp_path / "chat.zip")
    with zipfile.ZipFile(tmp_path / "chat.zip", "a") as opened:
        opened.write(tmp_path / "hubbub.toml", "hubbub.toml")
    succeeds(other, "restore", tmp_path / "chat.zip")
    assert stat.S_IMODE((other.data / "hubbub.toml").stat().st_mode) == 0o600
    assert not (other.data / "hubbub.sqlite3").exists()
    other.environment["DATABASE_URL"] = database
    assert whole(other)["hubbub.Message"][0] > 30


def test_an_older_backup_is_brought_up_to_date(
    backup: Path, other: Site, tmp_path: Path, everything: dict[str, object]
) -> None:
    """Made before there were invitations and an audit log: their tables are made, everything else is as it was."""
    older = rewritten(backup, tmp_path, before_invitations)
    succeeds(other, "restore", older)
    tables = whole(other)
    assert tables.pop("accounts.Invitation") == [0, "0"]
    assert tables.pop("accounts.AuditEntry") == [0, "0"]
    expected = {label: rows for label, rows in everything.items() if label in tables}
    assert but_for_the_epoch(tables) == but_for_the_epoch(expected)


def names_in(site: Site) -> set[str]:
    return {path.name for path in site.data.iterdir()} - {"hubbub.lock"}


def before_invitations(database: sqlite3.Connection) -> None:
    database.execute("DROP TABLE accounts_invitation")
    database.execute("DROP TABLE accounts_auditentry")
    database.execute("DROP TABLE accounts_failurecounter")
    database.execute("ALTER TABLE accounts_user DROP COLUMN rights")
    database.execute("DELETE FROM django_migrations WHERE app = 'accounts' AND name > '0002'")


def from_the_future(database: sqlite3.Connection) -> None:
    database.execute(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('hubbub', '0999_x', '2031-01-01')"
    )


def with_a_hole(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA writable_schema=ON")
    database.execute("UPDATE sqlite_master SET rootpage = 3 WHERE name = 'hubbub_message'")


def rewritten(backup: Path, tmp_path: Path, change: Callable[[sqlite3.Connection], None]) -> Path:
    """The same backup with another database."""
    with zipfile.ZipFile(backup) as opened:
        opened.extractall(tmp_path / "out")
    with closing(sqlite3.connect(tmp_path / "out" / "hubbub.sqlite3")) as database:
        change(database)
        database.commit()
    file = tmp_path / "rewritten.zip"
    with zipfile.ZipFile(file, "w") as made:
        for name in ("manifest.json", "hubbub.sqlite3", "secret-key"):
            made.write(tmp_path / "out" / name, name)
    return file


@pytest.mark.parametrize(
    ("change", "words"),
    [(from_the_future, "was made by a newer version of Hubbub"), (with_a_hole, "is damaged")],
)
def test_a_backup_that_cannot_be_used_changes_nothing(
    backup: Path, house: Site, tmp_path: Path, change: Callable[[sqlite3.Connection], None], words: str
) -> None:
    wrong = rewritten(backup, tmp_path, change)
    before = names_in(house)
    assert words in is_refused(house, "restore", wrong, "--replace")
    assert names_in(house) == before


def test_a_backup_that_was_cut_short_or_bent_changes_nothing(
    backup: Path, other: Site, tmp_path: Path
) -> None:
    """Half a download; a bit that flipped in the middle of the database."""
    half, bent = tmp_path / "half.zip", tmp_path / "bent.zip"
    content = bytearray(backup.read_bytes())
    half.write_bytes(content[: len(content) // 2])
    content[len(content) // 3] ^= 0x40
    bent.write_bytes(content)
    assert "is no backup of Hubbub" in is_refused(other, "restore", half)
    assert "is damaged" in is_refused(other, "restore", bent)
    assert not other.data.exists() or [path.name for path in other.data.iterdir()] == ["hubbub.lock"]


def not_there(backup: Path, tmp_path: Path) -> Path:
    return tmp_path / "nothing.zip"


def no_zip(backup: Path, tmp_path: Path) -> Path:
    (tmp_path / "text.zip").write_text("hello")
    return tmp_path / "text.zip"


def another_zip(backup: Path, tmp_path: Path) -> Path:
    with zipfile.ZipFile(tmp_path / "holiday.zip", "w") as made:
        made.writestr("photo.jpg", "…")
    return tmp_path / "holiday.zip"


def another_format(backup: Path, tmp_path: Path) -> Path:
    with zipfile.ZipFile(tmp_path / "chat.zip", "w") as made:
        made.writestr("manifest.json", json.dumps({"format": 7, "hubbub": "9.0"}))
        made.writestr("hubbub.sqlite3", "")
    return tmp_path / "chat.zip"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (not_there, "There is no file"),
        (no_zip, "is no backup of Hubbub (File is not a zip file)"),
        (another_zip, "is no backup of Hubbub"),
        (another_format, "was made by another version (9.0) in a format unknown here"),
    ],
)
def test_a_file_that_is_no_backup_is_told(
    make: Callable[[Path, Path], Path],
    words: str,
    backup: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Before anything is made or touched."""
    monkeypatch.setenv("HUBBUB_DATA", str(tmp_path / "other"))
    assert cli.main(["restore", str(make(backup, tmp_path))]) == 2
    told = capsys.readouterr().err
    assert words in told and len(told.splitlines()) == 1
    assert not (tmp_path / "other").exists()


def test_a_site_that_is_there_does_not_give_way_by_itself(backup: Path, house: Site) -> None:
    before = whole(house)
    assert "--replace puts the backup in its place" in is_refused(house, "restore", backup)
    assert whole(house) == before


def test_a_server_that_runs_is_named(backup: Path, house: Site) -> None:
    with open(house.data / "hubbub.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711")
        lock.flush()
        assert "process 4711" in is_refused(house, "restore", backup, "--replace")


def test_a_refused_restore_leaves_no_key_of_another_site(backup: Path, other: Site) -> None:
    """Nobody signs in with a key that belongs elsewhere because of a try that failed."""
    sentence = is_refused(other, "restore", backup, DATABASE_URL="postgres://127.0.0.1:1/nowhere")
    assert sentence.startswith("The database cannot be used")
    assert not (other.data / "secret-key").exists()


def test_twice_is_refused_and_once_more_with_replace(backup: Path, other: Site) -> None:
    succeeds(other, "restore", backup)
    assert "--replace" in is_refused(other, "restore", backup)
    first = epoch(other)
    succeeds(other, "restore", backup, "--replace")
    assert epoch(other) != first
    assert "SQLite finds the file intact" in hubbub(other, "doctor").stdout
