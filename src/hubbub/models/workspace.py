"""The one workspace of a site, and the epoch of its history."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F

from hubbub import conf


def new_epoch() -> str:
    return uuid.uuid4().hex


class WorkspaceQuerySet(models.QuerySet["Workspace"]):
    def the_one(self) -> Workspace:
        """The workspace, made with the setting's name if nobody has named it yet."""
        workspace = self.order_by("pk").first()
        return workspace or self.get_or_create(pk=1, defaults={"name": conf.get("WORKSPACE")})[0]

    def count_directory_change(self) -> int:
        """A member has changed: the place of that change in the directory's order."""
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
