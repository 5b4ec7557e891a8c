"""Who is connected now, as far as this process knows. The realtime layer is the source; without it, nobody is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from hubbub.models import Member
from hubbub.protocol import limits
from hubbub.protocol.objects import Presence, PresenceState, Role

Source = Callable[[], Mapping[int, PresenceState]]


def _nobody() -> Mapping[int, PresenceState]:
    return {}


_source: Source = _nobody


def set_source(source: Source | None) -> None:
    global _source
    _source = source or _nobody


def states() -> Mapping[int, PresenceState]:
    """The state of every member who is connected somewhere; the others are offline."""
    return _source()


def presence_for(viewer: Member, *, first: Collection[int] = ()) -> list[Presence]:
    """Who is connected now, of those the viewer may see: `first` those, then others, up to SNAPSHOT_MEMBERS."""
    connected = states()
    visible = list(dict.fromkeys([*(member for member in first if member in connected), *connected]))
    if viewer.role == Role.GUEST:
        shared = Member.objects.visible_to(viewer).filter(pk__in=visible)
        visible = list(shared.values_list("pk", flat=True))
    return [Presence(member=m, state=connected[m]) for m in visible[: limits.SNAPSHOT_MEMBERS]]
