"""Cleaning of short texts: normal forms, characters that cannot be seen, and keys that compare names of rooms."""

from __future__ import annotations

import unicodedata

from hubbub.protocol import limits

NAME_KEY_CHARACTERS = 255
"""Some characters expand to many: “ﷺ” is eighteen letters in its compatibility form."""


def size_of(text: str) -> int:
    """Bytes of UTF-8. ValueError for U+0000, which PostgreSQL cannot store, and for lone surrogates."""
    try:
        size = len(text) if text.isascii() else len(text.encode())
    except UnicodeEncodeError:
        size = -1
    if size < 0 or "\x00" in text:
        raise ValueError("the text holds a NUL or half a character (a lone surrogate); remove it")
    return size


def tidy(text: str) -> str:
    """The text in NFC, without invisible characters, with single spaces and none at the ends."""
    if len(text) > RAW_CHARACTERS:
        raise ValueError("the text is too long")
    size_of(text)
    text = unicodedata.normalize("NFC", text)
    seen = "".join(c for c, before in zip(text, "a" + text, strict=False) if _is_visible(c, before))
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def first_invisible(text: str) -> str | None:
    """The first character that `tidy` would drop because nobody can see it."""
    pairs = zip(text, "a" + text, strict=False)
    return next((character for character, before in pairs if not _is_visible(character, before)), None)


def name_key(name: str) -> str:
    """The same key for names of rooms that differ only in case or compatibility forms."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _is_visible(character: str, before: str) -> bool:
    """Whether a character changes what people see. Default-ignorable characters, controls and blanks do not.

    Zero-width, direction-override and blank characters make two names look the same (attack row 56). Joiners and
    variation selectors are kept after letters beyond Hebrew and after pictures: Persian and emoji need them.
    """
    if character in _SHAPING:
        return before >= "\u0600" and before not in BLANK
    if character.isspace():
        return True
    return unicodedata.category(character) not in {"Cc", "Cf"} and character not in BLANK


RAW_CHARACTERS = 4 * limits.DESCRIPTION_CHARACTERS
"""Longest text that is normalised. Normalisation takes the square of the number of marks: 64 KiB of them took half a
second (attack row 66)."""
_SHAPING = frozenset("\u180b\u180c\u180d\u180f\u200c\u200d") | {
    chr(c) for c in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2065\u2800\u3164\uffa0") | {
    chr(c) for c in (*range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE0100), *range(0xE01F0, 0xE1000))
}
