"""Makes the row of a new member: a handle that looks like no other, and a name that is allowed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from django.db.models import Q

from hubbub.actions.announcements import announce_member_changed
from hubbub.actions.checking import checked
from hubbub.actions.namesakes import lock_names, mark_namesakes
from hubbub.admission import Admission
from hubbub.errors import Invalid
from hubbub.models import Member
from hubbub.models.member import hue_of
from hubbub.protocol import limits
from hubbub.protocol.appearance import appearance, handle_appearance, is_reserved
from hubbub.protocol.fields import PersonName
from hubbub.protocol.objects import Role
from hubbub.protocol.text import tidy
from hubbub.unit import Unit

HANDLE_READ = 200
"""Characters of a handle wished for by the host that are read."""


def make_member(work: Unit, admission: Admission, **more: Any) -> Member:
    """Make a member, with names locked. A handle or name that is not allowed is adjusted."""
    workspace, owner = lock_names(), admission.role == Role.OWNER

    def reserved(name: str) -> bool:
        return is_reserved(name, workspace=workspace.name, owner=owner)

    handle = free_handle(admission.handle, reserved)
    name = _acceptable(admission.name)
    if name is None or reserved(name):
        name = handle
    member = Member.objects.create(
        handle=handle,
        handle_appearance=handle_appearance(handle),
        name=name,
        appearance=appearance(name),
        role=admission.role,
        hue=hue_of(handle),
        **more,
    )
    announce_member_changed(work, member)
    mark_namesakes(work, member.appearance)
    return member


def _acceptable(name: str) -> str | None:
    """The host's name for a person, cleaned and shortened to the rules of the chat. None if nothing visible is left."""
    try:
        return checked(PersonName, tidy(name[: limits.MEMBER_NAME_CHARACTERS]))
    except (Invalid, ValueError):
        return None


def free_handle(wanted: str, reserved: Callable[[str], bool] = lambda handle: False) -> str:
    """The wanted handle, with a number if it is reserved or looks like another member's."""
    storable = wanted[:HANDLE_READ].replace("\x00", "").encode("utf-8", "ignore").decode()
    visible = tidy(unicodedata.normalize("NFKC", storable)[: limits.DESCRIPTION_CHARACTERS])
    base = re.sub(r"[^\w.-]+", "-", visible.casefold()).strip("-.")[:56] or "member"
    begins = Q(handle__startswith=base) | Q(handle_appearance__startswith=handle_appearance(base))
    taken = {
        name
        for pair in Member.objects.filter(begins).values_list("handle", "handle_appearance")
        for name in pair
    }
    handle, number = base, 1
    while handle in taken or handle_appearance(handle) in taken or reserved(handle):
        number += 1
        handle = f"{base}{number}"
    return handle
