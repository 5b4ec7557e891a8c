"""The protocol's types and their fields, for the generators."""

from __future__ import annotations

import ast
import inspect
import textwrap
import types
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any, Union, get_args, get_origin

from pydantic_core import PydanticUndefined

from hubbub.protocol import objects, replies
from hubbub.protocol.wire import Command, Wire


@dataclass(frozen=True)
class Shape:
    """One field: its name, its Python type without None, whether it may be left out, and what it means."""

    name: str
    type: Any
    optional: bool
    default: Any
    meaning: str
    alias: str | None
    """The name of the field type in `fields`, if it has one: `MessageText`."""
    constraints: list[Any]


def enums() -> list[type[StrEnum]]:
    return [kind for kind in vars(objects).values() if _is_class_of(kind, StrEnum) and kind is not StrEnum]


def object_types() -> list[type[Wire]]:
    """Objects, then replies, each after the types of its fields."""
    found = [*vars(objects).values(), *vars(replies).values()]
    return list(dict.fromkeys(kind for kind in found if _is_class_of(kind, Wire) and kind is not Wire))


def fields(model: type[Wire]) -> list[Shape]:
    """The fields of a type in reading order. Fields of commands are optional if they have a default, fields from the
    server if they may be None."""
    asked = issubclass(model, Command)
    shapes = []
    for name, field in model.model_fields.items():
        bare = without_none(field.annotation)
        shapes.append(
            Shape(
                name=name,
                type=bare,
                optional=not field.is_required() if asked else bare is not field.annotation,
                default=None if field.default is PydanticUndefined else field.default,
                meaning=field.description or "",
                alias=_alias(model, name),
                constraints=field.metadata,
            )
        )
    return shapes


def without_none(annotation: Any) -> Any:
    if get_origin(annotation) not in (Union, types.UnionType):
        return annotation
    (bare,) = (part for part in get_args(annotation) if part is not type(None))
    return bare


def prose(documented: Any) -> str:
    """The docstring, unindented; empty if there is none."""
    own = documented.__dict__.get("__doc__")
    return inspect.cleandoc(own) if own else ""


def meanings(kind: type[Enum]) -> dict[str, str]:
    """The docstring below each member of an enum. They exist only in the source."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    found, name = {}, ""
    for statement in definition.body:  # type: ignore[attr-defined]
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)]):
                pass
            case ast.Expr(value=ast.Constant(value=str(text))) if name:
                found[name] = text
    return found


def _alias(model: type[Wire], name: str) -> str | None:
    for owner in model.__mro__:
        written = owner.__dict__.get("__annotations__", {}).get(name)
        if isinstance(written, str):
            return written.removesuffix(" | None")
    return None


def _is_class_of(found: Any, base: type) -> bool:
    return isinstance(found, type) and issubclass(found, base)
