"""Compares the server with the expected answers of `table.py`, letter by letter."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from hubbub.errors import HubbubError
from hubbub.protocol import commands
from hubbub.protocol.objects import Role
from tests.people import asks
from tests.policy.table import ANYWHERE, IN_ROOMS, ON_A_SOCKET, PLACES, ROLES
from tests.policy.world import COMMAND_FIELDS, Cell, make_world

LETTERS = {None: ".", "forbidden": "F", "not_found": "0"}


@pytest.fixture
def world(no_first_room: None) -> dict[tuple[Role, str], Cell]:
    return make_world()


def test_every_command_is_in_the_expected_answers() -> None:
    rows = {command_row.partition(",")[0] for command_row in [*IN_ROOMS, *ANYWHERE]}
    assert rows | ON_A_SOCKET == set(commands.BY_TYPE)
    assert set(COMMAND_FIELDS) == {*IN_ROOMS, *ANYWHERE}


@pytest.mark.parametrize("command_row", IN_ROOMS)
def test_the_answers_for_each_role_in_each_room(
    command_row: str, world: dict[tuple[Role, str], Cell]
) -> None:
    found = ["          " + "  ".join(PLACES)]
    for role in ROLES:
        letters = [letter_of(command_row, world[role, place]) for place in PLACES]
        found.append(f"  {role:<6}  " + "   ".join(letters))
    assert "\n".join(found) == IN_ROOMS[command_row].strip("\n")


@pytest.mark.parametrize("command_row", ANYWHERE)
def test_the_answers_for_each_role(command_row: str, world: dict[tuple[Role, str], Cell]) -> None:
    assert " ".join(letter_of(command_row, world[role, "Pm"]) for role in ROLES) == ANYWHERE[command_row]


@pytest.mark.parametrize("command_row", IN_ROOMS)
def test_invisible_things_are_refused_exactly_like_missing_ones(
    command_row: str, world: dict[tuple[Role, str], Cell]
) -> None:
    hidden = [
        cell
        for (role, place), cell in world.items()
        if place in ("p-", "d-") or (role == Role.GUEST and place[1] == "-")
    ]
    for cell in hidden:
        invisible, missing = refusal_of(command_row, cell), refusal_of(command_row, cell.nowhere())
        assert invisible.code == missing.code == "not_found"
        assert invisible.message == missing.message.replace("nowhere", cell.name)
        assert invisible.retry_after == missing.retry_after


@pytest.mark.parametrize("command_row", COMMAND_FIELDS)
def test_a_deactivated_member_may_do_nothing(command_row: str, world: dict[tuple[Role, str], Cell]) -> None:
    for role in ROLES:
        for place in ("Pa", "pa", "dm"):
            cell = world[role, place]
            cell.who.active = True  # as a socket that was opened before still has it
            type(cell.who).objects.filter(pk=cell.who.pk).update(active=False)
            refusal = refusal_of(command_row, cell)
            assert (refusal.code, refusal.message) == ("forbidden", "Your account is deactivated.")


@pytest.mark.parametrize("kind", sorted(ON_A_SOCKET))
def test_socket_commands_are_refused_elsewhere(kind: str, world: dict[tuple[Role, str], Cell]) -> None:
    fields: dict[str, Any] = {"presence.set": {"state": "away"}, "typing": {"room": 1}, "beat": {}}[kind]
    with pytest.raises(HubbubError, match="makes sense only on a socket"):
        asks(world[Role.OWNER, "Pm"].who, kind, **fields)


def letter_of(command_row: str, cell: Cell) -> str:
    refusal = refusal_or_none(command_row, cell)
    return LETTERS[refusal.code if refusal else None]


def refusal_of(command_row: str, cell: Cell) -> HubbubError:
    refusal = refusal_or_none(command_row, cell)
    assert refusal, f"{cell.who} may do this: {command_row}"
    return refusal


def refusal_or_none(command_row: str, cell: Cell) -> HubbubError | None:
    """Run the command, return the refusal, roll back."""
    with transaction.atomic():
        try:
            asks(cell.who, command_row.partition(",")[0], **COMMAND_FIELDS[command_row](cell))
        except HubbubError as refusal:
            return refusal
        finally:
            transaction.set_rollback(True)
    return None
