"""The key that signs cookies and links: made once, kept in the data directory, readable by its owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

NAME = "secret-key"


def secret_key(data: Path) -> str:
    """The kept key. A process that only looks (a type checker, `--help`) gets a passing one and writes nothing."""
    try:
        return (data / NAME).read_text().strip()
    except FileNotFoundError:
        return secrets.token_urlsafe(50)


def prepare(data: Path) -> None:
    """Make the data directory and its key unless they are there. Two processes at once agree on one key."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (data / NAME).exists():
        return
    # Written aside and linked into place: nobody can read a half-written key, and the first one stays.
    draft = data / f".{NAME}.{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50) + "\n")
    try:
        os.link(draft, data / NAME)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
