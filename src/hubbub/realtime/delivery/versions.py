"""Which numbered changes of one thing are known: all up to one version, and some after it."""

from __future__ import annotations

from typing import Literal

About = int | Literal["permissions", "logins"]
"""The subject of a change: a room or a member by id, a member's permissions, or the end of their logins."""


class Versions:
    """The changes of one thing, numbered 1, 2, 3 … without holes: one member's private changes, or the directory.

    The bus may delay, lose, repeat and reorder changes. `take` says whether a change is new. A gap means that one is
    missing and must be read from the database (see `repair_notices`). A room's feed does the same with its frames.
    """

    __slots__ = ("_beyond", "needs_read", "whole")

    def __init__(self, whole: int) -> None:
        self.whole = whole
        """Every change up to this version is known."""
        self.needs_read = False
        """Whether a known change could not be applied, so that the state must be read from the database."""
        self._beyond: dict[int, About] | None = None
        """Later known versions → what each is about. Mostly None: ten thousand connections have one each."""

    @property
    def newest(self) -> int:
        return max(self._beyond) if self._beyond else self.whole

    @property
    def has_gap(self) -> bool:
        """Whether something must be read from the database."""
        return self.needs_read or bool(self._beyond)

    def knows(self, version: int) -> bool:
        return version <= self.whole or version in (self._beyond or ())

    def take(self, version: int, about: About) -> bool:
        """Record a change. False if it, or a later change about the same thing, is known already."""
        beyond = self._beyond or {}
        if self.knows(version):
            return False
        overtaken = any(later > version and thing == about for later, thing in beyond.items())
        self._advance(self.whole, {**beyond, version: about})
        return not overtaken

    def learn(self, whole: int) -> None:
        """Everything up to `whole` was read from the database. Known later changes stay known."""
        if whole >= self.newest:
            self.needs_read = False
        if whole > self.whole:
            self._advance(whole, self._beyond or {})

    def _advance(self, whole: int, beyond: dict[int, About]) -> None:
        while whole + 1 in beyond:
            whole += 1
        self.whole = whole
        self._beyond = {version: about for version, about in beyond.items() if version > whole} or None
