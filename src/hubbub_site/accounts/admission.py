"""ADMIT of the product: every user is a member."""

from __future__ import annotations

from hubbub.admission import Admission
from hubbub_site.accounts.models import User


def admit(user: User) -> Admission | None:
    """Invitations create a member with each user. This admits users that were made in another way, such as a script."""
    if not user.is_active:
        return None
    return Admission(handle=user.username, name=user.name or user.username)
