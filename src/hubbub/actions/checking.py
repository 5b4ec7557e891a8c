"""How actions refuse: by the rules of the wire, and by policy."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError

from hubbub.errors import Forbidden, Invalid


def require(allowed: bool, otherwise: str) -> None:
    """Go on only if policy allows it; `otherwise` is the sentence that the person reads."""
    if not allowed:
        raise Forbidden(otherwise)


def checked(kind: Any, value: str) -> str:
    """The value as the wire would accept it: actions called from Python keep the same limits."""
    try:
        return str(TypeAdapter(kind).validate_python(value))
    except ValidationError as error:
        raise Invalid(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
