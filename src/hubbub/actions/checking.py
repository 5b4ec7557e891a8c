"""The checks that actions share: permissions, consent, and the rules of the protocol's fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hubbub import policy
from hubbub.errors import Forbidden, Invalid
from hubbub.models import Member
from hubbub.protocol.appearance import shown


def require(allowed: bool, otherwise: str) -> None:
    """Raise Forbidden unless it is allowed. `otherwise` is the sentence that people read."""
    if not allowed:
        raise Forbidden(otherwise)


def require_consent(by: Member, members: Iterable[Member]) -> None:
    """Raise Forbidden unless all of them let this member add them to a room."""
    refusing = policy.refusing(by, members)
    if refusing:
        names = ", ".join(sorted(shown(member.name) for member in refusing)[:NAMED])
        more = f" and {len(refusing) - NAMED} more" if len(refusing) > NAMED else ""
        raise Forbidden(
            f"Not added, because they have chosen who may add them or write to them: {names}{more}. "
            "Leave them out, or ask them or an admin."
        )


NAMED = 5
"""People whose names a refusal lists."""


def checked(kind: Any, value: str) -> str:
    """Validate a value like a field of a command, so that calls from Python keep the same limits. Raises Invalid."""
    try:
        return str(TypeAdapter(kind).validate_python(value))
    except ValidationError as error:
        raise Invalid(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
