"""A member in a room: role, read position, notification level."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection, models

from hubbub.models.member import Member
from hubbub.models.room import Room
from hubbub.protocol import objects as wire
from hubbub.protocol.objects import Level, Role, RoomRole


class Standing(NamedTuple):
    """The facts that decide whether a member may post in a room."""

    room: int
    member: int
    name: str
    active: bool
    archived: bool


class MembershipQuerySet(models.QuerySet["Membership"]):
    def managing(self) -> MembershipQuerySet:
        """The memberships of admins who may manage their room. Guests manage nothing, even as a room's admin."""
        return self.filter(role=RoomRole.ADMIN).exclude(member__role=Role.GUEST)

    def standings(self, pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Standing]:
        """The standing of each (room, member) pair that is a membership. One query for a whole batch.

        Written by hand because Django has no row-value IN: two separate INs would read rooms × members rows.
        """
        flat = [value for pair in pairs for value in pair]
        if not flat:
            return {}
        rows = ",".join(["(%s,%s)"] * (len(flat) // 2))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT s.room_id, s.member_id, m.name, m.active, r.archived"  # noqa: S608
                f" FROM {Membership._meta.db_table} s"
                f" JOIN {Member._meta.db_table} m ON m.id = s.member_id"
                f" JOIN {Room._meta.db_table} r ON r.id = s.room_id"
                f" WHERE (s.room_id, s.member_id) IN (VALUES {rows})",
                flat,
            )
            return {(row[0], row[1]): Standing._make(row) for row in cursor.fetchall()}

    def advance_authors(self, positions: Iterable[tuple[int, int, int, int]]) -> None:
        """Posting marks everything up to that post as read. Never moves back.

        Rows of (read_number, read_posts, room, member).
        """
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {Membership._meta.db_table} SET read_number=%s, read_posts=%s"  # noqa: S608
                " WHERE room_id=%s AND member_id=%s AND read_number < %s",
                [(number, posts, room, member, number) for number, posts, room, member in positions],
            )


class Membership(models.Model):
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=[(r, r) for r in RoomRole], default=RoomRole.MEMBER)
    level = models.CharField(max_length=8, choices=[(v, v) for v in Level], default=Level.ALL)
    read_number = models.PositiveBigIntegerField(default=0)
    read_posts = models.PositiveBigIntegerField(default=0)
    version = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="the member's version when it last changed"
    )
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "member"], name="hubbub_membership_once")]

    def __str__(self) -> str:
        return f"{self.member} in {self.room}"

    @property
    def is_admin(self) -> bool:
        return self.role == RoomRole.ADMIN

    def as_object(self, *, as_of: int | None = None) -> wire.Membership:
        """The protocol object. `as_of`: the room's last number, if the room is not sent with it."""
        return wire.Membership(
            room=self.room_id,
            role=RoomRole(self.role),
            level=Level(self.level),
            read_number=self.read_number,
            read_posts=self.read_posts,
            version=self.version,
            as_of=as_of,
        )
