"""The one workspace of a site, and the epoch of its history."""

from __future__ import annotations

import uuid
from functools import cache

from django.db import DatabaseError, OperationalError, connections, models, transaction
from django.db.models import F
from django.db.models.expressions import RawSQL

from hubbub import conf

TIMELINE = "left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)"
"""PostgreSQL counts promotions: a replica that takes over has another timeline, whether it missed commits or not."""

FIRST_TIMELINE = "00000001"
"""No replica was promoted yet. Not part of the history's name: a site that moves to PostgreSQL keeps its history."""


def new_epoch() -> str:
    return uuid.uuid4().hex


class WorkspaceQuerySet(models.QuerySet["Workspace"]):
    def the_one(self) -> Workspace:
        """The workspace. Created with the name of the setting on first use."""
        workspace = self.order_by("pk").first()
        return workspace or self.get_or_create(pk=1, defaults={"name": conf.get("WORKSPACE")})[0]

    def with_history(self) -> Workspace:
        """The workspace with the database's timeline, from which `history` is computed."""
        if not _has_timeline(self.db):
            return self.the_one()
        rows = self.annotate(timeline=RawSQL(TIMELINE, ())).order_by("pk")  # noqa: S611  no arguments
        found = rows.first()
        if found is None:  # a new site: the row that is created here has no timeline yet
            found = rows.get(pk=self.the_one().pk)
        return found

    def count_directory_change(self) -> int:
        """Count a change of a member. Returns the directory's new count."""
        workspace = self.the_one()
        self.filter(pk=workspace.pk).update(directory=F("directory") + 1)
        return self.values_list("directory", flat=True).get(pk=workspace.pk)


class Workspace(models.Model):
    name = models.CharField(max_length=80)
    epoch = models.CharField(max_length=32, default=new_epoch, help_text="changes when a backup is restored")
    directory = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="counts changes of members"
    )
    version = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="counts changes of the name"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WorkspaceQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def history(self) -> str:
        """The name of the history, `epoch` for clients. It changes with `begin_epoch` and when a replica takes over.

        Needs a row from `with_history`.
        """
        timeline: str = getattr(self, "timeline", "")
        return f"{self.epoch}-{timeline}" if timeline not in ("", FIRST_TIMELINE) else self.epoch


def epoch_of(history: str) -> str:
    """The stored part of a history's name."""
    return history.partition("-")[0]


@cache
def _has_timeline(alias: str) -> bool:
    """Whether the database reports its timeline. Some relatives of PostgreSQL do not, or not to every user."""
    if connections[alias].vendor != "postgresql":
        return False
    try:
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            cursor.execute(f"SELECT {TIMELINE}")
    except OperationalError:
        raise
    except DatabaseError:
        return False
    return True
