"""The appearance of names: which could be mistaken for each other, which are reserved, how stored names are shown."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from hubbub.protocol.lookalike_characters import LOOKALIKES
from hubbub.protocol.text import BLANK, tidy

APPEARANCE_CHARACTERS = 255
"""Only the beginning of longer appearances is compared."""


def appearance(name: str, *, keep: str = "") -> str:
    """The same text for all names that people could mistake for each other; empty only for an empty name.

    Like Unicode's confusable skeletons (UTS 39), but coarser, because a match only shows the handle next to the name:
    letters of other scripts that look like ASCII become ASCII; case, width, accents, spaces, punctuation and
    what cannot be seen do not count; I, l, 1 and |, O and 0, m and rn are the same. `keep`: punctuation that counts.
    """
    name = name[:_READ]
    letters = unicodedata.normalize("NFKD", name)
    seen = "".join([_ASCII.get(c, c) for c in letters]).casefold()
    seen = "".join(
        [_ALIKE.get(c, c) for c in seen if c in _ALIKE or c in keep or (c.isalnum() and c not in BLANK)]
    )
    if not seen:  # a name of pictures or punctuation
        seen = "".join([c for c in letters if unicodedata.category(c)[0] not in "CMZ"])
    return (seen or name)[:APPEARANCE_CHARACTERS]


def handle_appearance(handle: str) -> str:
    """The appearance of a handle, in which punctuation counts."""
    return appearance(handle, keep="._-")


def is_reserved(name: str, *, workspace: str, owner: bool) -> bool:
    """Whether a name looks like one that nobody may have, or only owners because it sounds official."""
    looks = appearance(name)
    return looks in ADDRESSING or (not owner and looks in SPEAKING | {appearance(workspace)})


@lru_cache(maxsize=4096)
def shown(name: str) -> str:
    """A stored name as people see it. Other programs or earlier versions may have stored anything."""
    if name.isascii() and name.isprintable():
        return name
    kept: list[str] = []
    marks = 0
    for character in tidy(name):
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        if marks <= MARKS_SHOWN:
            kept.append(character)
    return "".join(kept) or "\N{REPLACEMENT CHARACTER}"


MARKS_SHOWN = 4
"""Marks shown on one letter; the client has the same limit for messages (`client/src/text/combiningMarks.ts`)."""

_READ = 256
_ASCII = {character: letter for letter, characters in LOOKALIKES.items() for character in characters}
_ALIKE = {"i": "l", "1": "l", "|": "l", "0": "o", "m": "rn"} | {
    character: letter.casefold().translate(str.maketrans("i10", "llo"))
    for character, letter in _ASCII.items()
}

ADDRESSING = frozenset(appearance(word) for word in ("here", "everyone", "room", "channel"))
SPEAKING = frozenset(appearance(word) for word in ("admin", "support", "hubbub"))
