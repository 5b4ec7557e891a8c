"""A member's use of a daily quota. Counted in the database, so that all processes share it and restarts keep it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from hubbub.models.member import Member


class Allowance(models.Model):
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+", db_index=False)
    quota = models.CharField(max_length=16, help_text="what is counted: rooms, directs, additions, changes")
    spent = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(default=timezone.now, help_text="when the day began that `spent` counts")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "quota"], name="hubbub_allowance_once")]

    def __str__(self) -> str:
        return f"{self.spent} {self.quota} by {self.member_id}"
