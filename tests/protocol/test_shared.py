"""Lists in many replies are encoded once, with the same JSON as if encoded for each reply."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic_core import from_json

from hubbub.protocol.encoded_once import EncodedOnce
from hubbub.protocol.objects import Changes, Presence, PresenceState
from hubbub.protocol.replies import Resumed


class Counted(Presence):
    """Somebody's presence, which notes that it was encoded."""

    def encode(self) -> bytes:
        encoded.append(self.member)
        return super().encode()


encoded: list[int] = []


@pytest.fixture(autouse=True)
def nothing_encoded_yet() -> None:
    encoded.clear()


def present(member: int) -> Counted:
    return Counted(member=member, state=PresenceState.ACTIVE)


def test_a_list_in_two_replies_is_encoded_once() -> None:
    people = EncodedOnce([present(1), present(2)])
    assert people.encoded == people.encoded
    assert encoded == [1, 2]


def test_only_added_objects_are_encoded() -> None:
    people = EncodedOnce([present(1)])
    first = people.encoded
    both = people.and_also([present(2)])
    assert [one["member"] for one in from_json(both.encoded)] == [one.member for one in both] == [1, 2]
    assert encoded == [1, 2]
    assert people.encoded is first


def test_empty_lists_can_be_added() -> None:
    nobody: EncodedOnce[Counted] = EncodedOnce()
    assert nobody.encoded == b"[]"
    assert nobody.and_also([]) == []
    assert from_json(nobody.and_also([present(1)]).encoded)[0]["member"] == 1
    assert from_json(EncodedOnce([present(1)]).and_also([]).encoded)[0]["member"] == 1


def test_an_answer_reads_the_same_with_shared_lists_and_without() -> None:
    shared = Changes.model_construct(room=1, seq=3, messages=EncodedOnce())
    assert from_json(shared.encode()) == from_json(Changes(room=1, seq=3, messages=[]).encode())


def test_lists_in_lists_are_taken_as_they_are() -> None:
    changes = [Changes.model_construct(room=room, seq=0, messages=EncodedOnce()) for room in (1, 2)]
    fields: dict[str, Any] = {
        "epoch": "e",
        "presence": EncodedOnce([present(1)]),
        "changes": EncodedOnce(changes),
    }
    answer = Resumed.model_construct(**fields)
    assert from_json(answer.encode()) == {
        "epoch": "e",
        "presence": [{"member": 1, "state": "active"}],
        "changes": [{"room": 1, "seq": 0, "messages": []}, {"room": 2, "seq": 0, "messages": []}],
    }
