"""Reasons for which a file is not decoded."""

from __future__ import annotations


class DecodeFailed(Exception):
    """Base class: there is no result."""


class Malformed(DecodeFailed):
    """The decoder refused the file or crashed."""


class TooMuch(DecodeFailed):
    """The file takes more time, memory, disk or result than a decoder may use."""


class DecodersBusy(DecodeFailed):
    """Too many files are waiting. A later retry can succeed."""
