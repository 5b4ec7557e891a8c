"""The same events as a bus may deliver them: those without a seq later, twice, and in another order."""

from __future__ import annotations

import random
from typing import Any

Event = dict[str, Any]


def scrambled(heard: list[Event], seed: int) -> list[Event]:
    """Delay and repeat events without a seq.

    Feeds keep the order of frames, and the server attaches and detaches with "joined" and "left", so these stay in
    place. All other events without a seq move back by a few events; then each is repeated.
    """
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
