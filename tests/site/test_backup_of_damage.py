"""`hubbub backup` of a damaged database: it reports the damage, and the last good backup stays."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from hubbub_site import backup
from tests.serving import Site
from tests.site import damage
from tests.site.sites import fails, hubbub, succeeds

pytestmark = pytest.mark.standalone


@pytest.fixture(scope="session")
def yesterdays(lived_in: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("backup") / "chat.zip"
    succeeds(lived_in, "backup", file)
    return file


@pytest.fixture
def good(yesterdays: Path, tmp_path: Path) -> Path:
    """Yesterday's backup, at the path of tonight's."""
    (tmp_path / "backups").mkdir()
    return Path(shutil.copy(yesterdays, tmp_path / "backups"))


@pytest.mark.parametrize("way", damage.WAYS, ids=lambda way: way.__name__)
def test_the_last_good_backup_is_not_replaced(house: Site, good: Path, way: Callable[[Path], None]) -> None:
    """`hubbub doctor` finds the damage too."""
    way(house.data / "hubbub.sqlite3")
    before = good.read_bytes()
    assert "damaged" in fails(house, "backup", good, "--force")
    assert good.read_bytes() == before
    assert list(good.parent.iterdir()) == [good]
    done = hubbub(house, "doctor")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "FAIL  The database is damaged (" in done.stdout


def test_no_new_backup_is_made(house: Site, tmp_path: Path) -> None:
    damage.stale_index(house.data / "hubbub.sqlite3")
    told = fails(house, "backup", tmp_path / "chat.zip")
    assert told.startswith("No backup was made: the database is damaged (")
    assert "index" in told
    assert not (tmp_path / "chat.zip").exists()


def test_the_quick_check_does_not_find_the_stale_index(house: Site) -> None:
    damage.stale_index(house.data / "hubbub.sqlite3")
    with closing(sqlite3.connect(house.data / "hubbub.sqlite3")) as opened:
        assert opened.execute("PRAGMA quick_check").fetchone() == ("ok",)
        assert opened.execute("PRAGMA integrity_check").fetchone() != ("ok",)


def test_a_copy_with_a_missing_row_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = tmp_path / "source.sqlite3", tmp_path / "target.sqlite3"
    for path in (source, target):
        damage.change(path, "CREATE TABLE said (text)")
    damage.change(source, "INSERT INTO said VALUES ('a'), ('b')")
    counted = backup._counts

    def one_less(opened: sqlite3.Connection) -> dict[str, int]:
        (_, _, file) = opened.execute("PRAGMA database_list").fetchone()
        return {table: rows - (file == str(target)) for table, rows in counted(opened).items()}

    monkeypatch.setattr(backup, "_counts", one_less)
    with pytest.raises(backup.Damaged, match="said has 1 rows in the copy and 2 in the database"):
        backup._copy_sqlite(source, target, lambda done, total: None)


def test_a_site_on_postgresql_is_checked_as_well(
    house: Site, database: str, tmp_path: Path, good: Path
) -> None:
    succeeds(house, "copy", "--to", database)
    house.environment["DATABASE_URL"] = database
    succeeds(house, "backup", good, "--force")
    before = good.read_bytes()
    with psycopg.connect(database) as opened:
        opened.execute("UPDATE hubbub_room SET seq = seq + 1 WHERE name = 'square'")
    assert "the database is damaged (room " in fails(house, "backup", good, "--force")
    assert good.read_bytes() == before
    assert "FAIL  The database is damaged (room " in hubbub(house, "doctor").stdout


@pytest.mark.parametrize("way", [damage.stale_index, damage.gap], ids=lambda way: way.__name__)
def test_a_damaged_database_is_not_copied_either(
    house: Site, tmp_path: Path, way: Callable[[Path], None]
) -> None:
    """A row that is missing in its index would be missing on both sides of the comparison."""
    way(house.data / "hubbub.sqlite3")
    assert "damaged" in fails(house, "copy", "--to", tmp_path / "other.sqlite3")


@pytest.mark.parametrize("way", [damage.header, damage.cut_short], ids=lambda way: way.__name__)
def test_a_good_backup_replaces_the_damaged_database(
    house: Site, good: Path, way: Callable[[Path], None]
) -> None:
    way(house.data / "hubbub.sqlite3")
    assert "`hubbub restore FILE --replace`" in fails(house, "restore", good)
    succeeds(house, "restore", good, "--replace")
    assert "SQLite finds the file intact" in hubbub(house, "doctor").stdout
