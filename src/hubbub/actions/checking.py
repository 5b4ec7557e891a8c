"""How actions refuse: by the rules of the wire, and by policy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hubbub import policy
from hubbub.errors import Forbidden, Invalid
from hubbub.models import Member
from hubbub.protocol.names import shown


def require(allowed: bool, otherwise: str) -> None:
    """Go on only if policy allows it; `otherwise` is the sentence that the person reads."""
    if not allowed:
        raise Forbidden(otherwise)


def require_consent(by: Member, members: Iterable[Member]) -> None:
    """Go on only if all of them let this member bring them into a room."""
    refusing = policy.refusing(by, members)
    if refusing:
        names = ", ".join(sorted(shown(member.name) for member in refusing)[:NAMED])
        more = f" and {len(refusing) - NAMED} more" if len(refusing) > NAMED else ""
        raise Forbidden(
            f"Not added, because they have chosen who may add them or write to them: {names}{more}. "
            "Leave them out, or ask them or an admin."
        )


NAMED = 5
"""Of people in a refusal."""


def checked(kind: Any, value: str) -> str:
    """The value as the wire would accept it: actions called from Python keep the same limits."""
    try:
        return str(TypeAdapter(kind).validate_python(value))
    except ValidationError as error:
        raise Invalid(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
