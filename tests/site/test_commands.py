"""The `hubbub` commands: what each does, and the error sentence if it cannot run."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from hubbub import actions
from hubbub.models import Member, Token
from hubbub.protocol.objects import Role
from hubbub.realtime.logins.sign_in import login_from_secret
from hubbub_site import cli
from hubbub_site.accounts.models import User
from tests.servers.process import free_port, running
from tests.site.conftest import PASSWORD

HUBBUB = Path(sys.executable).with_name("hubbub")


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """Restore the environment, because flags are stored in it."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_help_explains_each_command_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main([command, "--help"])
    assert end.value.code == 0
    told = capsys.readouterr().out
    assert f"\n  hubbub {command}" in told or f"(hubbub {command}" in told
    assert "--data DIR" in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["token", "alice", "--data", "/nowhere"], "There is no data directory /nowhere"),
        (["serve", "--port", "high"], "HUBBUB_PORT"),
        (["doctor", "--config", "/nowhere.toml"], "no configuration file"),
        (["demo", "--members", "0"], "at least one member"),
        (["serve", "--data", "/proc/nowhere"], "The data directory /proc/nowhere cannot be used"),
        (["serve", "--host", "203.0.113.77"], "no address of this machine"),
        (["serve", "--host", "no such host"], "no address of this machine"),
    ],
)
def test_a_command_that_cannot_run_says_why_in_one_sentence(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"hubbub {arguments[0]}: ")
    assert words in told
    assert len(told.splitlines()) == 1


def test_a_port_in_use_is_reported_before_anything_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert cli.main(["serve", "--port", str(port)]) == 2
    told = capsys.readouterr()
    assert f"Port {port} on 127.0.0.1 is in use by another program; choose another with --port" in told.err
    assert told.out == ""


