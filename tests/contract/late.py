"""The same events as a bus may bring them: those without a seq later, twice, and in another order."""

from __future__ import annotations

import random
from typing import Any

Event = dict[str, Any]


def scrambled(heard: list[Event], seed: int) -> list[Event]:
    """Frames keep their order, for feeds see to that. So do "joined" and "left": the server attaches and detaches with
    them. Everything else without a seq is moved back by a few events; then all of it comes once more."""
    chance = random.Random(seed)
    delayed: list[tuple[float, int, Event]] = []
    repeated: list[Event] = []
    for place, event in enumerate(heard):
        lets_in = event["type"] == "membership" and "room" in event
        stays = lets_in or event["type"] in ("message", "left")
        delay = 0.0 if stays else chance.uniform(0, 6)
        delayed.append((place + delay, place, event))
        if event["type"] != "message":
            repeated.append(event)
    chance.shuffle(repeated)
    return [event for _, _, event in sorted(delayed, key=lambda entry: entry[:2])] + repeated
