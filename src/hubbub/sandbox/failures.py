"""Why a file was not decoded."""

from __future__ import annotations


class DecodeFailed(Exception):
    """The parent of all: there is no result."""


class Malformed(DecodeFailed):
    """The decoder refused the file, or died of it."""


class TooMuch(DecodeFailed):
    """The file takes more time, memory, disk or result than a decoder may use."""


class DecodersBusy(DecodeFailed):
    """Too many files wait already. A later try can succeed."""
