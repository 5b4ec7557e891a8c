"""Copies a site from one database to another, row by row, and verifies that both are equal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DataError, connections, models, transaction

from hubbub.models import Message, Room

ROWS_AT_ONCE = 2000

Progress = Callable[[int, int], None]


class NotTheSame(Exception):
    """The copy differs from its source. The message names the first difference."""


class DoesNotFit(Exception):
    """The target cannot store a row. The message names it."""


@contextmanager
def opened(alias: str, settings: dict[str, Any]) -> Iterator[None]:
    """Open another database under an alias, which is removed at the end."""
    options = {name: value for name, value in settings["OPTIONS"].items() if name != "pool"}
    connections.databases[alias] = {**connections.databases["default"], **settings, "OPTIONS": options}
    try:
        yield
    finally:
        if any(made.alias == alias for made in connections.all(initialized_only=True)):
            connections[alias].close()
            del connections[alias]
        del connections.databases[alias]


def prepare(alias: str) -> None:
    """Create the tables of an empty database, or migrate an older one."""
    call_command("migrate", database=alias, verbosity=0, interactive=False)


def is_empty(alias: str) -> bool:
    """Whether a copy would overwrite nothing: none of the tables exist, or no account exists."""
    from hubbub_site.accounts.models import User

    ours = {model._meta.db_table for model in _models()}
    found = ours.intersection(connections[alias].introspection.table_names())
    if {User._meta.db_table, Message._meta.db_table} <= found:
        return not User.objects.using(alias).exists()
    return not found  # without these two it is another program's database


def other_processes(alias: str) -> list[str]:
    """Names of other Hubbub servers and commands that are connected to a PostgreSQL database.

    For SQLite's file there is a lock (`server.lock`).
    """
    if connections[alias].vendor != "postgresql":
        return []
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name LIKE 'hubbub %%' AND application_name <> current_setting('application_name')",
            [],
        )
        return sorted(name for (name,) in cursor.fetchall())


def copy_site(source: str, target: str, progress: Progress) -> int:
    """Copy every row into another database that is prepared and empty, verify, and return the number of rows.

    Ids, seqs, times and the epoch are kept. One transaction on each side: the source is read as a snapshot, and the
    target gets everything or nothing. Raises NotTheSame or DoesNotFit.
    """
    with _one_moment(source), transaction.atomic(using=target):
        total = sum(_rows(model, source).count() for model in _models())
        done = 0
        for model in reversed(_models()):
            # Migrations created some rows (content types, permissions): replace them with the source's.
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
    """Compare every room's head and every row of every table. Raises NotTheSame."""
    for model in _models():
        here, there = _rows(model, source).count(), _rows(model, target).count()
        if here != there:
            raise NotTheSame(f"{model._meta.verbose_name_plural}: {here} rows there, {there} copied")
    if (here_heads := _heads(source)) != (there_heads := _heads(target)):
        room = next(one for one, other in zip(here_heads, there_heads, strict=True) if one != other)
        raise NotTheSame(f"the head of room {room[0]} differs")
    for model in _models():
        if digest(model, source) != digest(model, target):
            raise NotTheSame(f"{model._meta.verbose_name_plural}: a row is not what it was")


def digest(model: type[models.Model], alias: str) -> int:
    """A checksum of all rows of a table, equal for equal rows in any database.

    It is a sum, because databases order texts differently.
    """
    total = 0
    columns = [field.attname for field in model._meta.concrete_fields]
    for row in _rows(model, alias).order_by().values_list(*columns).iterator(ROWS_AT_ONCE):
        text = json.dumps(row, default=_plain, sort_keys=True, separators=(",", ":"))
        total += int.from_bytes(hashlib.sha256(text.encode()).digest())
    return total % 2**256


def _plain(value: Any) -> str:
    """One text for values that two databases return as different objects."""
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).isoformat()
    return bytes(value).hex() if isinstance(value, memoryview | bytes) else str(value)


def _models() -> list[type[models.Model]]:
    return [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]


def _rows(model: type[models.Model], alias: str) -> models.QuerySet[Any]:
    return model._base_manager.using(alias)


def _insert(model: type[models.Model], rows: list[Any], alias: str) -> None:
    # `raw`: saving would overwrite their times of creation.
    fields = model._meta.concrete_fields
    size = connections[alias].ops.bulk_batch_size(list(fields), rows)
    for part in _chunks(rows, max(1, size)):
        try:
            _rows(model, alias)._insert(part, fields=fields, raw=True, using=alias)  # type: ignore[attr-defined]
        except (ValueError, DataError) as error:
            # PostgreSQL stores no NUL in texts. Typed text has none, but a script may have put one into SQLite.
            wrong = next((row for row in part if r"\x00" in repr(row.__dict__)), part[0])
            raise DoesNotFit(
                f"{model._meta.verbose_name} {wrong.pk} cannot be kept there: {_first_line(error)}"
            ) from None


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".")


@contextmanager
def _one_moment(alias: str) -> Iterator[None]:
    """A transaction that reads one snapshot of the source, however long it takes."""
    with transaction.atomic(using=alias):
        if connections[alias].vendor == "postgresql":
            with connections[alias].cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _reset_sequences(alias: str) -> None:
    connection = connections[alias]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), _models()):
            cursor.execute(statement)


def _heads(alias: str) -> list[tuple[int, ...]]:
    heads = Room.objects.using(alias).annotate(newest=models.Max("messages__seq")).order_by("pk")
    return list(heads.values_list("pk", "seq", "last_number", "posts", "newest"))


def _chunks(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(rows)
    while part := list(islice(rest, size)):
        yield part