class TestToken:
    @pytest.mark.parametrize(("days", "left"), [([], 90), (["--days", "7"], 7), (["--days", "never"], None)])
    def test_it_works_for_the_given_days(
        self, bob: User, days: list[str], left: int | None, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert cli.main(["token", "bob", *days]) == 0
        token = Token.objects.get()
        assert (
            round((token.expires_at - timezone.now()).total_seconds() / 86400) if token.expires_at else None
        ) == left

    @pytest.mark.parametrize("days", ["0", "-1", "3651", "soon", "9" * 30])
    def test_another_lifetime_is_refused(self, days: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            cli.main(["token", "bob", f"--days={days}"])
        assert "from 1 to 3650" in capsys.readouterr().err

    def test_it_prints_the_token_and_nothing_else(
        self, bob: User, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert cli.main(["token", "BOB", "--label", "doorbell"]) == 0
        told = capsys.readouterr()
        assert login_from_secret(told.out.strip()).member.user == bob
        assert told.err == ""
        assert Token.objects.get().label == "doorbell"

    def test_for_a_bot_too(self, alice: User, capsys: pytest.CaptureFixture[str]) -> None:
        bot = actions.create_bot(by=actions.member_for(alice), handle="doorbell", name="Doorbell")
        assert cli.main(["token", "doorbell"]) == 0
        assert login_from_secret(capsys.readouterr().out.strip()).member == bot

    def test_an_unknown_user_gets_none(self, alice: User, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["token", "dave"]) == 2
        assert capsys.readouterr().out == ""

    def test_a_deactivated_member_gets_none(
        self, alice: User, bob: User, capsys: pytest.CaptureFixture[str]
    ) -> None:
        actions.deactivate_member(by=actions.member_for(alice), member=actions.member_for(bob))
        assert cli.main(["token", "bob"]) == 2
        assert not Token.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestOwner:
    def test_it_makes_the_first_owner_with_a_generated_password(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert cli.main(["owner", "Alice", "--name", "Alice Liddell", "--generate"]) == 0
        password = capsys.readouterr().out.splitlines()[-1]
        alice = User.objects.get(username="alice")
        assert alice.check_password(password)
        assert (alice.hubbub_member.name, alice.hubbub_member.role) == ("Alice Liddell", Role.OWNER)

    def test_it_gives_a_forgetful_owner_a_new_password(self, alice: User) -> None:
        assert cli.main(["owner", "alice", "--generate"]) == 0
        alice.refresh_from_db()
        assert not alice.check_password(PASSWORD)

    def test_it_makes_bob_an_owner_and_leaves_his_password(
        self, bob: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with open(os.devnull) as nobody:
            monkeypatch.setattr("sys.stdin", nobody)
            assert cli.main(["owner", "bob"]) == 0
        bob.refresh_from_db()
        assert bob.check_password(PASSWORD)
        assert Member.objects.get(user=bob).role == Role.OWNER

    def test_it_reactivates_a_deactivated_account(self, alice: User, bob: User) -> None:
        actions.deactivate_member(by=actions.member_for(alice), member=actions.member_for(bob))
        User.objects.filter(pk=bob.pk).update(is_active=False)
        assert cli.main(["owner", "bob", "--generate"]) == 0
        assert actions.member_for(User.objects.get(pk=bob.pk)).role == Role.OWNER

    def test_a_weak_password_is_refused(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / "password").write_text("short\n")
        with (tmp_path / "password").open() as typed:
            monkeypatch.setattr("sys.stdin", typed)
            assert cli.main(["owner", "alice", "--password-stdin"]) == 2
        assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestMigrate:
    def test_run_again_it_does_nothing(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["migrate"]) == 0
        assert "up to date already" in capsys.readouterr().out

    def test_commits_after_the_setup_are_synced(self, tmp_path: Path) -> None:
        set_up_and_look = """
from hubbub_site.commands import migrate, start
start(make=True)
from django.db import connection
print(migrate.migrate(), connection.cursor().execute("PRAGMA synchronous").fetchone())
"""
        environment = {**os.environ, "HUBBUB_DATA": str(tmp_path), "DATABASE_URL": ""}
        told = subprocess.check_output([sys.executable, "-c", set_up_and_look], env=environment, text=True)
        assert told.splitlines()[-1] == f"{told.split('(')[1].split()[0]} (2,)", "2 is FULL"


class TestDoctor:
    def test_a_sound_site_has_no_failures(self, alice: User, capsys: pytest.CaptureFixture[str]) -> None:
        code = cli.main(["doctor"])
        told = capsys.readouterr().out
        assert "SQLite finds the file intact" in told
        assert "The database (sqlite) is up to date" in told
        failures = [line for line in told.splitlines() if line.startswith("FAIL")]
        assert code == bool(failures)
        assert all("client is not built" in line for line in failures)

    def test_a_redis_that_does_not_answer_fails(
        self, alice: User, capsys: pytest.CaptureFixture[str]
    ) -> None:
        os.environ["REDIS_URL"] = f"redis://127.0.0.1:{free_port()}"
        assert cli.main(["doctor"]) == 1
        assert "FAIL  Redis does not answer" in capsys.readouterr().out

    def test_a_redis_that_answers_is_named(
        self, alice: User, redis_url: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        os.environ["REDIS_URL"] = redis_url
        cli.main(["doctor"])
        assert "ok    Redis" in capsys.readouterr().out

    def test_several_workers_without_redis_fail(
        self, alice: User, capsys: pytest.CaptureFixture[str]
    ) -> None:
        os.environ["HUBBUB_WORKERS"] = "4"
        assert cli.main(["doctor"]) == 1
        assert "several workers need one" in capsys.readouterr().out


class TestServe:
    """A real server process on an empty data directory."""

    def test_it_serves_refuses_a_second_one_and_ends_on_sigterm(self, tmp_path: Path) -> None:
        port, data = free_port(), tmp_path / "data"
        url = f"http://127.0.0.1:{port}"
        command: list[str | Path] = [HUBBUB, "serve", "--data", data, "--port", str(port)]
        log = tmp_path / "log"
        with running(command, url=url, port=port, ready=lambda: answers(f"{url}/healthz"), log=log) as server:
            assert "Welcome to Hubbub" in fetch(f"{url}/")
            second = subprocess.run(
                [HUBBUB, "serve", "--data", data, "--port", str(free_port())],
                capture_output=True,
                text=True,
                check=False,
                timeout=30,
            )
            assert second.returncode == 2
            assert f"process {server.process.pid}" in second.stderr
            assert len(second.stderr.splitlines()) == 1
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(15) == 0
        told = log.read_text()
        assert url in told
        code = (data / "setup-code").read_text().strip()
        assert f"{url}/welcome/#{code}\n" in told


def answers(url: str) -> bool:
    try:
        return bool(fetch(url))
    except OSError:
        return False


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310
        return str(response.read().decode())
