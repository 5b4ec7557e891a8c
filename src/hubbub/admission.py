"""Who of the host's users may chat, and as whom: the default of the ADMIT setting."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.module_loading import import_string

from hubbub import conf
from hubbub.protocol.objects import Role


class Admission(NamedTuple):
    """The identity that a user gets the first time they come; later changes are made in the chat."""

    handle: str
    name: str
    role: Role = Role.MEMBER


def admission_of(user: Any) -> Admission | None:
    """What the ADMIT setting says of a user; None refuses them."""
    admit: Any = import_string(conf.get("ADMIT"))
    admission: Admission | None = admit(user)
    return admission


def every_active_user(user: Any) -> Admission | None:
    """Everybody who may sign in; superusers own the workspace."""
    if not user.is_active:
        return None
    username = str(user.get_username())
    full_name = user.get_full_name() if hasattr(user, "get_full_name") else ""
    role = Role.OWNER if getattr(user, "is_superuser", False) else Role.MEMBER
    return Admission(handle=username, name=full_name or username, role=role)
