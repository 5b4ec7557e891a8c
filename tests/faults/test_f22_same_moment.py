"""F22: one message id from twenty sockets at three nodes. F23: two hundred people change one room at once."""

from __future__ import annotations

import asyncio
from typing import Any

from hubbub.protocol.ids import make_message_id
from tests.faults.client import BookKeeper
from tests.faults.cluster import Cluster, Place
from tests.faults.conftest import Record
from tests.faults.scenario import Scenario, scenario

TWENTY = 20


async def test_the_same_id_from_twenty_sockets_is_one_message(
    cluster: Cluster, long: bool, record: Record
) -> None:
    async with scenario(cluster) as s:
        made = await s.ask("people", members=2, rooms=1, name=s.name)
        s.rooms = made["rooms"]
        for number in range(TWENTY):
            s.join(f"tab{number}", made["tokens"][0], made["members"][0], s.anywhere(number))
        s.join("listener", made["tokens"][1], made["members"][1], s.anywhere(1))
        await s.all_live()
        tabs = s.people[:TWENTY]
        rounds = 50 if long else 10
        dups = 0
        for turn in range(rounds):
            command: dict[str, Any] = {
                "type": "message.send",
                "room": s.rooms[0],
                "message": str(make_message_id()),
            }
            answers = await asyncio.gather(*(tab.insist(**command, text=f"once {turn}") for tab in tabs))
            told = {(answer["ok"]["message"]["id"], answer["ok"]["message"]["number"]) for answer in answers}
            assert len(told) == 1, "all are told the same place"
            again = sum(1 for answer in answers if answer["ok"].get("dup"))
            assert again >= TWENTY - 1, "at most one of them has posted it"
            dups += again
        await s.peace()
        figures = await s.verdict()
        truth = await s.truth()
    record("F22", cluster, figures | {"dups": dups})
    assert truth[s.rooms[0]].posts == rounds


async def test_after_two_hundred_changes_at_once_all_agree_with_the_database(
    place: Place, long: bool, seed: int, record: Record
) -> None:
    async with scenario(place, seed=seed) as s:
        await s.enter(20, 1)
        room = s.rooms[0]
        for person in s.people:
            for number in range(3):
                person.say(room, f"{person.name} before {number}")
        await s.peace()
        rounds = 5 if long else 1
        refused = 0
        for _ in range(rounds):
            outcomes = await asyncio.gather(
                *(_change(s, s.people[number % 20], room, number) for number in range(200))
            )
            refused += sum("error" in outcome for outcome in outcomes)
        await s.peace()
        figures = await s.verdict()
    record("F23", place, figures | {"changes": 200 * rounds, "refused": refused})


async def _change(s: Scenario, person: BookKeeper, room: int, number: int) -> dict[str, Any]:
    """Something that somebody does: edit, delete, mark read, leave and be brought back, say, open a direct room."""
    own = [m for m in person.views[room].states.values() if m["author"] == person.member and m["text"]]
    match number % 6:
        case 0 if own:
            message = s.random.choice(own)
            return await person.ask(
                type="message.edit", message=message["id"], seq=message["seq"], text=f"edited {number}"
            )
        case 1 if own:
            return await person.ask(type="message.delete", message=s.random.choice(own)["id"])
        case 2:
            return await person.ask(type="room.read", room=room, number=s.random.randrange(1, 60))
        case 3 if number % 20:
            await person.ask(type="room.leave", room=room)
            admin = s.people[0]
            return await admin.ask(type="room.invite", room=room, members=[person.member])
        case 4:
            other = s.random.choice(s.people)
            return await person.ask(type="room.direct", members=[other.member])
    return await person.ask(
        type="message.send", room=room, message=str(make_message_id()), text=f"{person.name} {number}"
    )
