"""The workspace itself."""

from __future__ import annotations

from hubbub.actions.checking import checked
from hubbub.models import Workspace
from hubbub.protocol.wire import PersonName


def name_workspace(*, name: str) -> Workspace:
    """Give the workspace its name."""
    workspace = Workspace.objects.the_one()
    workspace.name = checked(PersonName, name)
    workspace.save(update_fields=["name"])
    return workspace
