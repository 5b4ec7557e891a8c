"""What a power cut left is served again: the people come back, and send what had no answer once more."""

from __future__ import annotations

from pathlib import Path

from tests.faults.cluster import Place
from tests.faults.power.recording import Recording
from tests.faults.power.witness import Witnessed


async def serve_again(recording: Recording, directory: Path, position: int, *, seed: int) -> None:
    """The power went when the log was `position` bytes long. AssertionError (history.Broken) if a promise is broken."""
    with Place(data=directory) as place:  # RuntimeError if it does not serve
        if position < recording.peopled:
            return
        async with Witnessed(place, lambda: 0, seed=seed) as s:
            s.rooms = recording.rooms
            for number, before in enumerate(recording.witnesses):
                person = s.join(before.name, before.token, before.member, s.anywhere(number))
                person.remember(before, position)
            await s.all_live()
            for witness in s.witnesses:
                for room in s.rooms:
                    witness.say(room, f"{witness.name} in {room} after the power cut")
            await s.peace()
            await s.verdict()
            assert {message.outcome for person in s.people for message in person.said} == {"acked"}
            assert not sum(person.resets for person in s.people), "a resume began again from nothing"
