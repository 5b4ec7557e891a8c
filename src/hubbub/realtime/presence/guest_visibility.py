"""Sends guests the presence and the changes of those members whom they may see, and of no others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from hubbub.models import Member
from hubbub.protocol.events import PresenceChanged
from hubbub.protocol.objects import Presence, PresenceState
from hubbub.publish import DirectoryNotice
from hubbub.realtime.delivery.encoded_events import EncodedEvents
from hubbub.realtime.delivery.hub import Hub
from hubbub.realtime.storage.readers import Readers

log = logging.getLogger("hubbub")


class GuestVisibility:
    """Which members a guest may see is read from the database for each event, in a task of `spawn`."""

    def __init__(
        self,
        hub: Hub,
        readers: Readers,
        states: Callable[[], Mapping[int, PresenceState]],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._hub, self._readers, self._states, self._spawn = hub, readers, states, spawn

    def announce_presence(self, changed: list[int]) -> None:
        """Send the presence of these members to the guests who may see them."""
        if guests := self._guests():
            self._spawn(self._announce_presence(guests, changed))

    def announce_member(self, notice: DirectoryNotice) -> None:
        """Send the change of a member to the guests who may see them."""
        if guests := self._guests():
            self._spawn(self._announce_member(notice.member, guests, EncodedEvents([notice.data])))

    async def _announce_presence(self, guests: dict[int, Member], changed: list[int]) -> None:
        for pk, guest in guests.items():
            visible = await self._visible_to(guest, changed)
            # Their states of this moment: another change may have been announced during the read.
            now = self._states()
            presence = [Presence(member=m, state=now.get(m, PresenceState.OFFLINE)) for m in sorted(visible)]
            if presence:
                event = PresenceChanged(presence=presence).encode()
                self._push_to(pk, EncodedEvents([event], ephemeral=True))

    async def _announce_member(self, member: int, guests: dict[int, Member], event: EncodedEvents) -> None:
        for pk, guest in guests.items():
            if await self._visible_to(guest, [member]):
                self._push_to(pk, event)

    async def _visible_to(self, guest: Member, members: list[int]) -> set[int]:
        """Those of the members whom the guest may see. If the read fails, the guest's clients must ask themselves."""
        try:
            return await self._readers.run(_visible, guest, members)
        except Exception as error:
            log.warning("The members whom a guest may see could not be read: %s", error)
            self._hub.notices.refresh(self._hub.connections.of_member.get(guest.pk, ()))
            return set()

    def _guests(self) -> dict[int, Member]:
        return {c.member.pk: c.member for c in self._hub.connections if c.is_guest}

    def _push_to(self, member: int, event: EncodedEvents) -> None:
        for connection in list(self._hub.connections.of_member.get(member, ())):
            if connection.wants_events and connection.receives_events:
                connection.push(event)


def _visible(guest: Member, members: list[int]) -> set[int]:
    return set(Member.objects.visible_to(guest).filter(pk__in=members).values_list("pk", flat=True))
