"""Parses and validates a user-supplied URL once. Only the parts are used afterwards; the text is not parsed again."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

import httpx2

from hubbub.outside.failures import NotAllowed
from hubbub.protocol import limits

USUAL_PORTS = frozenset({80, 443})

# Parsers interpret these differently and may find different hosts. RFC 3986 allows none of them in a URL.
_AMBIGUOUS = re.compile(r"[\x00-\x20\x7f\\]")
_USER = re.compile(r"[^/?#]*//[^/?#]*@")
_HOST = re.compile(r"[a-z0-9_.-]+|[0-9a-f:.]+")


@dataclass(frozen=True, slots=True)
class Target:
    """One hop: `scheme` is http or https, `host` is ASCII and lower-case, `path` has the query and no fragment."""

    scheme: str
    host: str
    port: int
    path: bytes

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host_header}{self.path.decode('ascii')}"

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"http": 80, "https": 443}[self.scheme] else f"{host}:{self.port}"

    def join(self, location: str) -> str:
        """Resolve a `Location` header against this URL."""
        _check_text(location)
        try:
            return str(httpx2.URL(self.url).join(location))
        except httpx2.InvalidURL as error:
            raise NotAllowed(f"The redirect is not a URL: {error}.") from None

    def is_named_in(self, hosts: Collection[str]) -> bool:
        """Whether the operator listed this host, as `host` or as `host:port`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return any(entry in (host, self.host, f"{host}:{self.port}") for entry in map(str.lower, hosts))


def target_of(url: str, *, internal: Collection[str] = (), ports: Collection[int] = USUAL_PORTS) -> Target:
    """Parse a URL. NotAllowed if it is not http(s), contains a user, or has a port that is not in `ports`.

    `internal` are the operator's own hosts. An entry `host:port` allows that port too.
    """
    _check_text(url)
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, UnicodeError, ValueError) as error:
        raise NotAllowed(f"This is not a URL: {error}.") from None
    if parsed.scheme not in ("http", "https"):
        raise NotAllowed(
            f"Only http and https are fetched, not {parsed.scheme or 'an address without scheme'}."
        )
    if parsed.userinfo or _USER.match(url):
        raise NotAllowed("A URL with a user name or password is not fetched.")
    # A trailing dot names the same host, but would not match a list of names.
    host = parsed.raw_host.decode("ascii").lower().rstrip(".")
    if not _HOST.fullmatch(host):
        raise NotAllowed("The URL names no host.")
    port = {"http": 80, "https": 443}[parsed.scheme] if parsed.port is None else parsed.port
    target = Target(parsed.scheme, host, port, parsed.raw_path)
    if port not in ports and not target.is_named_in([e for e in internal if e.endswith(f":{port}")]):
        raise NotAllowed(f"Port {port} is not fetched from.")
    return target


def _check_text(url: str) -> None:
    if len(url) > limits.FETCH_URL_CHARACTERS:
        raise NotAllowed(f"A URL has at most {int(limits.FETCH_URL_CHARACTERS)} characters.")
    if _AMBIGUOUS.search(url):
        raise NotAllowed("A URL has no spaces, control characters or backslashes.")
