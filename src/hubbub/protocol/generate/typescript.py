"""client/src/protocol/types.ts, in the layout of Biome."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Literal, get_args, get_origin
from uuid import UUID

from hubbub import errors
from hubbub.protocol import commands, events, limits
from hubbub.protocol.closing import Close
from hubbub.protocol.generate import shapes
from hubbub.protocol.wire import Wire

LINE = 120
LIMITS = (
    "MESSAGE_BYTES",
    "ROOM_NAME_CHARACTERS",
    "DESCRIPTION_CHARACTERS",
    "MEMBER_NAME_CHARACTERS",
    "DIRECT_MEMBERS",
    "MEMBERS_AT_ONCE",
    "TIMELINE_PAGE",
    "DIRECTORY_PAGE",
    "RESUME_ROOMS",
    "TYPING_SECONDS",
)
"""The limits that a client has to know."""


def document() -> str:
    parts = [
        "// Written by bin/generate from src/hubbub/protocol. Change that, not this.",
        *(
            _alias(kind.__name__, [f'"{value}"' for value in kind], shapes.prose(kind))
            for kind in shapes.enums()
        ),
        *(_interface(kind) for kind in shapes.object_types()),
        *(_interface(kind) for kind in commands.ALL),
        _alias("Command", [kind.__name__ for kind in commands.ALL], "A request of a client."),
        _replies(),
        *(_interface(kind) for kind in events.ALL),
        _alias(
            "Event",
            [kind.__name__ for kind in events.ALL],
            "A message that the server sends without being asked.",
        ),
        _alias("ErrorCode", [f'"{code}"' for code in _error_codes()], "Why a command was refused."),
        *_closing(),
        *_limits(),
    ]
    return "\n\n".join(parts) + "\n"


def _interface(model: type[Wire]) -> str:
    if not model.model_fields:
        return "\n".join(
            [*_comment(shapes.prose(model)), f"export type {model.__name__} = Record<string, never>"]
        )
    lines = [*_comment(shapes.prose(model)), f"export interface {model.__name__} {{"]
    for field in shapes.fields(model):
        lines += _comment(field.meaning, indent="  ")
        lines.append(f"  {field.name}{'?' if field.optional else ''}: {_type(field.type)}")
    return "\n".join([*lines, "}"])


def _replies() -> str:
    lines = ["/** The reply of each command. */", "export interface Replies {"]
    lines += [f'  "{commands.type_of(kind)}": {kind.reply.__name__}' for kind in commands.ALL]
    # Biome writes quotes only where a name needs them.
    return "\n".join(line if "." in line else line.replace('"', "") for line in [*lines, "}"])


def _closing() -> Iterator[str]:
    yield "\n".join(
        [
            "/** Close codes of the socket. */",
            "export const Close = {",
            *(f"  {code.name}: {int(code)}," for code in Close),
            "} as const",
        ]
    )
    numbers = ", ".join(str(int(code)) for code in Close if not code.come_back)
    comment = "/** Close codes after which a client does not reconnect by itself. */"
    yield f"{comment}\nexport const STAY_AWAY: ReadonlySet<number> = new Set([{numbers}])"


def _limits() -> Iterator[str]:
    table = limits.table()
    for name in LIMITS:
        yield f"/** {table[name].unit}: {table[name].reason} */\nexport const {name} = {int(table[name])}"


def _error_codes() -> list[str]:
    return [*(error.code for error in errors.ALL), errors.HubbubError.code]


def _type(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(arguments[0])
    if origin is Literal:
        return " | ".join(_literal(value) for value in arguments)
    if origin is list:
        return f"{_type(arguments[0])}[]"
    if origin is dict:
        # JSON has no other keys than strings; ids as keys are digits.
        return f"Record<string, {_type(arguments[1])}>"
    plain = {
        int: "number",
        float: "number",
        str: "string",
        bool: "boolean",
        UUID: "string",
        datetime: "string",
    }
    if annotation in plain:
        return plain[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Wire | Enum):
        return annotation.__name__
    raise TypeError(f"the wire has no TypeScript type for {annotation!r} yet: add it here")


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"'


def _alias(name: str, members: list[str], meaning: str) -> str:
    line = f"export type {name} = {' | '.join(members)}"
    if len(line) > LINE:
        line = "\n".join([f"export type {name} =", *(f"  | {member}" for member in members)])
    return "\n".join([*_comment(meaning), line])


def _comment(meaning: str, indent: str = "") -> list[str]:
    lines = meaning.splitlines()
    if not lines:
        return []
    if len(lines) == 1:
        return [f"{indent}/** {lines[0]} */"]
    return [f"{indent}/**", *(f"{indent} * {line}".rstrip() for line in lines), f"{indent} */"]
