"""The members in a snapshot: everybody on a small site, else the first ones and those of direct rooms."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from hubbub.models import Member, Workspace
from hubbub.protocol import limits, objects
from hubbub.protocol.encoded_once import EncodedOnce
from hubbub.protocol.objects import Role


class MemberList(NamedTuple):
    """Members for one snapshot, and the count of directory changes up to which they are complete."""

    members: list[objects.Member]
    directory: int


class SnapshotMembers:
    """The member lists for snapshots that are made together. Lists that several of them share are read once."""

    def __init__(self, workspace: Workspace) -> None:
        self._history, self._directory = workspace.history, workspace.directory
        self._changed: dict[int, MemberList] = {}

    def of(self, member: Member, people: set[int], *, since: int | None) -> MemberList:
        """Everybody and the people of one's direct rooms; with `since`, the members that have changed since.

        Clients ask for other members when they see their messages. If the returned directory is older than the
        workspace's, more members have changed.
        """
        if member.role == Role.GUEST:
            # The members that guests see depend on their rooms, not on changes. Their directory stays 0, so that they
            # get everybody if they become members.
            visible = Member.objects.visible_to(member).order_by("pk")[: limits.SNAPSHOT_MEMBERS]
            return MemberList([other.as_object() for other in visible], 0)
        if since is None:
            return MemberList(self._everybody(people), self._directory)
        if since == self._directory:
            return MemberList([], self._directory)
        if since not in self._changed:
            self._changed[since] = self._changed_since(since)
        return self._changed[since]

    def _everybody(self, people: set[int]) -> list[objects.Member]:
        first, ids = _first_members(self._history, self._directory)
        missing = people - ids
        others = Member.objects.filter(pk__in=missing).order_by("pk") if missing else ()
        return first.and_also(other.as_object() for other in others)

    def _changed_since(self, since: int) -> MemberList:
        changed = list(
            Member.objects.filter(changed__gt=since).order_by("changed")[: limits.SNAPSHOT_MEMBERS]
        )
        whole = len(changed) < limits.SNAPSHOT_MEMBERS
        return MemberList(
            EncodedOnce(other.as_object() for other in changed),
            self._directory if whole else changed[-1].changed,
        )


@lru_cache(maxsize=2)
def _first_members(history: str, directory: int) -> tuple[EncodedOnce[objects.Member], frozenset[int]]:
    """The first members and their ids. Cached until a member changes, which changes history or directory."""
    first = EncodedOnce(
        member.as_object() for member in Member.objects.order_by("pk")[: limits.SNAPSHOT_MEMBERS]
    )
    return first, frozenset(member.id for member in first)
