"""Which users of the host project may chat, and under which identity: the default of the ADMIT setting."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.module_loading import import_string

from hubbub import conf
from hubbub.protocol.objects import Role


class Admission(NamedTuple):
    """The identity that a user gets at their first visit. Later changes are made in the chat."""

    handle: str
    name: str
    role: Role = Role.MEMBER


def admission_of(user: Any) -> Admission | None:
    """The answer of the ADMIT setting for a user. None: the user is refused."""
    admit: Any = import_string(conf.get("ADMIT"))
    admission: Admission | None = admit(user)
    return admission


def every_active_user(user: Any) -> Admission | None:
    """Admits every active user. Superusers become owners of the workspace."""
    if not user.is_active:
        return None
    username = str(user.get_username())
    full_name = user.get_full_name() if hasattr(user, "get_full_name") else ""
    role = Role.OWNER if getattr(user, "is_superuser", False) else Role.MEMBER
    return Admission(handle=username, name=full_name or username, role=role)
