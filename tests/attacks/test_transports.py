"""A rule applies to all transports: session, token and JWT, over HTTP and on sockets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.http import HttpRequest

from hubbub import actions
from hubbub.errors import HubbubError
from hubbub.models import Member, Room
from hubbub.protocol import commands
from hubbub.realtime.logins.sign_in import (
    Login,
    bearer_of,
    login_from_secret,
    login_from_session,
    origin_allowed,
    still_valid,
)
from tests.http.conftest import Asker
from tests.http.test_commands import FIELDS, OVER_HTTP, Town, town  # noqa: F401


def at_http(asker: Asker) -> bool:
    return bool(asker.post("snapshot").status_code == 200)


def at_socket(asker: Asker) -> bool:
    """Whether a handshake with the same cookie or token is accepted."""
    try:
        return bool(login_of(asker))
    except HubbubError:
        return False


def login_of(asker: Asker) -> Login:
    scope = scope_of(asker)
    secret = bearer_of(scope)
    return login_from_session(scope) if secret is None else login_from_secret(secret)


def scope_of(asker: Asker) -> dict[str, Any]:
    request = HttpRequest()
    request.session = asker.client.session  # type: ignore[assignment]
    headers = [(name.lower().encode(), value.encode()) for name, value in asker.headers.items()]
    headers.append((b"origin", b"http://testserver"))
    return {"headers": headers, "user": get_user(request), "session": request.session, "subprotocols": []}


def deactivated(bob: Member) -> None:
    Member.objects.filter(pk=bob.pk).update(active=False)


def not_active_as_a_user(bob: Member) -> None:
    assert bob.user is not None
    type(bob.user).objects.filter(pk=bob.user.pk).update(is_active=False)


def without_a_member(bob: Member) -> None:
    assert bob.user is not None
    user = bob.user
    bob.tokens.all().delete()
    Member.objects.filter(pk=bob.pk).update(user=None)
    type(user).objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize("door", [at_http, at_socket])
@pytest.mark.parametrize("way", ["browser", "script", "phone"])
@pytest.mark.parametrize("rule", [deactivated, not_active_as_a_user, without_a_member])
def test_a_member_refused_by_one_transport_is_refused_by_all(
    rule: Callable[[Member], None],
    way: str,
    door: Callable[[Asker], bool],
    bob: Member,
    request: pytest.FixtureRequest,
) -> None:
    """Rows 5, 6, 41: Rocket.Chat's streamer accepted users whom the login page refused; tokens outlived their
    owners."""
    asker: Asker = request.getfixturevalue(way)
    assert door(asker)
    rule(bob)
    assert not door(asker)


@pytest.mark.parametrize("way", ["browser", "script", "phone"])
@pytest.mark.parametrize("rule", [deactivated, not_active_as_a_user, without_a_member])
def test_an_open_socket_is_valid_only_if_it_could_be_opened_again(
    rule: Callable[[Member], None], way: str, bob: Member, request: pytest.FixtureRequest
) -> None:
    """Rows 8, 9: Vikunja checked the JWT and not the session table."""
    login = login_of(request.getfixturevalue(way))
    assert still_valid([login]) == {login.key}
    rule(bob)
    assert still_valid([login]) == set()


@pytest.mark.parametrize("way", ["browser", "phone"])
def test_a_new_password_leaves_no_old_login(way: str, bob: Member, request: pytest.FixtureRequest) -> None:
    """Row 8: in Campfire other sessions and open connections survived a new password."""
    login = login_of(request.getfixturevalue(way))
    assert bob.user is not None
    bob.user.set_password("another one, chosen well")
    bob.user.save()
    assert still_valid([login]) == set()


def test_an_ended_session_or_revoked_token_is_not_valid(browser: Asker, script: Asker, bob: Member) -> None:
    """Row 9."""
    logins = [login_of(browser), login_of(script)]
    assert still_valid(logins) == {login.key for login in logins}
    browser.client.logout()
    actions.revoke_token(by=bob, token=bob.tokens.get())
    assert still_valid(logins) == set()


@pytest.mark.parametrize("kind", OVER_HTTP, ids=commands.type_of)
def test_no_command_runs_without_the_csrf_token_or_by_get(
    kind: type[commands.Command],
    town: Town,  # noqa: F811
    browser: Asker,
) -> None:
    """Row 72: browsers send a cookie automatically, so it alone changes nothing; and GET never changes anything."""
    name = commands.type_of(kind)
    before = [list(Room.objects.values()), list(Member.objects.values())]
    forged = browser.post(name, FIELDS[name](town), **{"X-CSRFToken": ""})
    assert (forged.status_code, forged.json()["error"]["code"]) == (403, "forbidden")
    elsewhere = browser.post(name, FIELDS[name](town), Origin="https://evil.example")
    assert elsewhere.status_code == 403
    assert browser.client.get(f"/api/{name}", FIELDS[name](town)).status_code == 405
    assert [list(Room.objects.values()), list(Member.objects.values())] == before


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_a_form_from_another_site_cannot_send_a_command(kind: str, browser: Asker) -> None:
    """Row 72: a form that needs no CORS preflight still lacks the CSRF token."""
    response = browser.client.post("/api/room.create", '{"name":"forged"}', content_type=kind)
    assert response.status_code == 403
    assert not Room.objects.filter(name="forged").exists()


ORIGINS = [
    "https://evil.example",
    "http://evil.example",
    "null",
    "http://testserver.evil.example",
    "http://eviltestserver",
    "http://evil.example/testserver",
    "http://testserver@evil.example",
    "http://evil.example#testserver",
    "http://testserver:8443",
    "https://testserver",
    "http://TESTSERVER.",
    "http://testserver ",
    "file://",
    "//testserver",
    "testserver",
    "http://",
    "http://[::1]",
]


@pytest.mark.parametrize("origin", ORIGINS)
def test_another_sites_page_cannot_open_a_socket(origin: str) -> None:
    """Row 10: cross-site WebSocket hijacking, in Uptime Kuma, Gitpod and others."""
    scope = {"headers": [(b"host", b"testserver"), (b"origin", origin.encode())], "scheme": "ws"}
    assert not origin_allowed(scope)


def test_our_own_page_opens_a_socket_and_two_origins_are_refused() -> None:
    """Row 12: with two Origin headers it is unknown which one the browser sent."""
    own = (b"origin", b"http://testserver")
    assert origin_allowed({"headers": [(b"host", b"testserver"), own], "scheme": "ws"})
    evil = (b"origin", b"https://evil.example")
    for both in ([own, evil], [evil, own], [own, own]):
        assert not origin_allowed({"headers": [(b"host", b"testserver"), *both], "scheme": "ws"})
