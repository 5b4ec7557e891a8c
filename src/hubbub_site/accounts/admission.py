"""ADMIT of the product: every user is a member."""

from __future__ import annotations

from hubbub.admission import Admission
from hubbub_site.accounts.models import User


def admit(user: User) -> Admission | None:
    """Users come by invitation and are members from then on; this catches those made in Django's admin."""
    if not user.is_active:
        return None
    return Admission(handle=user.username, name=user.name or user.username)
