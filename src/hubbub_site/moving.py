"""Copy a whole site from one database to another, row for row, and prove that nothing is missing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connections, models, transaction

from hubbub.models import Message, Room

ROWS_AT_ONCE = 2000

Progress = Callable[[int, int], None]


class NotTheSame(Exception):
    """What was copied differs from its source; the message names the first difference."""


def open_database(alias: str, settings: dict[str, Any]) -> None:
    """Make a database known under an alias, for this process."""
    connections.databases[alias] = {**connections.databases["default"], **settings}


def prepare(alias: str) -> None:
    """Make the tables of an empty database."""
    call_command("migrate", database=alias, verbosity=0, interactive=False)


def is_empty(alias: str) -> bool:
    """Whether nobody has an account there. A database without tables is empty."""
    from hubbub_site.accounts.models import User

    connection = connections[alias]
    if User._meta.db_table not in connection.introspection.table_names():
        return True
    return not User.objects.using(alias).exists()


def copy_site(source: str, target: str, progress: Progress) -> int:
    """Copy every row from one database into another that is prepared and empty; verify; return how many rows.

    Ids, seqs, times and the epoch stay what they are. It is one transaction on each side: the source is read as it
    was at one moment, and the target has everything or nothing. Raises NotTheSame.
    """
    with _one_moment(source), transaction.atomic(using=target):
        total = sum(_rows(model, source).count() for model in _models())
        done = 0
        for model in reversed(_models()):
            # Setting up has made some rows (content types, permissions): the source's take their place.
            _rows(model, target)._raw_delete(target)
        for model in _models():
            for rows in _chunks(_rows(model, source).order_by("pk").iterator(ROWS_AT_ONCE), ROWS_AT_ONCE):
                _insert(model, rows, target)
                done += len(rows)
                progress(done, total)
        _reset_sequences(target)
        verify_same(source, target)
    return done


def verify_same(source: str, target: str) -> None:
    """Compare the number of rows of every table, every room's head, and every message. Raises NotTheSame."""
    for model in _models():
        here, there = _rows(model, source).count(), _rows(model, target).count()
        if here != there:
            raise NotTheSame(f"{model._meta.verbose_name_plural}: {here} rows there, {there} copied")
    if (here_heads := _heads(source)) != (there_heads := _heads(target)):
        room = next(one for one, other in zip(here_heads, there_heads, strict=True) if one != other)
        raise NotTheSame(f"the head of room {room[0]} differs")
    if _digest(source) != _digest(target):
        raise NotTheSame("the text or place of some message differs")


def _models() -> list[type[models.Model]]:
    return [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]


def _rows(model: type[models.Model], alias: str) -> models.QuerySet[Any]:
    return model._base_manager.using(alias)


def _insert(model: type[models.Model], rows: list[Any], alias: str) -> None:
    # As they are (`raw`): saving them would set their times of creation anew.
    fields = model._meta.concrete_fields
    size = connections[alias].ops.bulk_batch_size(list(fields), rows)
    for part in _chunks(rows, max(1, size)):
        _rows(model, alias)._insert(part, fields=fields, raw=True, using=alias)  # type: ignore[attr-defined]


def _one_moment(alias: str) -> transaction.Atomic:
    """A transaction that sees one state of the source, however long it takes."""
    connection = connections[alias]
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    return transaction.atomic(using=alias)


def _reset_sequences(alias: str) -> None:
    connection = connections[alias]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), _models()):
            cursor.execute(statement)


def _heads(alias: str) -> list[tuple[int, ...]]:
    heads = Room.objects.using(alias).annotate(newest=models.Max("messages__seq")).order_by("pk")
    return list(heads.values_list("pk", "seq", "last_number", "posts", "newest"))


def _digest(alias: str) -> str:
    digest = hashlib.sha256()
    messages = Message.objects.using(alias).order_by("room", "number")
    columns = ("room", "number", "seq", "pk", "author", "text", "deleted")
    for row in messages.values_list(*columns).iterator(ROWS_AT_ONCE):
        digest.update(repr(row).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _chunks(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(rows)
    while part := list(islice(rest, size)):
        yield part
