"""Which changes of something are known here, by their versions: all up to one, and some beyond it."""

from __future__ import annotations

from typing import Literal

About = int | Literal["permissions", "logins"]
"""What a change is about: a room or a member by id, or what a member may do, or the end of their logins."""


class Versions:
    """The changes of one thing, numbered 1, 2, 3 … without holes: what one member alone may know, or the directory.

    The bus may hold changes back, lose, repeat and reorder them. `take` says whether one tells anything new; a gap says
    that one is missing, and the database knows it (see `repair`). The feed of a room does the same with its frames.
    """

    __slots__ = ("_beyond", "doubtful", "whole")

    def __init__(self, whole: int) -> None:
        self.whole = whole
        """Every change up to this version is known."""
        self.doubtful = False
        """Whether a change that is known could not be carried out, so that only the database says how things are."""
        self._beyond: dict[int, About] | None = None
        """Later ones that are known → what each is about. None, mostly: ten thousand connections have one each."""

    @property
    def newest(self) -> int:
        return max(self._beyond) if self._beyond else self.whole

    @property
    def has_gap(self) -> bool:
        """Whether the database is to be asked."""
        return self.doubtful or bool(self._beyond)

    def knows(self, version: int) -> bool:
        return version <= self.whole or version in (self._beyond or ())

    def take(self, version: int, about: About) -> bool:
        """Note a change. False if it, or a later change of what it is about, is known already."""
        beyond = self._beyond or {}
        if self.knows(version):
            return False
        overtaken = any(later > version and thing == about for later, thing in beyond.items())
        self._advance(self.whole, {**beyond, version: about})
        return not overtaken

    def learn(self, whole: int) -> None:
        """Everything up to `whole` was read from the database. What is known beyond it stays known."""
        if whole >= self.newest:
            self.doubtful = False
        if whole > self.whole:
            self._advance(whole, self._beyond or {})

    def _advance(self, whole: int, beyond: dict[int, About]) -> None:
        while whole + 1 in beyond:
            whole += 1
        self.whole = whole
        self._beyond = {version: about for version, about in beyond.items() if version > whole} or None
