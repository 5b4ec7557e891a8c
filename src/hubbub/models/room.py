"""Any container of messages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from django.db import connection, models
from django.db.models import Q
from django.utils import timezone

from hubbub.models.member import Member
from hubbub.protocol import limits
from hubbub.protocol import objects as wire
from hubbub.protocol.objects import Role, RoomKind
from hubbub.protocol.text import NAME_KEY_CHARACTERS, name_key


class Head(NamedTuple):
    """A room's counters, read under its lock."""

    room: int
    seq: int
    last_number: int
    posts: int
    last_at: datetime


class RoomQuerySet(models.QuerySet["Room"]):
    def visible_to(self, member: Member) -> RoomQuerySet:
        """Rooms the member belongs to and, unless they are a guest, every public room."""
        mine = Q(pk__in=member.memberships.values("room"))
        return self.filter(mine if member.role == Role.GUEST else mine | Q(kind=RoomKind.PUBLIC))

    def named(self, name: str) -> RoomQuerySet:
        return self.filter(name_key=name_key(name))

    def lock(self, ids: Iterable[int]) -> None:
        """Lock these rooms until the transaction ends. SQLite has only one writer anyway."""
        if connection.features.has_select_for_update:
            self.lock_heads(ids)

    def lock_heads(self, ids: Iterable[int]) -> dict[int, Head]:
        """The counters of these rooms, locked until the transaction ends, always in the same order.

        Because of the lock, the order of commits is the order of seqs (SQLite has only one writer anyway).
        """
        wanted = sorted(ids)
        if not wanted:
            return {}
        lock = "FOR UPDATE" if connection.features.has_select_for_update else ""
        places = ",".join(["%s"] * len(wanted))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, seq, last_number, posts, last_at"  # noqa: S608
                f" FROM {Room._meta.db_table} WHERE id IN ({places}) ORDER BY id {lock}",
                wanted,
            )
            return {row[0]: Head._make((*row[:4], _moment(row[4]))) for row in cursor.fetchall()}

    def save_heads(self, heads: Iterable[Head]) -> None:
        """Write locked counters back, all rooms in one call."""
        adapt = cache(connection.ops.adapt_datetimefield_value)  # heads of one batch mostly share theirs
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {Room._meta.db_table} SET seq=%s, last_number=%s, posts=%s, last_at=%s WHERE id=%s",  # noqa: S608
                [(h.seq, h.last_number, h.posts, adapt(h.last_at), h.room) for h in heads],
            )


class Room(models.Model):
    kind = models.CharField(max_length=8, choices=[(k, k) for k in RoomKind])
    name = models.CharField(max_length=limits.ROOM_NAME_CHARACTERS, blank=True)
    name_key = models.CharField(max_length=NAME_KEY_CHARACTERS, unique=True, null=True, editable=False)  # noqa: DJ001
    direct_key = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001
    description = models.CharField(max_length=limits.DESCRIPTION_CHARACTERS, blank=True)
    archived = models.BooleanField(default=False)
    root = models.OneToOneField(
        "hubbub.Message",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="thread",
        editable=False,
    )
    created_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    # The counters. Only `unit.place` changes them, under the lock of `lock_heads`.
    seq = models.PositiveBigIntegerField(default=0, editable=False)
    last_number = models.PositiveBigIntegerField(default=0, editable=False)
    posts = models.PositiveBigIntegerField(default=0, editable=False)
    last_at = models.DateTimeField(default=timezone.now, editable=False)
    floor = models.PositiveBigIntegerField(default=0, editable=False)
    member_count = models.PositiveIntegerField(default=0, editable=False)

    objects = RoomQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name or f"~{self.pk}"

    @property
    def is_direct(self) -> bool:
        return self.kind == RoomKind.DIRECT

    def as_object(self, participants: list[int] | None = None) -> wire.Room:
        """The protocol object. Reads a direct room's participants unless they are given."""
        if self.is_direct and participants is None:
            participants = sorted(self.memberships.values_list("member", flat=True))
        return wire.Room(
            id=self.pk,
            kind=RoomKind(self.kind),
            name=self.name,
            description=self.description,
            archived=self.archived,
            seq=self.seq,
            last_number=self.last_number,
            last_at=self.last_at,
            posts=self.posts,
            floor=self.floor,
            members=self.member_count,
            participants=participants,
            root=self.root_id,
        )


def _moment(stored: datetime | str) -> datetime:
    """A time as the database gave it: SQLite keeps text without a zone, which is UTC."""
    if isinstance(stored, str):
        stored = datetime.fromisoformat(stored)
    return stored if stored.tzinfo else stored.replace(tzinfo=UTC)


def direct_key(members: Iterable[int]) -> str:
    """The key of a direct room in the database: the ids of its members, sorted, or their hash."""
    people = ",".join(str(member) for member in sorted(set(members)))
    return people if len(people) <= 64 else hashlib.sha256(people.encode()).hexdigest()
