"""A browser without a screen: keeps cookies, fills forms in, and may turn to another server of the same site."""

from __future__ import annotations

import httpx2

from tests.serving import Server

TOKEN = "a" * 32
"""Django compares the cookie with the form: who may set both, as a test may, needs no page to read it from."""

HOST = "chat.localhost"
"""The one name under which people know both servers: a proxy passes it on, and tries to sign in are counted by it."""


class Browser:
    def __init__(self, session: str = "") -> None:
        self._cookies = {"csrftoken": TOKEN} | ({"sessionid": session} if session else {})

    def get(self, server: Server, path: str) -> str:
        with self._client(server) as client:
            return client.get(path).text

    def post(self, server: Server, path: str, **fields: str) -> str:
        """The page that the form leads to."""
        with self._client(server) as client:
            return client.post(path, data={"csrfmiddlewaretoken": TOKEN, **fields}).text

    def _client(self, server: Server) -> httpx2.Client:
        return httpx2.Client(
            base_url=server.origin,
            headers={"Host": HOST},
            cookies=self._cookies,
            follow_redirects=True,
            trust_env=False,
            timeout=15,
        )
