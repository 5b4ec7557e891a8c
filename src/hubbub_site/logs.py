"""One readable line per event: `2026-01-31 22:49:03+0100 warning hubbub.realtime  what happened`."""

from __future__ import annotations

import logging
import re
import time

LONGEST = 2000
"""Longest message in characters. It may contain text from clients."""

SELDOM_SECONDS = 60.0
"""Least time between two lines of one logger that unauthenticated clients cause."""

SHORT = 200
"""Longest of these lines in characters."""

# Django logs the path of a failed request. These paths end in a secret that gives access.
_SECRET_PATH = re.compile(r"(/join/|/password/reset/key/|/confirm-email/)[^/\s]+")


class Line(logging.Formatter):
    """Times in the machine's zone, with its offset from UTC.

    Text from clients cannot add a line or move the cursor. Secrets of invitations and password resets are removed from
    paths.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s  %(message)s", "%Y-%m-%d %H:%M:%S%z")

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.levelname = record.levelname.lower()
        record.message = escaped(_SECRET_PATH.sub(r"\1…", record.message[:LONGEST]))
        return super().formatMessage(record)


class OncePerMinute(logging.Filter):
    """Passes one short line a minute for each logger, without a traceback. More would only repeat it."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        now = time.monotonic()
        if now - self._last.get(record.name, -SELDOM_SECONDS) < SELDOM_SECONDS:
            return False
        self._last[record.name] = now
        record.msg, record.args = record.getMessage()[:SHORT], ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def escaped(text: str) -> str:
    r"""The text with every unprintable character written out, such as `\n` or `\x1b`."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
