"""A browser without scripts: pages, cookies, and forms with the CSRF token of their page."""

from __future__ import annotations

import re
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

from bench.product import PASSWORD


def submit(browser: OpenerDirector, address: str, fields: dict[str, str]) -> None:
    """Open a page and send its form."""
    page = browser.open(address).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token, f"{address} has no form"
    form = urlencode({**fields, "csrfmiddlewaretoken": token[1]}).encode()
    assert browser.open(address, form).status == 200


def signed_in(site: str, username: str) -> tuple[OpenerDirector, HTTPCookieProcessor]:
    """Sign a member in with the form of the sign-in page."""
    cookies = HTTPCookieProcessor()
    browser = build_opener(cookies)
    submit(browser, f"{site}/account/login/", {"login": username, "password": PASSWORD})
    return browser, cookies
