"""Who is connected now, as far as this process knows. The realtime layer is the source; without it, nobody is."""

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
"""What it returns is never changed afterwards: whoever comes or goes makes another mapping."""


def _nobody() -> States:
    return {}


_source: Source = _nobody


def set_source(source: Source | None) -> None:
    global _source
    _source = source or _nobody


def states() -> States:
    """The state of every member who is connected somewhere; the others are offline."""
    return _source()


def presence_for(viewer: Member, *, first: Collection[int] = ()) -> list[Presence]:
    """Who is connected now, of those the viewer may see: up to SNAPSHOT_MEMBERS, and of `first` all."""
    connected = states()
    if viewer.role == Role.GUEST:
        seen = Member.objects.visible_to(viewer).filter(pk__in=list(connected))
        return _objects(connected, seen.values_list("pk", flat=True)[: limits.SNAPSHOT_MEMBERS])
    listed = _listed(connected)
    others = [member for member in first if member in connected and member not in listed.members]
    return listed.presence.and_also(_objects(connected, others))


class _Listed(NamedTuple):
    """What everybody but the guests is told of these states."""

    states: States
    members: frozenset[int]
    presence: EncodedOnce[Presence]


_last = _Listed({}, frozenset(), EncodedOnce())


def _listed(connected: States) -> _Listed:
    """The same for all who ask between two changes."""
    global _last
    listed = _last
    if listed.states is not connected:
        members = list(islice(connected, limits.SNAPSHOT_MEMBERS))
        listed = _last = _Listed(connected, frozenset(members), EncodedOnce(_objects(connected, members)))
    return listed


def _objects(connected: States, members: Iterable[int]) -> list[Presence]:
    return [Presence(member=member, state=connected[member]) for member in members]
