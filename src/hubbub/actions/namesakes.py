"""Members whose names look the same: each is marked, so that clients show the handle next to the name."""

from __future__ import annotations

from hubbub.actions.announcements import announce_member_changed
from hubbub.models import Member, Workspace
from hubbub.unit import Unit


def lock_names() -> Workspace:
    """Let others who change names wait until this transaction ends: two could take the same name and not know it."""
    workspace: Workspace = Workspace.objects.select_for_update().get(pk=Workspace.objects.the_one().pk)
    return workspace


def mark_namesakes(work: Unit, *appearances: str) -> None:
    """Mark or unmark the members with these appearances, and tell everybody. Call `lock_names` before.

    Deactivated members count too: what they said is still there, under their name.
    """
    for appearance in sorted(set(appearances) - {""}):
        alike = Member.objects.filter(appearance=appearance)
        several = len(alike[:2]) > 1
        for member in alike.exclude(namesake=several).order_by("pk"):
            Member.objects.filter(pk=member.pk).update(namesake=several)
            announce_member_changed(work, member)
