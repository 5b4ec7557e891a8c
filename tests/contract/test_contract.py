"""State before + events = state after: for the server's own rules here, for the client's under Vitest.

Bob's new snapshot equals his old one with every event applied that he received since. Each history is written to
`client/.contract/`, where `client/src/state/contract.test.ts` replays it with the real client.
"""

from __future__ import annotations

import copy
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from hubbub import queries
from hubbub.models import Member, Room
from hubbub.protocol.replies import Snapshot
from tests.contract.client import Client
from tests.contract.histories import HISTORIES, Town
from tests.contract.stale_events import scrambled
from tests.contract.subscriber import Subscriber
from tests.people import Published, says

CASES = Path(__file__).parents[2] / "client" / ".contract"


@pytest.fixture(scope="module", autouse=True)
def no_old_cases() -> None:
    shutil.rmtree(CASES, ignore_errors=True)
    CASES.mkdir()


@pytest.fixture
def town(
    alice: Member,
    bob: Member,
    carol: Member,
    dave: Member,
    square: Room,
    kitchen: Room,
    desk: Room,
    published: Published,
) -> Town:
    for room in (square, kitchen):
        says(alice, room, "hello")
        says(bob, room, "hi")
    published.forget()
    return Town([alice, bob, carol, dave], [square, kitchen, desk], published)


@pytest.mark.parametrize("name", HISTORIES)
def test_bobs_state_and_the_events_make_his_next_state(name: str, town: Town) -> None:
    before, timelines = state_of(town.bob), timelines_of(town.bob)
    subscriber = Subscriber(town.bob, before)
    HISTORIES[name](town)
    for batch in town.published.batches:
        subscriber.receive(batch)
    after, timelines_after = state_of(town.bob), timelines_of(town.bob)

    client = Client(plain(before), copy.deepcopy(timelines))
    for event in subscriber.received:
        client.apply(event)

    assert_knows(client, plain(after), timelines_after)
    pages = {room: timelines_after[room] for room in client.pages}
    write(name, before, timelines, subscriber.received, after, pages)
    for seed in range(20):
        late = scrambled(subscriber.received, seed)
        client = Client(plain(before), copy.deepcopy(timelines))
        for event in late:
            client.apply(event)
        assert_knows(client, plain(after), timelines_after)
    write(f"{name}, told late", before, timelines, late, after, pages)


def assert_knows(client: Client, expected: dict[str, Any], timelines: dict[int, dict[str, Any]]) -> None:
    assert client.me == expected["me"]
    assert client.workspace == expected["workspace"]
    assert client.reach == expected["reach"]
    assert list_of(client.rooms) == expected["rooms"]
    places = [{key: place[key] for key in place if key != "as_of"} for place in list_of(client.places)]
    assert places == expected["memberships"]
    assert list_of(client.members) == expected["members"]
    for room, page in client.pages.items():
        assert [page[number] for number in sorted(page)] == timelines[room]["messages"]


@pytest.mark.parametrize("name", HISTORIES)
def test_carol_is_a_guest_and_receives_only_members_she_shares_rooms_with(name: str, town: Town) -> None:
    before = state_of(town.carol)
    subscriber = Subscriber(town.carol, before)
    heard_by = []
    HISTORIES[name](town)
    for batch in town.published.batches:
        subscriber.receive(batch)
    after = plain(state_of(town.carol))

    client = Client(plain(before), {})
    for event in subscriber.received:
        client.apply(event)
        heard_by.append(event["type"])
    assert list_of(client.rooms) == after["rooms"]
    places = [{key: place[key] for key in place if key != "as_of"} for place in list_of(client.places)]
    assert places == after["memberships"]
    met = {member["id"] for member in [*plain(before)["members"], *after["members"]]}
    assert {event["member"]["id"] for event in subscriber.received if event["type"] == "member"} <= met


@pytest.mark.parametrize("name", HISTORIES)
def test_dave_receives_nothing_of_rooms_he_is_not_in(name: str, town: Town) -> None:
    """Not a word, not a counter, not that something happened (attack rows 1, 2)."""
    subscriber = Subscriber(town.dave, state_of(town.dave))
    mine: set[int] = set()
    HISTORIES[name](town)
    for batch in town.published.batches:
        heard = len(subscriber.received)
        subscriber.receive(batch)
        for event in subscriber.received[heard:]:
            if event["type"] == "membership":
                mine.add(event["membership"]["room"])
            if event["type"] in ("message", "room"):
                assert (event["room"] if event["type"] == "message" else event["room"]["id"]) in mine


def state_of(member: Member) -> Snapshot:
    return queries.snapshot(Member.objects.get(pk=member.pk))


def timelines_of(member: Member) -> dict[int, dict[str, Any]]:
    return {room.pk: plain(queries.timeline(room)) for room in member.rooms().order_by("pk")}


def plain(wire: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(wire.encode())
    return document


def list_of(known: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    return [known[key] for key in sorted(known)]


def write(name: str, before: Any, timelines: Any, events: Any, after: Any, timelines_after: Any) -> None:
    case = {
        "name": name,
        "before": plain(before),
        "timelines": timelines,
        "events": events,
        "after": plain(after),
        "timelinesAfter": timelines_after,
    }
    file = CASES / f"{re.sub('[^a-z0-9]+', '-', name)}.json"
    file.write_text(json.dumps(case, ensure_ascii=False, indent=1), encoding="utf-8")
