"""Filters the audit log by person and kind."""

from __future__ import annotations

from hubbub.models import Member
from hubbub_site.accounts.models import AuditEntry
from hubbub_site.accounts.models.audit import AuditQuerySet


def filtered(who: str, what: str) -> AuditQuerySet:
    """Lines by or about a person, named by handle or by “shell”, and of one kind. An empty text matches all."""
    lines = AuditEntry.objects.all()
    if name := who.strip().removeprefix("@"):
        lines = lines.named(name, Member.objects.filter(handle=name.casefold()))
    return lines.filter(what=what) if what else lines
