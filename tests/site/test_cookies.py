"""Mallory runs another host of the same domain and sets cookies for the whole domain in Bob's browser."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.serving import Server, Site, new_site, served, settle, shell_of

HTTPS = {"HUBBUB_ORIGINS": "https://chat.example.org"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A site that browsers use by https only, behind a proxy on this machine."""
    site = new_site(tmp_path_factory.mktemp("https") / "data", **HTTPS)
    with shell_of(site) as shell:
        settle(site, shell)
    with served(site) as server:
        yield server


def asks(server: Server, path: str, cookie: str = "") -> tuple[str, list[str]]:
    """The final path, and the cookies that the browser gets on the way."""
    headers = {"Host": "chat.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    if cookie:
        headers["Cookie"] = cookie
    request = urllib.request.Request(f"{server.origin}{path}", headers=headers)  # noqa: S310
    try:
        with urllib.request.build_opener(Stays).open(request, timeout=10) as answer:
            return path, answer.headers.get_all("Set-Cookie") or []
    except urllib.error.HTTPError as answer:
        return str(answer.headers["Location"]), answer.headers.get_all("Set-Cookie") or []


class Stays(urllib.request.HTTPRedirectHandler):
    """Does not follow redirects."""

    def redirect_request(self, *arguments: object) -> None:
        return None


def test_a_planted_session_cookie_is_ignored(server: Server) -> None:
    """Browsers refuse the name `__Host-…` for a cookie of the whole domain."""
    mallorys = server.site.people["dave"].session
    assert asks(server, "/chat/", f"sessionid={mallorys}")[0].startswith("/account/login/")
    assert asks(server, "/chat/", f"__Host-sessionid={mallorys}")[0] == "/chat/"


def test_each_cookie_is_for_this_host_only(server: Server) -> None:
    _, cookies = asks(server, "/account/login/")
    assert cookies
    for cookie in cookies:
        name, _, attributes = cookie.partition("=")
        assert name.startswith("__Host-"), cookie
        assert "Secure" in attributes and "Path=/;" in f"{attributes};" and "Domain" not in attributes


def test_over_plain_http_cookies_have_djangos_names(house: Site) -> None:
    """A browser would refuse a `__Host-` cookie there."""
    with (
        served(house) as server,
        urllib.request.urlopen(f"{server.origin}/account/login/", timeout=5) as answer,  # noqa: S310
    ):
        assert "csrftoken=" in str(answer.headers["Set-Cookie"])
        assert "__Host-" not in str(answer.headers["Set-Cookie"])
