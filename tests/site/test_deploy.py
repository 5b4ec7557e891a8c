"""The example files for proxies have the same limits as the server. These tests run no proxy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hubbub.protocol.limits import BODY_BYTES
from hubbub_site.server import edge_limits as limits

DEPLOY = Path(__file__).parents[2] / "deploy"
KIB = 1024


def setting(file: str, pattern: str) -> tuple[int, ...]:
    found = re.findall(rf"^\s*{pattern}\s*$", (DEPLOY / file).read_text(), re.MULTILINE)
    assert len(found) == 1, f"{file} says {pattern} {len(found)} times"
    return tuple(int(number) for number in (found[0] if isinstance(found[0], tuple) else found))


@pytest.mark.parametrize(
    ("pattern", "numbers"),
    [
        (r"client_max_body_size (\d+)m;", (BODY_BYTES // KIB**2,)),
        (
            r"large_client_header_buffers (\d+) (\d+)k;",
            (limits.HEAD_BYTES // limits.URL_BYTES, limits.URL_BYTES // KIB),
        ),
        (r"client_header_timeout (\d+)s;", (limits.HEAD_SECONDS,)),
        (r"client_body_timeout (\d+)s;", (limits.BODY_SECONDS,)),
        (r"send_timeout (\d+)s;", (limits.UNREAD_SECONDS,)),
        (r"limit_conn hubbub_addresses (\d+);", (limits.CONNECTIONS_PER_ADDRESS,)),
    ],
)
def test_nginx_has_the_servers_limits(pattern: str, numbers: tuple[int, ...]) -> None:
    assert setting("nginx.conf", pattern) == numbers


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        (r"max_size (\d+)MiB", BODY_BYTES // KIB**2),
        (r"max_header_size (\d+)KiB", limits.HEAD_BYTES // KIB),
        (r"read_header (\d+)s", limits.HEAD_SECONDS),
        (r"read_body (\d+)s", limits.BODY_SECONDS),
    ],
)
def test_caddy_has_the_servers_limits(pattern: str, number: int) -> None:
    assert setting("Caddyfile", pattern) == (number,)


@pytest.mark.parametrize(
    "words",
    [
        f"body of a request | {BODY_BYTES // KIB**2} MiB",
        f"32 bytes more | {limits.HEAD_BYTES // KIB} KiB",
        f"path and query | {limits.URL_BYTES // KIB} KiB",
        f"end of the headers | {limits.HEAD_SECONDS} s",
        f"end of the body | {limits.BODY_SECONDS} s",
        f"response taken | {limits.UNREAD_SECONDS} s",
        f"upgrade to sign-in | {limits.SIGN_IN_SECONDS} s",
        f"that wait | {limits.PIPELINED_REQUESTS}",
        f"at one process | {limits.CONNECTIONS_PER_ADDRESS}",
    ],
)
def test_the_page_for_operators_has_the_servers_limits(words: str) -> None:
    assert words in (DEPLOY.parent / "docs" / "self-hosting.md").read_text()
