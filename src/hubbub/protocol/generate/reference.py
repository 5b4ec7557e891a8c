"""docs/protocol.md: the wire as people read it."""

from __future__ import annotations


def document() -> str:
    return ""
