"""The file `secret-key` in the data directory. Its key signs cookies and links; only the file's owner can read it."""

from __future__ import annotations

import secrets
from pathlib import Path

from hubbub_site import durable_file
from hubbub_site.config import Misconfigured

NAME = "secret-key"

BYTES = 50
"""Random bytes in a key that we make: 67 characters."""

SHORTEST = 32
"""Least length of a kept key in characters. A shorter file is the rest that a crash left. HS256, which signs JSON web
tokens with the key, needs 32 bytes too (RFC 7518, 3.2)."""


def secret_key(data: Path) -> str:
    """The kept key. Without one (type checker, `--help`), a random key that is not stored.

    Raises Misconfigured if the file is damaged: with an empty key every request would fail.
    """
    if message := damage(data):
        raise Misconfigured(message)
    content = _kept(data)
    return new_key() if content is None else content.decode().strip()


def prepare(data: Path) -> None:
    """Make the data directory and its key if they are missing. Two concurrent processes use the same key."""
    durable_file.make_folder(data)
    if not (data / NAME).exists():
        durable_file.write(data / NAME, f"{new_key()}\n".encode(), replace=False)


def damage(data: Path) -> str:
    """A sentence about a damaged key file; empty if the key is whole, or if there is no file."""
    content = _kept(data)
    if content is None or is_whole(content):
        return ""
    return (
        f"The key in {data / NAME} is damaged ({len(content)} bytes): put the file {NAME} from a backup (a zip file)"
        " there, or delete it; then Hubbub makes a new key, and everybody has to sign in again."
    )


def is_whole(content: bytes) -> bool:
    """Whether this is a complete key. After a crash the file may be empty, too short, or zeros."""
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
