"""The tables of fields in the reference, with types in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Literal, get_args, get_origin
from uuid import UUID

from pydantic.fields import FieldInfo

from hubbub.protocol import limits
from hubbub.protocol.generate.shapes import Shape
from hubbub.protocol.wire import Wire

_NAMED = {
    "MessageText": f"string: some text, at most {int(limits.MESSAGE_BYTES)} bytes of UTF-8",
    "NewMessageId": "UUID of version 7",
    "RoomName": f"string: one line, 1–{int(limits.ROOM_NAME_CHARACTERS)} characters, no “/”, not “~…”",
    "PersonName": f"string: one line, 1–{int(limits.MEMBER_NAME_CHARACTERS)} characters",
    "ShortText": f"string: one line, at most {int(limits.DESCRIPTION_CHARACTERS)} characters",
    "Prefix": f"string: at most {int(limits.ROOM_NAME_CHARACTERS)} characters",
}
_PLAIN = {int: "integer", float: "number", str: "string", bool: "boolean"}
_PLAIN |= {UUID: "UUID", datetime: "time (ISO 8601, UTC)"}


def table(fields: Iterable[Shape]) -> Iterator[str]:
    """A Markdown table of fields; nothing if there are none."""
    rows = [f"| `{field.name}` | {type_words(field)} | {_cell(_note(field))} |" for field in fields]
    if rows:
        yield "| field | type | |"
        yield "|---|---|---|"
        yield from rows
        yield ""


def type_words(field: Shape) -> str:
    words = _NAMED.get(field.alias or "") or _of(field.type) + _bounds(field.type, field.constraints)
    return _cell(words)


def _note(field: Shape) -> str:
    if not field.optional:
        return field.meaning
    left_out = "may be left out" if field.default is None else f"default `{_literal(field.default)}`"
    return f"{left_out}; {field.meaning}" if field.meaning else left_out


def _of(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        inner = FieldInfo.from_annotation(annotation)
        return _of(arguments[0]) + _bounds(arguments[0], inner.metadata)
    if origin is Literal:
        return " or ".join(f"`{_literal(value)}`" for value in arguments)
    if origin is list:
        return f"list of {_of(arguments[0])}"
    if origin is dict:
        return f"object: {_of(arguments[0])} → {_of(arguments[1])}"
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    if isinstance(annotation, type) and issubclass(annotation, Wire):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    raise TypeError(f"the reference has no words for {annotation!r} yet: add them here")


def _bounds(annotation: Any, constraints: Iterable[Any]) -> str:
    found = {
        name: bound
        for constraint in constraints
        for name in ("ge", "le", "min_length", "max_length")
        if (bound := getattr(constraint, name, None))
    }
    if found.get("le") == 2**53:
        del found["le"]  # what JSON can hold exactly: true of every integer here
    unit = "characters" if annotation is str else "entries"
    words = {
        "ge": "≥ {}",
        "le": "≤ {}",
        "min_length": "at least {} " + unit,
        "max_length": "at most {} " + unit,
    }
    return "".join(f", {form.format(int(found[name]))}" for name, form in words.items() if name in found)


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _cell(words: str) -> str:
    return words.replace("|", "\\|")
