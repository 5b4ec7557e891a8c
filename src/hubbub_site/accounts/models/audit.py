"""The audit log: actor, action, target and address. Lines are added, and deleted only when they are old."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.utils import timezone

from hubbub.models import Member
from hubbub_site.accounts.audit_codes import What


class AppendOnly(TypeError):
    """Code tried to change or delete lines of the audit log."""

    def __init__(self) -> None:
        super().__init__("The audit log is append-only.")


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    def about_or_by(self, member: int) -> AuditQuerySet:
        return self.filter(models.Q(by_member=member) | models.Q(about_member=member))

    def named(self, name: str, members: models.QuerySet[Member]) -> AuditQuerySet:
        """Lines by or about this name, or about these members under any former handle."""
        ids = list(members.values_list("pk", flat=True))
        named = models.Q(by_name__iexact=name) | models.Q(about_name__iexact=name)
        return self.filter(named | models.Q(by_member__in=ids) | models.Q(about_member__in=ids))

    def newest_first(self) -> AuditQuerySet:
        return self.order_by("-pk")

    def update(self, **fields: Any) -> NoReturn:
        raise AppendOnly

    def delete(self) -> NoReturn:
        raise AppendOnly


class AuditEntry(models.Model):
    """One line. It outlives its accounts: it stores ids of members without a foreign key, and handles as text.

    Triggers in the database enforce the same rule for other programs (migration 0004): a line never changes except
    `times`, which only grows, and a line of the last AUDIT_KEPT_DAYS is not deleted.
    """

    at = models.DateTimeField(default=timezone.now, db_index=True)
    what = models.CharField(max_length=32)
    by_member = models.BigIntegerField(null=True, db_index=True)
    by_name = models.CharField(max_length=64, blank=True, help_text="a handle, “shell”, or nobody known")
    about_member = models.BigIntegerField(null=True, db_index=True)
    about_name = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=45, blank=True)
    details = models.JSONField(default=dict)
    times = models.PositiveIntegerField(
        default=1, help_text="how often in that hour, for what strangers cause"
    )
    merge_key = models.CharField(max_length=120, null=True, unique=True)  # noqa: DJ001 - empty is not unique

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.what}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly

    @property
    def label(self) -> str:
        return What(self.what).label if self.what in set(What) else self.what
