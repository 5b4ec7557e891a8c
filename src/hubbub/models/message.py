"""One post in its present state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, models

from hubbub.models.member import Member
from hubbub.models.room import Room
from hubbub.protocol import objects as wire


class MessageQuerySet(models.QuerySet["Message"]):
    def changed_after(self, seq: int) -> MessageQuerySet:
        """What catching up reads: every state later than `seq`, oldest change first."""
        return self.filter(seq__gt=seq).order_by("seq")

    def before(self, number: int) -> MessageQuerySet:
        return self.filter(number__lt=number).order_by("-number")

    def after(self, number: int) -> MessageQuerySet:
        return self.filter(number__gt=number).order_by("number")

    def present(self, ids: Sequence[UUID]) -> dict[UUID, Message]:
        """Those of the ids that are taken, with their messages. Nearly always none, so it looks at the index first.

        Written by hand because Django prepares each value of an IN by itself, which costs more than the look.
        """
        if not ids:
            return {}
        uuid_value = _uuid_adapter()
        with connection.cursor() as cursor:
            places = ",".join(["%s"] * len(ids))
            cursor.execute(
                f"SELECT id FROM {Message._meta.db_table} WHERE id IN ({places})",  # noqa: S608
                [uuid_value(id) for id in ids],
            )
            taken = [UUID(str(row[0])) for row in cursor.fetchall()]
        return self.in_bulk(taken) if taken else {}

    def insert_many(self, messages: Iterable[Message]) -> None:
        """`bulk_create` without its cost per row: the same columns, adapted the same way, in one executemany."""
        cursor_rows = []
        uuid_value, datetime_value = _uuid_adapter(), connection.ops.adapt_datetimefield_value
        moment = created = None
        for m in messages:
            system = None if m.system is None else _system_field.get_db_prep_save(m.system, connection)
            if m.created_at is not moment:  # messages of one batch mostly share theirs
                moment, created = m.created_at, datetime_value(m.created_at)
            cursor_rows.append(
                (uuid_value(m.pk), m.room_id, m.number, m.post, m.seq, m.author_id, m.text, created, system)
            )
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {Message._meta.db_table}"  # noqa: S608
                " (id, room_id, number, post, seq, author_id, text, created_at, system, deleted)"
                f" VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,{_false()})",
                cursor_rows,
            )

    def save_seqs(self, messages: Iterable[Message]) -> None:
        uuid_value = _uuid_adapter()
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {Message._meta.db_table} SET seq=%s WHERE id=%s",  # noqa: S608
                [(m.seq, uuid_value(m.pk)) for m in messages],
            )


class Message(models.Model):
    id = models.UUIDField(primary_key=True, help_text="a UUIDv7 made by the sender")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="messages", db_index=False)
    number = models.PositiveBigIntegerField(help_text="its place in the room: 1, 2, 3 … without holes")
    post = models.PositiveBigIntegerField(help_text="posts in the room up to and with this one")
    seq = models.PositiveBigIntegerField(help_text="the place of its last change in the room's order")
    author = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.TextField(blank=True)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted = models.BooleanField(default=False)
    system = models.JSONField(null=True, blank=True, help_text="what happened, if nobody typed this")

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "number"], name="hubbub_message_number"),
            models.UniqueConstraint(fields=["room", "seq"], name="hubbub_message_seq"),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}#{self.number}"

    @classmethod
    def unplaced(cls, *, id: UUID, room: int, author: int, text: str) -> Message:  # noqa: A002
        """A new post that has no place yet: made the way rows become objects, which costs half of keywords."""
        values = (id, room, None, None, None, author, text, None, None, False, None)
        return cls.from_db(connection.alias, _COLUMNS, values)

    def as_object(self) -> wire.Message:
        return wire.Message(
            id=self.pk,
            room=self.room_id,
            number=self.number,
            post=self.post,
            seq=self.seq,
            author=self.author_id,
            text=self.text,
            created_at=self.created_at,
            edited_at=self.edited_at,
            deleted=True if self.deleted else None,
            system=wire.System(**self.system) if self.system else None,
        )


_COLUMNS = [field.attname for field in Message._meta.concrete_fields]
_system_field = Message._meta.get_field("system")


def _uuid_adapter() -> Callable[[UUID], Any]:
    """How this database stores a UUID: natively, or as 32 hex digits."""
    return (lambda value: value) if connection.features.has_native_uuid_field else (lambda value: value.hex)


def _false() -> str:
    return "FALSE" if connection.vendor == "postgresql" else "0"
