"""A secret key that a crash has damaged: commands refuse to run and say what to do."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from hubbub_site import secret_key_file
from hubbub_site.config import Misconfigured
from tests.serving import Site, served
from tests.site.sites import hubbub, is_refused, succeeds

pytestmark = pytest.mark.standalone

REMAINS = {"nothing": b"", "a line": b"\n", "zeros": bytes(68), "a part": b"kY3-_pWq", "noise": b"\xff" * 68}


@pytest.fixture(params=REMAINS)
def remains(request: pytest.FixtureRequest) -> bytes:
    """The content of a key file after a power cut before the sync."""
    return REMAINS[request.param]


def test_a_damaged_key_is_not_accepted(tmp_path: Path, remains: bytes) -> None:
    (tmp_path / "secret-key").write_bytes(remains)
    with pytest.raises(Misconfigured, match=rf"{tmp_path}/secret-key is damaged \({len(remains)} bytes\)"):
        secret_key_file.secret_key(tmp_path)


@pytest.mark.parametrize(
    "arguments",
    [["serve"], ["owner", "alice"], ["token", "alice"], ["backup", "chat.zip"], ["migrate"], ["demo"]],
    ids=lambda arguments: arguments[0],
)
def test_every_command_refuses_an_empty_key_and_says_what_to_do(house: Site, arguments: list[str]) -> None:
    (house.data / "secret-key").write_text("")
    told = is_refused(house, *arguments)
    assert told.startswith(f"The key in {house.data}/secret-key is damaged")
    assert "from a backup" in told and "or delete it" in told
    assert (house.data / "secret-key").read_text() == ""


def test_doctor_reports_it_among_its_findings(house: Site) -> None:
    (house.data / "secret-key").write_text("")
    done = hubbub(house, "doctor")
    assert done.returncode == 1
    assert f"FAIL  The key in {house.data}/secret-key is damaged" in done.stdout
    assert "SQLite finds the file intact" in done.stdout, "the other checks run too"


def test_without_the_file_there_is_a_new_key_and_people_sign_in_again(house: Site) -> None:
    (house.data / "secret-key").unlink()
    with served(house) as server:
        assert server.ready()["ready"]
    assert secret_key_file.is_whole((house.data / "secret-key").read_bytes())


def test_a_key_in_the_settings_overrides_the_file(house: Site) -> None:
    (house.data / "secret-key").write_text("")
    succeeds(house, "migrate", HUBBUB_SECRET_KEY="short, but set by its owner")


class TestRestoring:
    """Repair by restoring the key from a backup."""

    @pytest.fixture
    def backup(self, house: Site, tmp_path: Path) -> Path:
        succeeds(house, "backup", tmp_path / "chat.zip")
        return tmp_path / "chat.zip"

    def test_the_backups_key_replaces_a_damaged_one(self, house: Site, backup: Path) -> None:
        key = (house.data / "secret-key").read_text()
        (house.data / "secret-key").write_text("")
        assert "sign in again" not in succeeds(house, "restore", backup, "--replace")
        assert (house.data / "secret-key").read_text() == key

    def test_a_restore_that_is_refused_leaves_the_damaged_one(self, house: Site, backup: Path) -> None:
        (house.data / "secret-key").write_text("half a key")
        is_refused(house, "restore", backup)
        assert (house.data / "secret-key").read_text() == "half a key"

    def test_a_short_key_that_was_a_setting_does_not_become_a_file(
        self, house: Site, other: Site, tmp_path: Path
    ) -> None:
        """The file would be refused at the next start."""
        file = tmp_path / "set.zip"
        succeeds(house, "backup", file, HUBBUB_SECRET_KEY="a setting")
        assert "set HUBBUB_SECRET_KEY as it was there" in succeeds(other, "restore", file)
        assert secret_key_file.is_whole((other.data / "secret-key").read_bytes())
        again = Site(tmp_path / "again", {"HUBBUB_SECRET_KEY": "a setting"})
        assert "sign in again" not in succeeds(again, "restore", file)
        with zipfile.ZipFile(file) as opened:
            assert opened.read("secret-key") == b"a setting\n"
