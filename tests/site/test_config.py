"""The sources of settings, their effect on Django's settings, and the errors for wrong ones."""

from __future__ import annotations

import stat
from concurrent.futures import wait
from pathlib import Path

import pytest
from django.core.mail import EmailMessage

from hubbub_site import allowed_hosts, background_mail, config, databases, mail_settings, secret_key_file
from hubbub_site.background_mail import BackgroundMail
from hubbub_site.config import Config, Misconfigured
from tests.servers.process import free_port


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory for this test, with an otherwise empty environment."""
    monkeypatch.setenv("HUBBUB_DATA", str(tmp_path))
    for name in ("HUBBUB_CONFIG", "HUBBUB_PORT", "HUBBUB_ORIGINS", "DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data / "hubbub.toml").write_text('port = 9000\nhost = "0.0.0.0"\norigins = ["https://a.example"]\n')
    monkeypatch.setenv("HUBBUB_PORT", "9001")
    loaded = config.load()
    assert (loaded.port, loaded.host, loaded.workers) == (9001, "0.0.0.0", 1)  # noqa: S104
    assert loaded.origins == ("https://a.example",)


def test_a_file_that_is_named_is_read_instead(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data / "other.toml").write_text('redis_url = "redis://cache"\n')
    monkeypatch.setenv("HUBBUB_CONFIG", str(data / "other.toml"))
    assert config.load().redis_url == "redis://cache"


@pytest.mark.parametrize(
    ("variable", "value", "field", "meaning"),
    [
        ("HUBBUB_RATE_LIMITS", "off", "rate_limits", False),
        ("HUBBUB_ALLOWED_HOSTS", "a.example, b.example", "allowed_hosts", ("a.example", "b.example")),
        ("HUBBUB_HTTPS", "on", "https", True),
        ("DATABASE_URL", "postgres://db/chat", "database_url", "postgres://db/chat"),
        ("HUBBUB_REDIS_URL", "redis://cache", "redis_url", "redis://cache"),
    ],
)
def test_words_in_the_environment_become_values(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, field: str, meaning: object
) -> None:
    monkeypatch.setenv(variable, value)
    assert getattr(config.load(), field) == meaning


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('port = "high"', "HUBBUB_PORT"),
        ("prot = 8000", "prot"),
        ("port 8000", "cannot be read"),
        ("workers = 0", "HUBBUB_WORKERS"),
        ('invitations = "all"', "HUBBUB_INVITATIONS"),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence(data: Path, text: str, words: str) -> None:
    (data / "hubbub.toml").write_text(text)
    with pytest.raises(Misconfigured, match=words) as refusal:
        config.load()
    assert "\n" not in str(refusal.value)


def test_a_missing_configuration_file_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBBUB_CONFIG", "/nowhere.toml")
    with pytest.raises(Misconfigured, match="no configuration file /nowhere.toml"):
        config.load()


def test_cookies_are_secure_if_all_origins_are_https_or_it_is_set() -> None:
    assert not Config().secure
    assert Config(origins=("https://a.example",)).secure
    assert not Config(origins=("https://a.example", "http://b.example")).secure
    assert not Config(origins=("https://a.example",), https=False).secure


class TestSecretKey:
    def test_it_is_made_once_and_readable_by_its_owner_only(self, data: Path) -> None:
        secret_key_file.prepare(data)
        key = secret_key_file.secret_key(data)
        secret_key_file.prepare(data)
        assert secret_key_file.secret_key(data) == key
        assert len(key) >= 50
        assert stat.S_IMODE((data / "secret-key").stat().st_mode) == 0o600
        assert list(data.iterdir()) == [data / "secret-key"]

    def test_reading_the_key_writes_nothing(self, data: Path) -> None:
        assert secret_key_file.secret_key(data) != secret_key_file.secret_key(data)
        assert list(data.iterdir()) == []


class TestDatabase:
    def test_sqlite_is_durable_and_waits_for_other_writers(self, data: Path) -> None:
        options = databases.settings_of("", sqlite=data / "x.sqlite3")["OPTIONS"]
        assert options["transaction_mode"] == "IMMEDIATE"
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            assert pragma in options["init_command"]

    def test_a_url_names_everything(self, data: Path) -> None:
        found = databases.settings_of("postgres://me:p%40ss@db:5433/chat?sslmode=require", sqlite=data)
        named = {name: found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
        assert named == {"NAME": "chat", "USER": "me", "PASSWORD": "p@ss", "HOST": "db", "PORT": "5433"}
        assert found["OPTIONS"]["sslmode"] == "require"

    def test_a_socket_directory_may_stand_in_the_query(self, data: Path) -> None:
        assert (
            databases.settings_of("postgres:///chat?host=/run/postgresql", sqlite=data)["HOST"]
            == "/run/postgresql"
        )

    def test_another_database_is_refused(self, data: Path) -> None:
        with pytest.raises(Misconfigured, match="postgres://"):
            databases.settings_of("mysql://db/chat", sqlite=data)


class TestHosts:
    def test_a_server_for_this_machine_answers_to_localhost_only(self) -> None:
        assert allowed_hosts.allowed(Config(host="127.0.0.1")) == allowed_hosts.LOCAL

    def test_configured_hosts_and_the_hosts_of_origins_are_added(self) -> None:
        named = Config(allowed_hosts=("a.example",), origins=("https://b.example:8443",))
        assert allowed_hosts.allowed(named) == [*allowed_hosts.LOCAL, "a.example", "b.example"]

    def test_a_server_for_the_network_answers_to_its_own_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("socket.gethostname", lambda: "Lighthouse")
        assert {"lighthouse", "lighthouse.local"} <= set(allowed_hosts.allowed(Config(host="0.0.0.0")))  # noqa: S104

    def test_its_own_address_is_allowed_too(self) -> None:
        assert "[2001:db8::7]" in allowed_hosts.allowed(Config(host="2001:db8::7"))


class TestMail:
    def test_without_a_url_nothing_is_sent(self) -> None:
        assert mail_settings.settings_of("")[0].endswith("dummy.EmailBackend")

    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            (
                "smtp://me:p%40ss@mail.example",
                mail_settings.Mail("mail.example", 587, "me", "p@ss", starttls=True),
            ),
            ("smtps://mail.example:4650", mail_settings.Mail("mail.example", 4650, tls=True)),
            ("smtp+plain://localhost", mail_settings.Mail("localhost", 25)),
        ],
    )
    def test_a_url_names_server_and_encryption(self, url: str, expected: mail_settings.Mail) -> None:
        assert mail_settings.settings_of(url)[1] == expected

    def test_a_dead_mail_server_is_logged_and_breaks_no_page(self, caplog: pytest.LogCaptureFixture) -> None:
        box = BackgroundMail(host="127.0.0.1", port=free_port())
        assert box.send_messages([EmailMessage("Hello", "there", "a@example.org", ["b@example.org"])]) == 1
        wait([background_mail._sender.submit(lambda: None)])
        assert "A mail was not sent: " in caplog.text

    def test_another_kind_is_refused(self) -> None:
        with pytest.raises(Misconfigured, match="smtps://"):
            mail_settings.settings_of("imap://mail.example")
