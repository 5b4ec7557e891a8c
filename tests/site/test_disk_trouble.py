"""A disk that is full or read-only, files of another user: each command says so in one sentence, with exit code 2."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from hubbub_site import backup
from tests.disks import fill_up, make_read_only, small_disk
from tests.servers.process import free_port
from tests.serving import Server, Site, new_site, served, shell_of
from tests.site.sites import hubbub, is_refused, succeeds

pytestmark = pytest.mark.standalone

NOBODY = 65534
OBEDIENT = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
COMMANDS = [
    ["serve"],
    ["owner", "alice", "--generate"],
    ["token", "alice"],
    ["migrate"],
    ["demo", "--messages", "3000"],
    ["copy", "--to", "other.sqlite3"],
]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as disk:
        yield disk


@pytest.fixture
def home(lived_in: Site, disk: Path) -> Site:
    """A copy of the site on its own disk."""
    shutil.copytree(lived_in.data, disk / "home")
    return Site(disk / "home", people=lived_in.people)


def test_on_a_read_only_disk(home: Site, disk: Path, tmp_path: Path) -> None:
    make_read_only(disk)
    for arguments in [*COMMANDS, ["backup", str(tmp_path / "chat.zip")]]:
        assert "read-only" in is_refused(home, *arguments)
    assert "read-only" in is_refused(Site(disk / "new"), "serve")
    done = hubbub(home, "doctor")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert f"FAIL  {home.data} cannot be written: the disk is read-only" in done.stdout


def test_on_a_full_disk(home: Site, disk: Path) -> None:
    fill_up(disk / "ballast")
    for arguments in COMMANDS:
        assert is_refused(home, *arguments).startswith("There is no space left for ")
    assert is_refused(Site(disk / "new"), "serve").startswith("There is no space left for ")
    done = hubbub(home, "doctor")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert f"FAIL  There is no space left for {home.data}" in done.stdout
    (disk / "ballast").unlink()
    succeeds(home, "migrate")


def test_a_backup_to_a_full_disk_keeps_the_old_one(house: Site, disk: Path) -> None:
    succeeds(house, "backup", disk / "chat.zip")
    before = (disk / "chat.zip").read_bytes()
    fill_up(disk / "ballast")
    told = is_refused(house, "backup", disk / "chat.zip", "--force")
    assert told.startswith("No backup was made: ") and "is still there." in told
    assert (disk / "chat.zip").read_bytes() == before
    assert sorted(path.name for path in disk.iterdir()) == ["ballast", "chat.zip"]


def test_a_restore_to_a_full_disk_changes_nothing(house: Site, home: Site, disk: Path) -> None:
    """The backup is not reported as damaged. The disk has space for a lock, but not for a database."""
    file = house.data.parent / "chat.zip"
    succeeds(house, "backup", file)
    before = (home.data / "hubbub.sqlite3").read_bytes()
    fill_up(disk / "ballast")
    os.truncate(disk / "ballast", (disk / "ballast").stat().st_size - len(before) // 2)
    assert is_refused(home, "restore", file, "--replace").startswith("There is no space left for ")
    assert (home.data / "hubbub.sqlite3").read_bytes() == before
    assert not list(home.data.glob("*.restoring*"))


def test_a_disk_that_fills_during_the_check_is_not_reported_as_a_damaged_backup(
    house: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "chat.zip"
    succeeds(house, "backup", file)

    def full(*arguments: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    monkeypatch.setattr(sqlite3, "connect", full)
    (tmp_path / "unpacked").touch()
    with pytest.raises(sqlite3.OperationalError, match="full"):
        backup._extract(file, tmp_path / "unpacked")


@pytest.mark.parametrize("name", ["hubbub.sqlite3", "hubbub.lock", "secret-key", "hubbub.toml"])
def test_a_file_of_another_user_is_named(house: Site, name: str) -> None:
    """Such as a file made by root, for a server that runs as another user. Here the file belongs to another user, and
    setpriv makes root obey permissions."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("not proven here: only root can give files away, and setpriv makes it obey permissions")
    file = house.data / name
    file.touch()
    file.chmod(0o644 if name == "hubbub.sqlite3" else 0o600)
    os.chown(file, NOBODY, NOBODY)
    done = subprocess.run(
        [*OBEDIENT, sys.executable, "-m", "hubbub_site.cli", "serve", "--port", str(free_port())],
        env=house.variables(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    told = [line for line in done.stderr.splitlines() if not line.startswith("Others could read ")]
    assert done.returncode == 2 and len(told) == 1, done.stderr
    assert told[0].startswith(f"hubbub serve: {file} cannot be used: permission denied for user 0")


def test_a_server_on_a_full_disk_is_not_ready_until_there_is_space(disk: Path) -> None:
    site = new_site(disk / "data")
    with shell_of(site) as shell:
        shell.run("migrate()")
    with served(site) as server:
        assert readiness(server) == (200, "sqlite")
        fill_up(disk / "ballast")
        wait_for(server, (503, "full"))
        (disk / "ballast").unlink()
        wait_for(server, (200, "sqlite"))


def readiness(server: Server) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"{server.origin}/readyz", timeout=5) as response:  # noqa: S310
            return response.status, json.load(response)["database"]
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["database"]


def wait_for(server: Server, expected: tuple[int, str], seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while (found := readiness(server)) != expected:
        assert time.monotonic() < end, found
        time.sleep(0.1)


def test_a_postgresql_that_takes_no_writes(house: Site, database: str) -> None:
    """Such as a standby: it answers queries and refuses writes."""
    succeeds(house, "copy", "--to", database)
    house.environment["DATABASE_URL"] = database
    with psycopg.connect(database, autocommit=True) as admin, served(house) as server:
        name = admin.info.dbname
        assert readiness(server) == (200, "postgresql")
        admin.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [name],
        )
        wait_for(server, (503, "read-only"))
        assert "PostgreSQL takes no writes" in is_refused(house, "serve", "--port", str(free_port()))
        admin.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [name],
        )
        wait_for(server, (200, "postgresql"))
