"""The permission table for the web client, as TypeScript, and every combination of facts as cases for its tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from itertools import product

from hubbub.protocol.objects import Role, RoomKind
from hubbub.protocol.permissions import PERMISSIONS, Author, Content, Relation, Rule, allows

HEAD = """// Written by bin/generate from src/hubbub/protocol/permissions.py. Change that, not this.
// biome-ignore-all format: one line for each rule
"""

TABLE = """
import type {{ Role, RoomKind }} from "./types"

/** The facts that a rule may test: about the member, the room and the message. */
export interface Facts {{
  role: Role
  /** the member's relation to the room */
  relation: {relation}
  kind: RoomKind
  archived: boolean
  author: {author}
  content: {content}
}}

/** Values of some facts. A rule allows a command if every fact that it names has one of its values. */
export type Rule = {{ readonly [fact in keyof Facts]?: readonly Facts[fact][] }}

/** The rules of each command: one of them must allow it. */
export const PERMISSIONS = {{
{rules}
}} as const satisfies Record<string, readonly Rule[]>
"""

CASES = """
import type {{ Facts }} from "../protocol/permissions"

/** A member in a room, and the commands that the server allows there: those about a message with author and content. */
export interface Case extends Pick<Facts, "role" | "relation" | "kind" | "archived"> {{
  allowed: readonly string[]
}}

export const CASES: readonly Case[] = [
{cases}
]
"""


def table() -> str:
    """client/src/protocol/permissions.ts."""
    rules = "\n".join(line for command in PERMISSIONS for line in _rules(command))
    return HEAD + TABLE.format(
        relation=_union(Relation), author=_union(Author), content=_union(Content), rules=rules
    )


def cases() -> str:
    """client/src/testing/permissionCases.ts."""
    lines = [
        f"  {{ role: {json.dumps(role)}, relation: {json.dumps(relation)}, kind: {json.dumps(kind)},"
        f" archived: {json.dumps(archived)}, allowed: {json.dumps([*_allowed(role, relation, kind, archived)])} }},"
        for role, relation, kind, archived in product(Role, Relation, RoomKind, (False, True))
    ]
    return HEAD + CASES.format(cases="\n".join(lines))


def _allowed(role: Role, relation: Relation, kind: RoomKind, archived: bool) -> Iterator[str]:
    for command, permission in PERMISSIONS.items():
        if not any("author" in rule or "content" in rule for rule in permission.rules):
            if allows(command, role=role, relation=relation, kind=kind, archived=archived):
                yield command
            continue
        for author, content in product(Author, Content):
            if allows(
                command,
                role=role,
                relation=relation,
                kind=kind,
                archived=archived,
                author=author,
                content=content,
            ):
                yield f"{command} {author} {content}"


def _rules(command: str) -> Iterator[str]:
    yield f'  "{command}": ['
    for rule in PERMISSIONS[command].rules:
        yield f"    {_rule(rule)},"
    yield "  ],"


def _rule(rule: Rule) -> str:
    facts = [f"{fact}: {json.dumps(values)}" for fact, values in rule.items()]
    return f"{{ {', '.join(facts)} }}"


def _union(values: type[StrEnum]) -> str:
    return " | ".join(f'"{value}"' for value in values)
