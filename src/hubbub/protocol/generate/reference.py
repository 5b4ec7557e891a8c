"""docs/protocol.md, the reference of the protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import TypeVar

from hubbub import errors
from hubbub.protocol import commands, events, limits
from hubbub.protocol.closing import Close
from hubbub.protocol.generate import field_tables, refusals, shapes
from hubbub.protocol.generate.introduction import INTRODUCTION
from hubbub.protocol.permissions import PERMISSIONS, Facts
from hubbub.protocol.wire import Command, Event, Wire

T = TypeVar("T")

FACTS = list(Facts.__annotations__)


def document() -> str:
    lines = [
        "<!-- Written by bin/generate from src/hubbub/protocol. Change that, not this. -->",
        "",
        INTRODUCTION.format(**{name: int(limit) for name, limit in limits.table().items()}),
        "## Commands",
        "",
        "In the order of use. `id` (integer, ≥ 0) numbers the request; without it there is no reply.",
        f"Any command may be refused with {_codes()}. Each section lists the other refusals.",
        "",
        *_each(commands.ALL, _command),
        "## Events",
        "",
        *_each(events.ALL, _event),
        "## Objects",
        "",
        "Snapshots, pages and events use the same objects. Empty optional fields are left out.",
        "",
        *_each(shapes.object_types(), _object),
        *_each(shapes.enums(), _enum),
        "## Refusals",
        "",
        *_refusals(),
        "## Permissions",
        "",
        "A command is allowed if one of its lines matches. `role` is your role on the site, `relation` yours to",
        "the room, `kind` and `archived` describe the room, `author` and `content` the message. If `room.get` is not",
        "allowed either, the refusal is `not_found`, else `forbidden`. A command without a line needs no permission.",
        "",
        *_permissions(),
        "## Close codes",
        "",
        *_closing(),
        "## Limits",
        "",
        "`HUBBUB_RATE_LIMITS=off` lifts the rows marked “lifted”, for load tests. Sizes always hold.",
        "",
        *_limits(),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _each(kinds: Iterable[T], describe: Callable[[T], Iterator[str]]) -> Iterator[str]:
    for kind in kinds:
        yield from describe(kind)


def _codes() -> str:
    return ", ".join(f"`{code}`" for code in refusals.ANY if code != "sign_in")


def _command(kind: type[Command]) -> Iterator[str]:
    name = commands.type_of(kind)
    yield f"### Command `{name}`"
    yield ""
    yield from _prose(kind)
    yield from field_tables.table(field for field in shapes.fields(kind) if field.name not in ("id", "type"))
    yield f"Reply: [{kind.reply.__name__}](#{kind.reply.__name__.lower()}){_where(kind)}."
    yield ""
    for code, reason in refusals.OF[name].items():
        yield f"- `{code}`: {reason}"
    if refusals.OF[name]:
        yield ""


def _where(kind: type[Command]) -> str:
    return ". On the socket only" if kind in commands.SOCKET_ONLY else ""


def _event(kind: type[Event]) -> Iterator[str]:
    yield f"### Event `{kind.model_fields['type'].default}`"
    yield ""
    yield from _prose(kind)
    yield from field_tables.table(field for field in shapes.fields(kind) if field.name != "type")


def _object(kind: type[Wire]) -> Iterator[str]:
    yield f"### {kind.__name__}"
    yield ""
    yield from _prose(kind)
    yield from field_tables.table(shapes.fields(kind))


def _enum(kind: type[StrEnum]) -> Iterator[str]:
    yield f"### {kind.__name__}"
    yield ""
    yield from _prose(kind)
    yield f"{', '.join(f'`{value}`' for value in kind)}."
    yield ""


def _prose(documented: type) -> Iterator[str]:
    if text := shapes.prose(documented):
        yield text
        yield ""


def _refusals() -> Iterator[str]:
    yield "| code | HTTP status | |"
    yield "|---|---|---|"
    for error in errors.ALL:
        yield f"| `{error.code}` | {error.status} | {' '.join(shapes.prose(error).split())} |"
    unforeseen = errors.HubbubError
    yield f"| `{unforeseen.code}` | {unforeseen.status} | {refusals.ANY['internal']} |"
    yield ""


def _permissions() -> Iterator[str]:
    yield "| command | " + " | ".join(FACTS) + " |"
    yield "|---" * (len(FACTS) + 1) + "|"
    for command, permission in PERMISSIONS.items():
        for rule in permission.rules:
            cells = [_values(rule[fact]) if fact in rule else "any" for fact in FACTS]
            yield f"| `{command}` | {' | '.join(cells)} |"
    yield ""


def _values(values: Iterable[StrEnum | bool]) -> str:
    return ", ".join(str(value).lower() for value in values)


def _closing() -> Iterator[str]:
    yield "| code | | reconnect? |"
    yield "|---|---|---|"
    for code in Close:
        meaning = " ".join(shapes.meanings(Close)[code.name].split())
        yield f"| {int(code)} | {meaning} | {'yes' if code.come_back else 'no'} |"
    yield ""


def _limits() -> Iterator[str]:
    yield "| limit | | |"
    yield "|---|---|---|"
    for name, limit in limits.table().items():
        yield f"| `{name}` | {int(limit)} {limit.unit} | {limit.reason} |"
