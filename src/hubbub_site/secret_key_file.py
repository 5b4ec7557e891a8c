"""The key that signs cookies and links: made once, kept in the data directory, readable by its owner only."""

from __future__ import annotations

import secrets
from pathlib import Path

from hubbub_site import durable_file
from hubbub_site.config import Misconfigured

NAME = "secret-key"

BYTES = 50
"""Of chance in a key that we make: 67 characters."""

SHORTEST = 32
"""Characters of a kept key. Fewer are what a crash has left of one. HS256, with which the key signs JSON web tokens,
needs 32 bytes too (RFC 7518, 3.2)."""


def secret_key(data: Path) -> str:
    """The kept key. A process that only looks (a type checker, `--help`) gets a passing one and writes nothing.

    Raises Misconfigured if the file is damaged: with an empty key every request would fail.
    """
    if told := damage(data):
        raise Misconfigured(told)
    content = _kept(data)
    return new_key() if content is None else content.decode().strip()


def prepare(data: Path) -> None:
    """Make the data directory and its key unless they are there. Two processes at once agree on one key."""
    durable_file.make_folder(data)
    if not (data / NAME).exists():
        durable_file.write(data / NAME, f"{new_key()}\n".encode(), replace=False)


def damage(data: Path) -> str:
    """A sentence about a file that holds no whole key; empty if it does, or if there is no file."""
    content = _kept(data)
    if content is None or is_whole(content):
        return ""
    return (
        f"The key in {data / NAME} is damaged ({len(content)} bytes): put the file {NAME} from a backup (a zip file)"
        " there, or delete it; then Hubbub makes a new key, and everybody has to sign in again."
    )


def is_whole(content: bytes) -> bool:
    """Whether this can be a key, and not what a crash has left of one: nothing, a part, or zeros."""
    try:
        key = content.decode().strip()
    except UnicodeDecodeError:
        return False
    return len(key) >= SHORTEST and key.isprintable()


def new_key() -> str:
    return secrets.token_urlsafe(BYTES)


def _kept(data: Path) -> bytes | None:
    try:
        return (data / NAME).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
