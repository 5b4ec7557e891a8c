"""A message, as its last change left it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection, models

from hubbub.models.member import Member
from hubbub.models.room import Room


class MessageQuerySet(models.QuerySet["Message"]):
    def changed_after(self, seq: int) -> MessageQuerySet:
        """Messages changed after `seq`, oldest change first. Resume and repair read these."""
        return self.filter(seq__gt=seq).order_by("seq")

    def before(self, number: int) -> MessageQuerySet:
        return self.filter(number__lt=number).order_by("-number")

    def after(self, number: int) -> MessageQuerySet:
        return self.filter(number__gt=number).order_by("number")

    def present(self, ids: Sequence[UUID]) -> dict[UUID, Message]:
        """The messages that exist under these ids. There are nearly always none, so only the index is read first.

        Written in SQL because Django prepares each value of an IN separately, which costs more than the query.
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
        """Insert new messages in one executemany: `bulk_create` without its cost for each row."""
        rows = [_row_of(message.__dict__) for message in messages]
        if not rows:
            return
        columns: dict[str, Sequence[Any]] = {}
        for field, values in zip(Message._meta.concrete_fields, zip(*rows, strict=True), strict=False):
            if values.count(None) < len(values):  # a column that is empty in all rows is left out
                columns[str(field.column)] = _adapted(field, values)
        places = ",".join(["%s"] * len(columns))
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {Message._meta.db_table} ({','.join(columns)}) VALUES ({places})",  # noqa: S608
                list(zip(*columns.values(), strict=True)),
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
        """A new message without number and seq. Built like a row of a query, which costs half of keyword arguments."""
        values = _DEFAULTS.copy()
        values[_ID], values[_ROOM], values[_AUTHOR], values[_TEXT] = id, room, author, text
        return cls.from_db(connection.alias, _COLUMNS, values)


_COLUMNS = [field.attname for field in Message._meta.concrete_fields]
_DEFAULTS = [field.get_default() for field in Message._meta.concrete_fields]
_ID, _ROOM, _AUTHOR, _TEXT = map(_COLUMNS.index, ("id", "room_id", "author_id", "text"))
_row_of = itemgetter(*_COLUMNS)


def _adapted(field: models.Field[Any, Any], values: Sequence[Any]) -> Sequence[Any]:
    """One column's values as this database takes them."""
    if field.attname == "id":
        return [*map(_uuid_adapter(), values)]
    if field.attname == "created_at":  # messages of one batch mostly share theirs
        return [*map(cache(connection.ops.adapt_datetimefield_value), values)]
    if isinstance(field, _STORED_AS_THEY_ARE):
        return values
    return [None if value is None else field.get_db_prep_save(value, connection) for value in values]


_STORED_AS_THEY_ARE = (models.TextField, models.IntegerField, models.BooleanField, models.ForeignKey)


def _uuid_adapter() -> Callable[[UUID], Any]:
    """How this database stores a UUID: natively, or as 32 hex digits."""
    return (lambda value: value) if connection.features.has_native_uuid_field else (lambda value: value.hex)
