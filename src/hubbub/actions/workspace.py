"""The workspace: its name and the epoch of its history."""

from __future__ import annotations

from hubbub.actions.announcements import announce_workspace_named
from hubbub.actions.checking import checked
from hubbub.models import Member, Workspace
from hubbub.models.workspace import new_epoch
from hubbub.protocol.fields import PersonName
from hubbub.signals import AuditEvent, report
from hubbub.unit import unit


def name_workspace(*, name: str, by: Member | None = None) -> Workspace:
    """Rename the workspace, and send the name to everybody."""
    with unit() as work:
        workspace = Workspace.objects.select_for_update().get(pk=Workspace.objects.the_one().pk)
        before = workspace.name
        workspace.name, workspace.version = checked(PersonName, name), workspace.version + 1
        workspace.save(update_fields=["name", "version"])
        report(AuditEvent.WORKSPACE_RENAMED, by=by, before=before, name=workspace.name)
        announce_workspace_named(work, workspace)
    return workspace


def begin_epoch(*, after: str | None = None) -> Workspace:
    """Start a new epoch: the database no longer has the history that clients know, for example after a restore.

    Each client starts over when it connects next, and resends its messages of the last minutes. With `after`, only if
    that is still the current epoch: if several processes detect the change, one of them starts the epoch.
    """
    workspace = Workspace.objects.the_one()
    current = Workspace.objects.filter(pk=workspace.pk, epoch=after or workspace.epoch)
    current.update(epoch=new_epoch())
    workspace.refresh_from_db()
    return workspace
