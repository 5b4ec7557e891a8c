"""Which members a snapshot brings along: everybody on a small site, else those one is likely to meet."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from hubbub.models import Member, Workspace
from hubbub.protocol import limits, objects
from hubbub.protocol.encoded_once import EncodedOnce
from hubbub.protocol.objects import Role


class Known(NamedTuple):
    members: list[objects.Member]
    directory: int


class SnapshotMembers:
    """For the snapshots of one moment; what is the same for many of them is read once."""

    def __init__(self, workspace: Workspace) -> None:
        self._history, self._directory = workspace.history, workspace.directory
        self._changed: dict[int, Known] = {}

    def of(self, member: Member, people: set[int], *, since: int | None) -> Known:
        """Everybody, or with `since` who has changed since; besides the people of one's direct rooms.

        The rest are asked for when they speak. A directory older than the workspace's says that more have changed.
        """
        if member.role == Role.GUEST:
            # Whom guests see depends on their rooms, not on changes. They know nothing of the others, so their
            # directory is at its beginning: should they become members, they miss everybody.
            visible = Member.objects.visible_to(member).order_by("pk")[: limits.SNAPSHOT_MEMBERS]
            return Known([other.as_object() for other in visible], 0)
        if since is None:
            return Known(self._everybody(people), self._directory)
        if since == self._directory:
            return Known([], self._directory)
        if since not in self._changed:
            self._changed[since] = self._changed_since(since)
        return self._changed[since]

    def _everybody(self, people: set[int]) -> list[objects.Member]:
        first, ids = _first_members(self._history, self._directory)
        missing = people - ids
        others = Member.objects.filter(pk__in=missing).order_by("pk") if missing else ()
        return first.and_also(other.as_object() for other in others)

    def _changed_since(self, since: int) -> Known:
        changed = list(
            Member.objects.filter(changed__gt=since).order_by("changed")[: limits.SNAPSHOT_MEMBERS]
        )
        whole = len(changed) < limits.SNAPSHOT_MEMBERS
        return Known(
            EncodedOnce(other.as_object() for other in changed),
            self._directory if whole else changed[-1].changed,
        )


@lru_cache(maxsize=2)
def _first_members(history: str, directory: int) -> tuple[EncodedOnce[objects.Member], frozenset[int]]:
    """They and their ids: the same for everybody until a member changes; then history or directory are others."""
    first = EncodedOnce(
        member.as_object() for member in Member.objects.order_by("pk")[: limits.SNAPSHOT_MEMBERS]
    )
    return first, frozenset(member.id for member in first)
