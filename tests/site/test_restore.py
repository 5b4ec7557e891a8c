"""`hubbub restore`: restores a site to an empty or its own directory, on SQLite or PostgreSQL."""

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
from tests.site.sites import ODD_TEXT, hubbub, is_refused, succeeds, whole, without_epoch
from tests.sockets import Online, dial

pytestmark = pytest.mark.standalone


@pytest.fixture(scope="session")
def backup(lived_in: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the site."""
    file = tmp_path_factory.mktemp("backup") / "chat.zip"
    succeeds(lived_in, "backup", file)
    return file


@pytest.fixture(scope="session")
def everything(lived_in: Site) -> dict[str, object]:
    """The digests of all tables of the site."""
    return whole(lived_in)


def epoch(site: Site) -> str:
    with shell_of(site) as shell:
        found: str = shell.ask("Workspace.objects.get().epoch")
    return found


def test_it_works(backup: Path, lived_in: Site, other: Site, everything: dict[str, object]) -> None:
    """In an empty directory everything is restored, except the epoch, which is new."""
    told = succeeds(other, "restore", backup)
    assert "“The Lighthouse” as of 20" in told and "is in place" in told and "sign in" not in told
    assert without_epoch(whole(other)) == without_epoch(everything)
    assert epoch(other) != epoch(lived_in)
    for name in ("hubbub.sqlite3", "secret-key"):
        assert stat.S_IMODE((other.data / name).stat().st_mode) == 0o600
    assert not list(other.data.glob("*.restoring*"))


def test_tokens_sessions_and_passwords_still_work(backup: Path, lived_in: Site, other: Site) -> None:
    """Sessions stay valid because the key is restored too."""
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


def test_another_key_stays_and_the_consequence_is_printed(backup: Path, other: Site) -> None:
    other.data.mkdir()
    (other.data / "secret-key").write_text(f"{'made by a first start':-<40}\n")
    assert "people have to sign in again." in succeeds(other, "restore", backup)
    assert (other.data / "secret-key").read_text() == f"{'made by a first start':-<40}\n"


def test_from_sqlite_to_postgresql_and_back(
    backup: Path, other: Site, database: str, everything: dict[str, object], tmp_path: Path
) -> None:
    """A backup fits any database: SQLite → PostgreSQL → SQLite, and all rows are equal."""
    other.environment["DATABASE_URL"] = database
    succeeds(other, "restore", backup)
    assert without_epoch(whole(other)) == without_epoch(everything)
    succeeds(other, "backup", tmp_path / "again.zip")
    third = Site(tmp_path / "third")
    succeeds(third, "restore", tmp_path / "again.zip")
    assert without_epoch(whole(third)) == without_epoch(everything)
    assert "holds a site already" in is_refused(other, "restore", backup)


def test_the_replaced_database_is_kept(backup: Path, house: Site) -> None:
    """A message from after the backup is in the kept file."""
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


def test_missing_settings_are_restored_first(
    backup: Path, other: Site, database: str, tmp_path: Path
) -> None:
    """They name the database, so they are needed before it is opened."""
    (tmp_path / "hubbub.toml").write_text(f'database_url = "{database}"\n')
    shutil.copy(backup, tmp_path / "chat.zip")
    with zipfile.ZipFile(tmp_path / "chat.zip", "a") as opened:
        opened.write(tmp_path / "hubbub.toml", "hubbub.toml")
    succeeds(other, "restore", tmp_path / "chat.zip")
    assert stat.S_IMODE((other.data / "hubbub.toml").stat().st_mode) == 0o600
    assert not (other.data / "hubbub.sqlite3").exists()
    other.environment["DATABASE_URL"] = database
    assert whole(other)["hubbub.Message"][0] > 30


def test_an_older_backup_is_migrated(
    backup: Path, other: Site, tmp_path: Path, everything: dict[str, object]
) -> None:
    """From before invitations and the audit log: their tables are created, all other data is unchanged."""
    older = rewritten(backup, tmp_path, before_invitations)
    succeeds(other, "restore", older)
    tables = whole(other)
    assert tables.pop("accounts.Invitation") == [0, "0"]
    assert tables.pop("accounts.AuditEntry") == [0, "0"]
    expected = {label: rows for label, rows in everything.items() if label in tables}
    assert without_epoch(tables) == without_epoch(expected)


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
    """The same backup with a changed database."""
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


def test_a_truncated_or_corrupt_backup_changes_nothing(backup: Path, other: Site, tmp_path: Path) -> None:
    """A partial download, or a flipped bit in the middle of the database."""
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
def test_a_file_that_is_no_backup_is_refused(
    make: Callable[[Path, Path], Path],
    words: str,
    backup: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is refused before anything is created or changed."""
    monkeypatch.setenv("HUBBUB_DATA", str(tmp_path / "other"))
    assert cli.main(["restore", str(make(backup, tmp_path))]) == 2
    told = capsys.readouterr().err
    assert words in told and len(told.splitlines()) == 1
    assert not (tmp_path / "other").exists()


def test_an_existing_site_is_not_replaced_without_replace(backup: Path, house: Site) -> None:
    before = whole(house)
    assert "--replace puts the backup in its place" in is_refused(house, "restore", backup)
    assert whole(house) == before


def test_a_running_server_is_named(backup: Path, house: Site) -> None:
    with open(house.data / "hubbub.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711")
        lock.flush()
        assert "process 4711" in is_refused(house, "restore", backup, "--replace")


def test_a_refused_restore_installs_no_key(backup: Path, other: Site) -> None:
    """A failed attempt must not leave another site's key, with which sessions would be signed."""
    sentence = is_refused(other, "restore", backup, DATABASE_URL="postgres://127.0.0.1:1/nowhere")
    assert sentence.startswith("The database cannot be used")
    assert not (other.data / "secret-key").exists()


def test_a_second_restore_needs_replace(backup: Path, other: Site) -> None:
    succeeds(other, "restore", backup)
    assert "--replace" in is_refused(other, "restore", backup)
    first = epoch(other)
    succeeds(other, "restore", backup, "--replace")
    assert epoch(other) != first
    assert "SQLite finds the file intact" in hubbub(other, "doctor").stdout
