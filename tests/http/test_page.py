"""The client's page: who gets it, and which data it passes to the client."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from hubbub import actions
from hubbub.http import page
from hubbub.models import Member, Room
from tests.http.conftest import Asker

MANIFEST = {
    "src/main.ts": {
        "file": "assets/main-abc12345.js",
        "isEntry": True,
        "imports": ["_a.js"],
        "css": ["assets/m.css"],
    },
    "_a.js": {"file": "assets/a-abc12345.js", "imports": ["_b.js", "src/main.ts"], "css": ["assets/a.css"]},
    "_b.js": {"file": "assets/b-abc12345.js", "css": ["assets/b.css"]},
    "src/late.ts": {"file": "assets/late-abc12345.js", "imports": ["_b.js"], "css": ["assets/late.css"]},
}


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A manifest of a built client, whether or not this checkout has one."""
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(MANIFEST))
    monkeypatch.setattr(page, "MANIFEST", manifest)
    return manifest


def boot_of(response: Any) -> dict[str, Any]:
    found = re.search(r'id="hubbub-boot" type="application/json">(.*?)</script>', response.content.decode())
    assert found
    document: dict[str, Any] = json.loads(found[1])
    return document


def test_a_signed_in_user_gets_the_client(browser: Asker) -> None:
    response = browser.client.get("/chat/")
    text = response.content.decode()
    assert response.status_code == 200
    assert '<div id="hubbub"></div>' in text
    assert '<script type="module" src="/static/hubbub/assets/main-abc12345.js">' in text
    assert '<link rel="modulepreload" href="/static/hubbub/assets/a-abc12345.js">' in text
    assert '<link rel="stylesheet" href="/static/hubbub/assets/m.css">' in text


def test_styles_of_imported_parts_come_first_and_once_each(browser: Asker) -> None:
    """No script loads these styles; parts that are loaded later bring their own."""
    text = browser.client.get("/chat/").content.decode()
    assert re.findall(r'<link rel="stylesheet" href="/static/hubbub/assets/(\w+).css">', text) == [
        "b",
        "a",
        "m",
    ]
    assert re.findall(r'<link rel="modulepreload" href="/static/hubbub/assets/(\w+)-', text) == ["b", "a"]


def test_it_passes_the_boot_data_to_the_client(browser: Asker) -> None:
    actions.name_workspace(name="The Office")
    boot = boot_of(browser.client.get("/chat/"))
    assert boot.pop("csrf")
    assert boot == {
        "socket": "/ws/",
        "api": "/chat/api/",
        "base": "/chat/",
        "workspace": "The Office",
        "language": "en",
        "links": {
            "sign_in": "/account/login/",
            "sign_out": "/account/logout/",
            "account": "/account/",
            "invite": None,  # Bob may not invite
            "admin": None,
        },
    }


def test_the_owner_gets_links_to_the_owners_pages(
    alice: Member, browser_of: Callable[[Member], Asker]
) -> None:
    links = boot_of(browser_of(alice).client.get("/chat/"))["links"]
    assert (links["invite"], links["admin"]) == ("/invite/", "/people/")


def test_a_host_project_may_name_paths_or_nothing(browser: Asker, settings: Any) -> None:
    settings.HUBBUB = {**settings.HUBBUB, "LINKS": {"account": "/me/", "sign_out": "account_logout"}}
    assert boot_of(browser.client.get("/chat/"))["links"] == {
        "sign_in": "/account/login/",
        "sign_out": "/account/logout/",
        "account": "/me/",
        "invite": None,
        "admin": None,
    }


def test_its_csrf_token_works(bob: Member) -> None:
    client = Client(enforce_csrf_checks=True)
    assert bob.user is not None
    client.force_login(bob.user)
    token = boot_of(client.get("/chat/"))["csrf"]
    assert Asker(client, **{"X-CSRFToken": token}).asks("snapshot")["me"]["id"] == bob.pk


PATHS = [
    "",
    "general/",
    "Küche/",
    "日本語/",
    "غرفة/",
    "🎉 party/",
    "a%b/",
    "api/",
    "~12/",
    "general/345/",
    "Küche/1/",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_deep_link_leads_to_the_page(path: str, browser: Asker) -> None:
    response = browser.client.get("/chat/" + quote(path))
    assert response.status_code == 200
    assert boot_of(response)["base"] == "/chat/"


@pytest.mark.parametrize("path", PATHS)
def test_a_visitor_signs_in_first_and_returns_to_the_requested_page(path: str, stranger: Asker) -> None:
    wanted = "/chat/" + quote(path)
    response = stranger.client.get(wanted)
    assert response.status_code == 302
    address, _, query = response["Location"].partition("?")
    assert address == "/account/login/"
    assert query == f"next={quote(wanted)}"


def test_it_does_not_reveal_whether_a_room_exists(browser: Asker, kitchen: Room) -> None:
    """Only the policy decides whether a member may know that a room exists."""
    there = browser.client.get("/chat/kitchen/")
    nowhere = browser.client.get("/chat/no-such-room/")
    assert there.status_code == nowhere.status_code == 200
    assert without_tokens(there) == without_tokens(nowhere)


def test_it_is_not_cached(browser: Asker) -> None:
    assert browser.client.get("/chat/")["Cache-Control"] == "no-store"


def test_names_are_escaped(browser_of: Callable[[Member], Asker], bob: Member) -> None:
    actions.name_workspace(name="</script><script>alert(1)</script>")
    text = browser_of(bob).client.get("/chat/").content.decode()
    assert "<script>alert" not in text
    assert text.count("</script>") == 2


def test_a_user_whom_admit_refuses_gets_a_403_page(
    browser_of: Callable[[Member], Asker], alice: Member, bob: Member
) -> None:
    browser = browser_of(bob)
    actions.deactivate_member(by=alice, member=bob)
    response = browser.client.get("/chat/")
    assert response.status_code == 403
    assert b"deactivated" in response.content


def test_a_user_becomes_a_member_at_the_first_visit(no_first_room: None) -> None:
    eve = get_user_model().objects.create_user("eve")
    client = Client()
    client.force_login(eve)
    assert client.get("/chat/").status_code == 200
    assert Member.objects.get(user=eve).handle == "eve"


def test_a_missing_client_build_is_reported_to_the_operator(browser: Asker, built: Path) -> None:
    built.unlink()
    response = browser.client.get("/chat/")
    assert response.status_code == 503
    assert b"<title>" in response.content


def without_tokens(response: Any) -> str:
    return re.sub(r'"csrf": "\w+"', "", response.content.decode())
