"""The permission table gives the answers of `table.py`, which is written by hand and does not know it."""

from __future__ import annotations

import pytest

from hubbub.protocol import commands, permissions
from hubbub.protocol.objects import Role, RoomKind
from hubbub.protocol.permissions import PERMISSIONS, Author, Content, Facts, Relation
from tests.policy.table import ANYWHERE, IN_ROOMS, PLACES, ROLES
from tests.policy.world import KINDS

LETTERS = {None: ".", "forbidden": "F", "not_found": "0"}
RELATIONS = {"-": Relation.OUTSIDE, "m": Relation.MEMBER, "a": Relation.ADMIN}
MESSAGES: dict[str, Facts] = {
    "one's own": {"author": Author.SELF, "content": Content.TEXT},
    "another's": {"author": Author.OTHER, "content": Content.TEXT},
    "a system line": {"author": Author.SELF, "content": Content.SYSTEM},
}


@pytest.mark.parametrize("command_row", IN_ROOMS)
def test_the_permission_table_gives_the_expected_answers(command_row: str) -> None:
    command, _, which = command_row.partition(", ")
    for line, role in zip(IN_ROOMS[command_row].strip("\n").splitlines()[1:], ROLES, strict=True):
        for letter, place in zip(line.split()[1:], PLACES, strict=True):
            if command == "room.join" and place[1] != "-":
                continue  # joining a room that one is in changes nothing, so it is never refused
            facts = facts_of(role, place)
            facts.update(MESSAGES.get(which, {}))
            assert LETTERS[permissions.refusal(command, **facts)] == letter, (role, place)


def test_a_deleted_message_may_be_deleted_again_but_not_edited() -> None:
    facts = facts_of(Role.MEMBER, "Pm")
    facts.update(author=Author.SELF, content=Content.DELETED)
    assert permissions.allows("message.delete", **facts)
    assert not permissions.allows("message.edit", **facts)


def test_guests_create_no_rooms() -> None:
    letters = [
        LETTERS[None if permissions.allows("room.create", role=role) else "forbidden"] for role in ROLES
    ]
    assert " ".join(letters) == ANYWHERE["room.create"]


def test_every_row_is_a_command_and_every_command_about_a_room_has_a_row() -> None:
    assert set(PERMISSIONS) <= set(commands.BY_TYPE)
    assert {command_row.partition(",")[0] for command_row in IN_ROOMS} <= set(PERMISSIONS)


def test_a_fact_that_a_rule_needs_must_be_given() -> None:
    with pytest.raises(KeyError, match="archived"):
        permissions.allows("message.send", relation=Relation.MEMBER)


def facts_of(role: Role, place: str) -> Facts:
    kind: RoomKind = KINDS[place[0]]
    return {"role": role, "relation": RELATIONS[place[1]], "kind": kind, "archived": place[0] == "z"}
