"""Mallory has an account on the machine and tries to read files in a data directory that she may enter."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hubbub_site import cli, private_files
from tests.serving import Site, served
from tests.site.sites import hubbub, succeeds

OPEN = 0o644


@pytest.fixture(autouse=True)
def careless_umask() -> Iterator[None]:
    """The default of most systems: others may read new files."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def open_house(house: Site) -> Site:
    """A site whose directory and files everybody may read, such as after a backup tool or an old version."""
    house.data.chmod(0o755)
    for path in house.data.iterdir():
        path.chmod(OPEN)
    return house


def readable_by_mallory(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if stat.S_IMODE(path.stat().st_mode) & 0o077}


def test_new_files_in_an_existing_directory_are_private(other: Site) -> None:
    other.data.mkdir(mode=0o755)
    backup, copy = other.data / "chat.zip", other.data / "copy.sqlite3"
    succeeds(other, "owner", "alice", "--generate")
    succeeds(other, "backup", backup)
    succeeds(other, "copy", "--to", copy)
    with served(other) as server:
        names = {path.name for path in other.data.iterdir()}
        assert {
            "hubbub.sqlite3",
            "hubbub.sqlite3-wal",
            "hubbub.sqlite3-shm",
            "hubbub.heads",
            "secret-key",
        } <= names
        assert readable_by_mallory(other.data) <= {server.log.name}


def test_the_first_start_writes_a_set_up_code_for_its_owner_only(other: Site) -> None:
    other.data.mkdir(mode=0o755)
    with served(other):
        assert "setup-code" not in readable_by_mallory(other.data)


def test_readable_files_are_closed_at_the_start(open_house: Site) -> None:
    assert "hubbub.sqlite3" in readable_by_mallory(open_house.data)
    with served(open_house) as server:
        assert not readable_by_mallory(open_house.data) - {server.log.name}
        assert "Others could read hubbub.sqlite3" in server.log.read_text()


def test_another_user_cannot_read_it(open_house: Site, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can act as another user")
    for folder in (tmp_path, *tmp_path.parents[:-1]):
        if folder.is_relative_to("/tmp") and folder != Path("/tmp"):  # noqa: S108
            folder.chmod(0o755)
    database = open_house.data / "hubbub.sqlite3"
    reads = ["head", "-c", "1", str(database)]
    assert subprocess.run(reads, user=65534, check=False, capture_output=True).returncode == 0
    succeeds(open_house, "migrate")
    assert subprocess.run(reads, user=65534, check=False, capture_output=True).returncode != 0


def test_doctor_names_what_others_can_read_and_changes_nothing(open_house: Site) -> None:
    (open_house.data / "hubbub.toml").write_text('email_from = "chat@example.org"\n')
    done = hubbub(open_house, "doctor")
    assert done.returncode == 1
    assert f"FAIL  Others can read {open_house.data}/hubbub.sqlite3" in done.stdout
    assert f"warn  Everybody on this machine can read {open_house.data}/hubbub.toml" in done.stdout
    assert "hubbub.sqlite3" in readable_by_mallory(open_house.data)
    succeeds(open_house, "migrate")
    assert "ok    Only its owner can read the files" in hubbub(open_house, "doctor").stdout


def test_a_file_of_another_user_is_refused(
    open_house: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def chmod(path: Path, mode: int, **more: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", chmod)
    with pytest.raises(private_files.NotOurs, match="belongs to another user"):
        private_files.close(open_house.data)
    monkeypatch.setenv("HUBBUB_DATA", str(open_house.data))
    assert cli.main(["migrate"]) == 2
    assert "hubbub migrate: Others can read" in capsys.readouterr().err


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("for everybody")
    note.chmod(OPEN)
    assert private_files.close(tmp_path) == []
    assert stat.S_IMODE(note.stat().st_mode) == OPEN
