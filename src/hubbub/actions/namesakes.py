"""Marks members whose names look the same, so that clients show the handle next to the name."""

from __future__ import annotations

from hubbub.actions.announcements import announce_member_changed
from hubbub.models import Member, Workspace
from hubbub.unit import Unit


def lock_names() -> Workspace:
    """Lock all names until this transaction ends: two members could take the same name at once."""
    workspace: Workspace = Workspace.objects.select_for_update().get(pk=Workspace.objects.the_one().pk)
    return workspace


def mark_namesakes(work: Unit, *appearances: str) -> None:
    """Mark or unmark the members with these appearances, and send the changes to everybody. Call `lock_names` first.

    Deactivated members count too: their messages still show their names.
    """
    for appearance in sorted(set(appearances) - {""}):
        alike = Member.objects.filter(appearance=appearance)
        several = len(alike[:2]) > 1
        for member in alike.exclude(namesake=several).order_by("pk"):
            Member.objects.filter(pk=member.pk).update(namesake=several)
            announce_member_changed(work, member)
