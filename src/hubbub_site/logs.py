"""One readable line per event: `22:49:03 warning hubbub.realtime  what happened`."""

from __future__ import annotations

import logging


class Line(logging.Formatter):
    """Times in the machine's zone. What came from outside cannot forge a line of its own or move the cursor."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s  %(message)s", "%Y-%m-%d %H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.levelname = record.levelname.lower()
        record.message = escaped(record.message)
        return super().formatMessage(record)


def escaped(text: str) -> str:
    r"""The text with every unprintable character written out, such as `\n` or `\x1b`."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
