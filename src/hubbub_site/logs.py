"""One readable line per event: `2026-01-31 22:49:03+0100 warning hubbub.realtime  what happened`."""

from __future__ import annotations

import logging
import re
import time

LONGEST = 2000
"""Characters of one message. It may hold what somebody sent."""

SELDOM_SECONDS = 60.0
"""Between two lines of one kind that strangers cause."""

SHORT = 200
"""Characters of such a line."""

# Django logs the path of a request that fails. These paths end in a secret that lets its reader in.
_SECRET_PATH = re.compile(r"(/join/|/password/reset/key/|/confirm-email/)[^/\s]+")


class Line(logging.Formatter):
    """Times in the machine's zone, with its offset from UTC.

    What came from outside cannot forge a line of its own or move the cursor. Invitations and reset keys in paths are
    left out.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s  %(message)s", "%Y-%m-%d %H:%M:%S%z")

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.levelname = record.levelname.lower()
        record.message = escaped(_SECRET_PATH.sub(r"\1…", record.message[:LONGEST]))
        return super().formatMessage(record)


class Seldom(logging.Filter):
    """Lets one short line a minute through for each logger, without a traceback. The rest would only repeat it."""

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
