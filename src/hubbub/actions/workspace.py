"""The workspace itself."""

from __future__ import annotations

from hubbub.actions.announcements import announce_workspace_named
from hubbub.actions.checking import checked
from hubbub.models import Member, Workspace
from hubbub.models.workspace import new_epoch
from hubbub.protocol.fields import PersonName
from hubbub.signals import AuditEvent, report
from hubbub.unit import unit


def name_workspace(*, name: str, by: Member | None = None) -> Workspace:
    """Give the workspace its name, and tell everybody."""
    with unit() as work:
        workspace = Workspace.objects.select_for_update().get(pk=Workspace.objects.the_one().pk)
        before = workspace.name
        workspace.name, workspace.version = checked(PersonName, name), workspace.version + 1
        workspace.save(update_fields=["name", "version"])
        report(AuditEvent.WORKSPACE_RENAMED, by=by, before=before, name=workspace.name)
        announce_workspace_named(work, workspace)
    return workspace


def begin_epoch(*, after: str | None = None) -> Workspace:
    """Say that the history is another one than clients may remember, as after a backup was restored.

    Each client starts anew when it connects next, and sends what it said in the last minutes once more. With `after`
    only if that is still the present one: of several processes that find it out, one says so.
    """
    workspace = Workspace.objects.the_one()
    present = Workspace.objects.filter(pk=workspace.pk, epoch=after or workspace.epoch)
    present.update(epoch=new_epoch())
    workspace.refresh_from_db()
    return workspace
