"""The workspace itself."""

from __future__ import annotations

from hubbub.actions.checking import checked
from hubbub.models import Workspace
from hubbub.models.workspace import new_epoch
from hubbub.protocol.wire import PersonName


def name_workspace(*, name: str) -> Workspace:
    """Give the workspace its name."""
    workspace = Workspace.objects.the_one()
    workspace.name = checked(PersonName, name)
    workspace.save(update_fields=["name"])
    return workspace


def begin_epoch() -> Workspace:
    """Say that the history is another one than clients may remember, as after a backup was restored.

    Each client starts anew when it connects next, and sends what it said in the last minutes once more.
    """
    workspace = Workspace.objects.the_one()
    workspace.epoch = new_epoch()
    workspace.save(update_fields=["epoch"])
    return workspace
