"""A browser without a screen: keeps cookies, fills forms in, and may turn to another server of the same site."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

from tests.serving import Server

TOKEN = "a" * 32
"""Django compares the cookie with the form: who may set both, as a test may, needs no page to read it from."""


class Browser:
    def __init__(self, session: str = "") -> None:
        self._cookies = f"csrftoken={TOKEN}" + (f"; sessionid={session}" if session else "")

    def get(self, server: Server, path: str) -> str:
        return self._ask(urllib.request.Request(server.origin + path))  # noqa: S310

    def post(self, server: Server, path: str, **fields: str) -> str:
        """The page that the form leads to."""
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": TOKEN, **fields}).encode()
        return self._ask(urllib.request.Request(server.origin + path, data))  # noqa: S310

    def _ask(self, request: urllib.request.Request) -> str:
        request.add_header("Cookie", self._cookies)
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        try:
            with opener.open(request, timeout=10) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return str(refusal.read().decode())
