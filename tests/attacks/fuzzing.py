"""A fuzzer for commands, frames and requests. The same `Random` produces the same ones."""

from __future__ import annotations

import json
import math
from random import Random
from typing import Any

from tests.attacks.canaries import commands
from tests.attacks.canaries.planting import Known

ODD: list[Any] = [
    None, True, False, 0, -1, 1, 2**31, 2**53, 2**53 + 1, 2**63, 2**64, -(2**63), 10**400,
    0.5, 1e308, math.nan, math.inf,
    "", " ", "\x00", "\u2028", "\ud800", "\u202e", "ﬀ", "a" * 300, "a" * 70_000, "~1", "../../etc/passwd",
    "1", "-1", "1e9",
    "' OR 1=1 --", "{{7*7}}", "${7*7}", "<script>", "__proto__", "%00", "%n%s", "\r\nX: y",
    [], {}, [[]], [None], {"": None}, {"id": 1}, {"$gt": ""}, {"pk__gte": 0}, list(range(1000)),
]  # fmt: skip
FIELDS = [
    "id",
    "type",
    "room",
    "message",
    "seq",
    "member",
    "members",
    "role",
    "kind",
    "author",
    "re",
    "__class__",
    "pk",
    "",
]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "get", "PROPFIND", "X"]
HEADERS = {
    "Content-Type": ["application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=",
                     "application/x-www-form-urlencoded; charset=utf-7", "application/json; charset=nonsense", "/", ""],
    "Accept": ["*/*", "application/json;q=nan", ",,,", "text/html" * 200],
    "Accept-Language": ["ar", "xx-" * 300, "\u00ff", "de;q=5"],
    "Cookie": ["sessionid=", "sessionid=" + "a" * 32, "csrftoken=x; csrftoken=y", "=;;=", "a=\"", "\u00ff=\u00ff"],
    "Authorization": ["Bearer", "Bearer ", "Bearer hub_x", "Bearer a.b.c", "Basic Og==",
                      "bearer \u00ff", "Negotiate x"],
    "If-Modified-Since": ["nonsense", "Thu, 01 Jan 1970 00:00:00 GMT"],
    "Range": ["bytes=0-", "bytes=-1", "bytes=9-1", "bytes=" + "0-1," * 500],
    "X-Forwarded-For": ["127.0.0.1", "nonsense", "1.2.3.4, " * 300],
    "X-Forwarded-Proto": ["https", "ws", "\u00ff"],
    "Origin": ["null", "https://evil.example", "http://"],
}  # fmt: skip


class Fuzzer:
    """`document` is a command with something changed, `frame` the bytes of one, `request` a call of a page."""

    def __init__(self, chance: Random, known: Known, me: int) -> None:
        self._chance = chance
        self._usual = [
            {"id": 1, "type": kind, **fields}
            for kind, way in commands.WAYS.items()
            for fields in list(way(known, me))[:3]
        ]

    def document(self) -> dict[str, Any]:
        document = dict(self._chance.choice(self._usual))
        for _ in range(self._chance.randint(0, 3)):
            name = self._chance.choice([*document, self._chance.choice(FIELDS)])
            if self._chance.random() < 0.2:
                document.pop(name, None)
            else:
                document[name] = self._value()
        return document

    def frame(self) -> bytes:
        """Mostly JSON, sometimes with changed bytes, sometimes no JSON."""
        data = bytearray(
            json.dumps(self.document(), ensure_ascii=self._chance.random() < 0.9).encode(
                errors="surrogatepass"
            )
        )
        kind = self._chance.random()
        if kind < 0.1:
            for _ in range(self._chance.randint(1, 5)):
                data[self._chance.randrange(len(data))] = self._chance.randrange(256)
        elif kind < 0.15:
            del data[self._chance.randrange(len(data)) :]
        elif kind < 0.18:
            data = bytearray(b"[" * self._chance.choice([10, 1000, 60_000]))
        elif kind < 0.2:
            data = bytearray(self._chance.randbytes(self._chance.randint(0, 100)))
        return bytes(data)

    def request(self, addresses: list[str]) -> tuple[str, str, dict[str, str], bytes]:
        """Method, path, headers and body. Headers are latin-1."""
        path = self._chance.choice(addresses)
        if self._chance.random() < 0.3:
            path += "?" + self._chance.choice(
                ["next=//evil.example", "a=" * 500, "page=x", "q=%00", "o=1.2.3", "%ff", "_popup=1"]
            )
        headers = {
            name: self._chance.choice(values)
            for name, values in HEADERS.items()
            if self._chance.random() < 0.2
        }
        body = self.frame() if self._chance.random() < 0.6 else self._form()
        return self._chance.choice(METHODS), path, headers, body

    def _form(self) -> bytes:
        names = [
            "login",
            "password",
            "email",
            "role",
            "name",
            "username",
            "csrfmiddlewaretoken",
            "next",
            "pk",
            "secret",
        ]
        pairs = [f"{self._chance.choice(names)}={self._chance.choice(ODD)!s:.200}" for _ in range(5)]
        return "&".join(pairs).encode(errors="replace")

    def _value(self) -> Any:
        value = self._chance.choice(ODD)
        for _ in range(self._chance.choice([0, 0, 0, 1, 2])):
            value = [value] if self._chance.random() < 0.5 else {self._chance.choice(FIELDS): value}
        return value
