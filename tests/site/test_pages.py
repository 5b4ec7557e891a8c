"""Properties of all pages: security headers, caching, static files, error pages and log lines."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from hubbub_site import static_files
from hubbub_site.accounts.models import User
from hubbub_site.logs import Line


def test_a_page_loads_our_own_files_only_and_cannot_be_framed(alices: Client) -> None:
    policy = alices.get("/account/").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "path", ["/account/", "/account/logins/", "/account/tokens/", "/invite/", "/people/"]
)
def test_no_page_violates_the_content_security_policy(alices: Client, path: str) -> None:
    page = alices.get(path).content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|javascript:", page)


YOURS = [
    "/account/",
    "/account/email/",
    "/account/login/",
    "/account/logins/",
    "/account/password/change/",
    "/account/password/reset/",
    "/account/reauthenticate/",
    "/account/tokens/",
    "/admin/",
    "/chat/",
    "/invite/",
    "/people/",
]


@pytest.mark.parametrize("path", YOURS)
def test_private_pages_are_not_cached(alices: Client, path: str) -> None:
    kept = alices.get(path).headers["Cache-Control"]
    assert "no-store" in kept and "private" in kept or kept == "no-store"


@pytest.mark.parametrize(
    "path", ["/chat/", "/account/email/", "/api/docs", "/static/hubbub_site/page.js", "/nothing/"]
)
def test_other_sites_cannot_load_it_and_device_access_is_off(alices: Client, path: str) -> None:
    headers = alices.get(path).headers
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"] and "geolocation=()" in headers["Permissions-Policy"]


def test_static_files_are_cacheable(dave: Client) -> None:
    assert "max-age" in dave.get("/static/hubbub_site/page.js").headers["Cache-Control"]


def test_cookies_are_httponly_and_samesite(alices: Client) -> None:
    cookie = alices.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_the_page_for_an_unknown_host_names_the_setting(alice: User, dave: Client) -> None:
    response = dave.get("/account/login/", headers={"Host": "chat.example.org"})
    assert response.status_code == 400
    page = response.content.decode()
    assert "chat.example.org" in page
    assert "HUBBUB_ALLOWED_HOSTS" in page


def test_a_host_header_is_escaped(alice: User, dave: Client) -> None:
    response = dave.get("/account/login/", headers={"Host": "<script>x</script>"})
    assert "<script>x" not in response.content.decode()


def test_a_missing_page_has_our_layout(alices: Client) -> None:
    response = alices.get("/nothing/")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


def test_files_come_from_the_package(alice: User, dave: Client) -> None:
    style = dave.get("/static/hubbub_site/site.css")
    assert style.status_code == 200
    assert style.headers["Content-Type"].startswith("text/css")


@pytest.mark.parametrize(
    ("path", "for_ever"),
    [
        ("/static/hubbub/assets/main-BxK3f9_2.js", True),
        ("/static/hubbub/assets/prose-D1-aZ90q.css", True),
        ("/static/hubbub/manifest.json", False),
        ("/static/hubbub_site/site.css", False),
    ],
)
def test_files_with_a_hash_in_the_name_are_cached_forever(path: str, for_ever: bool) -> None:
    assert bool(re.search(settings.WHITENOISE_IMMUTABLE_FILE_TEST, path)) is for_ever


def test_a_file_that_is_built_while_the_server_runs_is_found(
    alice: User, dave: Client, tmp_path: Path
) -> None:
    folder = Path(static_files.__file__).parent / "accounts" / "static" / "hubbub_site"
    dave.get("/static/hubbub_site/site.css")
    late = folder / f"late-{tmp_path.name}.css"
    try:
        late.write_text("p { color: red }")
        assert dave.get(f"/static/hubbub_site/{late.name}").content == b"p { color: red }"
        late.write_text("p { color: green }")
        assert dave.get(f"/static/hubbub_site/{late.name}").headers["Content-Length"] == "18"
    finally:
        late.unlink()


def test_a_file_outside_is_not_served(alice: User, dave: Client) -> None:
    for path in ("/static/../settings.py", "/static/hubbub_site/../../settings.py", "/static/"):
        assert dave.get(path).status_code == 404


def test_typed_text_cannot_forge_a_log_line() -> None:
    record = logging.LogRecord(
        "hubbub", logging.WARNING, __file__, 1, "no such user: %s", ("eve\n2026 \x1b[2J",), None
    )
    assert Line().format(record).splitlines()[0].endswith(r"no such user: eve\n2026 \x1b[2J")


def test_a_log_line_has_its_offset_from_utc() -> None:
    record = logging.LogRecord("hubbub", logging.WARNING, __file__, 1, "something", (), None)
    assert re.match(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d{4} warning hubbub  something$", Line().format(record)
    )
