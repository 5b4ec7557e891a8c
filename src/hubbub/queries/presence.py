"""The members who are connected now, as far as this process knows. Without the realtime layer, nobody is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import islice
from typing import NamedTuple

from hubbub.models import Member
from hubbub.protocol import limits
from hubbub.protocol.encoded_once import EncodedOnce
from hubbub.protocol.objects import Presence, PresenceState, Role

States = Mapping[int, PresenceState]
Source = Callable[[], States]
"""Returns a mapping that is never changed: each connect or disconnect makes a new one."""


def _nobody() -> States:
    return {}


_source: Source = _nobody


def set_source(source: Source | None) -> None:
    global _source
    _source = source or _nobody


def states() -> States:
    """The states of all connected members; the others are offline."""
    return _source()


def presence_for(viewer: Member, *, first: Collection[int] = ()) -> list[Presence]:
    """The connected members that the viewer may see: up to SNAPSHOT_MEMBERS, and all of `first`."""
    connected = states()
    if viewer.role == Role.GUEST:
        seen = Member.objects.visible_to(viewer).filter(pk__in=list(connected))
        return _objects(connected, seen.values_list("pk", flat=True)[: limits.SNAPSHOT_MEMBERS])
    listed = _listed(connected)
    others = [member for member in first if member in connected and member not in listed.members]
    return listed.presence.and_also(_objects(connected, others))


class _CachedPresence(NamedTuple):
    """The presence list for these states, which everybody but guests gets."""

    states: States
    members: frozenset[int]
    presence: EncodedOnce[Presence]


_cache = _CachedPresence({}, frozenset(), EncodedOnce())


def _listed(connected: States) -> _CachedPresence:
    """The cached list, rebuilt after each change."""
    global _cache
    listed = _cache
    if listed.states is not connected:
        members = list(islice(connected, limits.SNAPSHOT_MEMBERS))
        listed = _cache = _CachedPresence(
            connected, frozenset(members), EncodedOnce(_objects(connected, members))
        )
    return listed


def _objects(connected: States, members: Iterable[int]) -> list[Presence]:
    return [Presence(member=member, state=connected[member]) for member in members]
