"""A user's or bot's identity in the chat."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from hubbub.protocol import limits
from hubbub.protocol import objects as wire
from hubbub.protocol.appearance import APPEARANCE_CHARACTERS, shown
from hubbub.protocol.objects import Reach, Role, RoomKind

if TYPE_CHECKING:
    from hubbub.models.room import Room


class MemberQuerySet(models.QuerySet["Member"]):
    def visible_to(self, viewer: Member) -> MemberQuerySet:
        """Everybody; for a guest, only members who share a room with them."""
        if viewer.role != Role.GUEST:
            return self
        shared = viewer.memberships.values("room")
        return self.filter(Q(pk=viewer.pk) | Q(memberships__room__in=shared)).distinct()

    def active(self) -> MemberQuerySet:
        return self.filter(active=True)

    def named_like(self, prefix: str) -> MemberQuerySet:
        """Members whose name, a later word of it, or handle begins with the prefix."""
        if not prefix:
            return self
        # Databases ignore the case of ASCII letters only. For other letters, search for each spelling.
        spellings = {prefix} if prefix.isascii() else {prefix, prefix.lower(), prefix.title(), prefix.upper()}
        wanted = Q(handle__istartswith=prefix.casefold().removeprefix("@"))
        for spelling in spellings:
            wanted |= Q(name__istartswith=spelling) | Q(name__icontains=f" {spelling}")
        return self.filter(wanted)

    def by_name(self) -> MemberQuerySet:
        return self.order_by(Lower("name"), "pk")

    def count_private_change(self, member: int) -> int:
        """Count a change that only this member sees. Returns their new version."""
        self.filter(pk=member).update(version=F("version") + 1)
        return self.version_of(member) or 0

    def version_of(self, member: int) -> int | None:
        """The member's version now; None if there is no such member."""
        return self.filter(pk=member).values_list("version", flat=True).first()


class Member(models.Model):
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="hubbub_member",
        help_text="whose identity this is; none for bots",
    )
    handle = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=limits.MEMBER_NAME_CHARACTERS)
    about = models.CharField(max_length=limits.DESCRIPTION_CHARACTERS, blank=True)
    hue = models.PositiveSmallIntegerField(default=0)
    role = models.CharField(max_length=8, choices=[(r, r) for r in Role], default=Role.MEMBER)
    active = models.BooleanField(default=True)
    appearance = models.CharField(
        max_length=APPEARANCE_CHARACTERS,
        blank=True,
        default="",
        db_index=True,
        editable=False,
        help_text="what the name looks like: the same for names that may be taken for one another",
    )
    handle_appearance = models.CharField(
        max_length=APPEARANCE_CHARACTERS, blank=True, default="", db_index=True, editable=False
    )
    namesake = models.BooleanField(
        default=False, editable=False, help_text="whether another member's name looks the same"
    )
    reach = models.CharField(
        max_length=9,
        choices=[(r, r) for r in Reach],
        default=Reach.EVERYBODY,
        help_text="who may bring them into rooms",
    )
    version = models.PositiveBigIntegerField(default=0, help_text="counts changes of what only they know")
    changed = models.PositiveBigIntegerField(
        default=0,
        db_index=True,
        editable=False,
        help_text="the directory's count when others last saw a change",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MemberQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def is_admin(self) -> bool:
        return self.role in {Role.OWNER, Role.ADMIN}

    def shares_a_room_with(self, other: Member) -> bool:
        return self.memberships.filter(room__memberships__member=other).exists()

    def rooms(self, *kinds: RoomKind) -> models.QuerySet[Room]:
        from hubbub.models.room import Room

        rooms = Room.objects.filter(memberships__member=self)
        return rooms.filter(kind__in=kinds) if kinds else rooms

    def as_object(self) -> wire.Member:
        return wire.Member(
            id=self.pk,
            handle=self.handle,
            name=shown(self.name),
            role=Role(self.role),
            about=self.about,
            hue=self.hue,
            active=self.active,
            version=self.changed,
            namesake=True if self.namesake else None,
        )


def hue_of(handle: str) -> int:
    """The colour of a handle, in degrees. It never changes."""
    return zlib.crc32(handle.encode()) % 360
