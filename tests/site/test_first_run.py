"""The first run: pages redirect to the welcome page, and a visitor with the set-up code becomes the owner."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from hubbub.models import Member, Room, Workspace
from hubbub.protocol.objects import Role
from hubbub_site.accounts.first_run import SETUP_CODE, is_setup_code, make_setup_code
from hubbub_site.accounts.models import User
from tests.site.conftest import PASSWORD

HERE = {"Host": "localhost:8000"}
ALICE = {"workspace": "The Lighthouse", "name": "Alice", "username": "Alice", "password": PASSWORD}


@pytest.fixture
def browser(db: None) -> Client:
    """A browser on the machine that the server runs on."""
    return Client(headers=HERE)


def with_code(**fields: str) -> dict[str, str]:
    """Alice's form fields with the set-up code."""
    return ALICE | {"code": make_setup_code(settings.CONFIG.data)} | fields


def test_alice_names_the_workspace_and_becomes_its_owner(browser: Client) -> None:
    response = browser.post("/welcome/", with_code())
    assert response.headers["Location"] == "/"
    assert browser.get("/").headers["Location"] == "/chat/"
    assert Workspace.objects.the_one().name == "The Lighthouse"
    alice = Member.objects.get()
    assert (alice.handle, alice.name, alice.role) == ("alice", "Alice", Role.OWNER)
    assert [room.name for room in Room.objects.filter(memberships__member=alice)] == ["general"]


@pytest.mark.parametrize("path", ["/", "/chat/", "/chat/general/7/", "/account/login/", "/nothing/"])
def test_every_page_of_a_new_server_redirects_to_the_welcome_page(db: None, dave: Client, path: str) -> None:
    assert dave.get(path).headers["Location"] == "/welcome/"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/static/hubbub_site/site.css"])
def test_health_and_files_are_served_before_there_is_an_owner(db: None, dave: Client, path: str) -> None:
    assert dave.get(path).status_code == 200


def test_the_welcome_page_is_gone_once_there_is_an_owner(alice: User, dave: Client) -> None:
    assert dave.get("/welcome/").headers["Location"] == "/"
    assert dave.post("/welcome/", ALICE | {"username": "dave"}).headers["Location"] == "/"
    assert dave.get("/").headers["Location"] == "/account/login/"
    assert User.objects.count() == 1


def test_a_weak_password_is_refused_and_nothing_is_made(browser: Client) -> None:
    response = browser.post("/welcome/", with_code(password="alice"))
    assert response.status_code == 422
    assert "too similar to the username" in response.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize("username", ["two words", "a/b", "-", "", "@alice", "x" * 33])
def test_a_username_that_is_no_handle_is_refused(browser: Client, username: str) -> None:
    response = browser.post("/welcome/", with_code(username=username))
    assert list(response.context["form"].errors) == ["username"]


@pytest.mark.parametrize(
    ("typed", "kept"), [("Ålice", "ålice"), ("عمر", "عمر"), ("小明", "小明"), ("ＡＬＩＣＥ", "alice")]
)
def test_a_username_may_be_of_any_script(browser: Client, typed: str, kept: str) -> None:
    assert browser.post("/welcome/", with_code(username=typed)).status_code == 302
    assert User.objects.get().username == Member.objects.get().handle == kept


def test_of_two_browsers_at_once_one_becomes_the_owner(transactional_db: None) -> None:
    start = threading.Barrier(2)
    results: list[Any] = []
    form = with_code()

    def claim(name: str) -> None:
        browser = Client(headers=HERE)
        browser.get("/welcome/")
        start.wait()
        results.append(browser.post("/welcome/", form | {"username": name, "name": name}))
        connection.close()

    threads = [threading.Thread(target=claim, args=(name,)) for name in ("alice", "dave")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(response.headers["Location"] for response in results) in (
        ["/", "/account/login/"],  # the other request was running
        ["/", "/"],  # the other request came later
    )
    assert User.objects.count() == 1
    assert Member.objects.get().role == Role.OWNER


WAYS: dict[str, dict[str, Any]] = {
    "this machine": {"HTTP_HOST": "localhost:8000"},
    "a bare proxy here": {"HTTP_HOST": "127.0.0.1:8000", "REMOTE_ADDR": "127.0.0.1"},
    "another address": {"REMOTE_ADDR": "203.0.113.9"},
    "another host": {"HTTP_HOST": "chat.example.org"},
    "a proxy": {"HTTP_X_FORWARDED_FOR": "203.0.113.9"},
}


@pytest.mark.parametrize("way", WAYS)
class TestSetupCode:
    """The code is always required: a visitor behind a bare `proxy_pass` looks like a local one."""

    @pytest.fixture
    def visitor(self, way: str, db: None, monkeypatch: pytest.MonkeyPatch) -> Client:
        monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["*"])
        return Client(**WAYS[way])

    def test_without_it_nobody_becomes_owner(self, visitor: Client) -> None:
        assert "Set-up code" in visitor.get("/welcome/").content.decode()
        assert visitor.post("/welcome/", ALICE).status_code == 422
        assert visitor.post("/welcome/", ALICE | {"code": "00000-00000"}).status_code == 422
        assert not User.objects.exists()

    def test_with_it_alice_becomes_owner_and_the_code_is_deleted(self, visitor: Client) -> None:
        code = make_setup_code(settings.CONFIG.data)
        response = visitor.post("/welcome/", ALICE | {"code": code.lower().replace("-", " ")})
        assert response.status_code == 302
        assert not (settings.CONFIG.data / SETUP_CODE).exists()

    def test_the_page_does_not_show_it(self, visitor: Client) -> None:
        code = make_setup_code(settings.CONFIG.data)
        assert code not in visitor.get("/welcome/").content.decode()


def test_the_code_is_kept_and_private_until_there_is_an_owner(db: None) -> None:
    assert make_setup_code(settings.CONFIG.data) == make_setup_code(settings.CONFIG.data)
    assert (settings.CONFIG.data / SETUP_CODE).stat().st_mode & 0o077 == 0


def test_the_page_makes_a_code_if_the_server_has_made_none(db: None, browser: Client) -> None:
    """This happens with plain uvicorn or Daphne."""
    browser.get("/welcome/")
    assert (settings.CONFIG.data / SETUP_CODE).exists()


@pytest.mark.parametrize("remains", ["", "\n", "7GQ2", "\0" * 12])
class TestSetupCodeAfterACrash:
    """The file has only a part of the code, because a power cut came before the sync."""

    def test_it_lets_nobody_in(self, remains: str) -> None:
        (settings.CONFIG.data / SETUP_CODE).write_text(remains)
        for typed in (remains, "-", " ", "7GQ2"):
            assert not is_setup_code(typed)

    def test_the_next_start_makes_a_new_one(self, remains: str) -> None:
        (settings.CONFIG.data / SETUP_CODE).write_text(remains)
        code = make_setup_code(settings.CONFIG.data)
        assert len(code) == 11 and is_setup_code(code)
