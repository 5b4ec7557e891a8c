"""Random histories from a seed, and the shortest one that still fails.

Hypothesis draws the same steps in `machine`; that costs as much again as running them, and more to shorten them.
"""

from __future__ import annotations

import random
import re
import time
from typing import Any, NamedTuple

from tests.realtime.model.steps import RARE, STEPS, OneOf, Town
from tests.realtime.model.world import EVERYTHING

Step = tuple[str, dict[str, Any]]


class History(NamedTuple):
    by_hand: frozenset[str]
    steps: list[Step]

    def __str__(self) -> str:
        lines = [f"begins by_hand={sorted(self.by_hand)}", *(f"{name} {given}" for name, given in self.steps)]
        return "\n".join(f"  {line}" for line in lines)


def drawn(seed: int, length: int) -> History:
    """A history of so many steps. Each is about some kinds of steps and of lateness: what is rare comes together."""
    dice = random.Random(seed)
    by_hand = frozenset(kind for kind in sorted(EVERYTHING) if dice.random() < 0.4)
    names = [name for name in STEPS if dice.random() < (0.35 if name in RARE else 0.8)]
    names += ["does", "does", "does", "hears", "has_read", "goes_on"]
    return History(by_hand, [_step(dice, dice.choice(names)) for _ in range(length)])


def failure_of(history: History) -> Exception | None:
    """Run a history from its beginning, and let everything heal at its end."""
    town = Town()
    try:
        town.begins(history.by_hand)
        for name, given in history.steps:
            getattr(town, name)(**given)
        town.heals(lose=False)
    except Exception as error:
        return error
    finally:
        town.close()
    return None


def walk(*, seconds: float, first: int, length: int = 50) -> int:
    """Run histories of rising seeds. Returns how many; raises what fails, with the shortest history that does."""
    end, seed = time.monotonic() + seconds, first
    while time.monotonic() < end:
        history = drawn(seed, length)
        if (error := failure_of(history)) is not None:
            shortest = shortened(history)
            raise AssertionError(f"seed {seed}: {failure_of(shortest)}\n{shortest}") from error
        seed += 1
    return seed - first


def shortened(history: History) -> History:
    """The history without the steps, changes and kinds of lateness that its failure does not need."""
    wanted = _kind(failure_of(history))
    changed = True
    while changed:
        changed = False
        for shorter in _shorter(history):
            if _kind(failure_of(shorter)) == wanted:
                history, changed = shorter, True
                break
    return history


def _shorter(history: History) -> list[History]:
    by_hand, steps = history
    found = []
    size = len(steps) // 2
    while size:
        found += [
            History(by_hand, steps[:at] + steps[at + size :]) for at in range(0, len(steps) - size + 1, size)
        ]
        size //= 2
    found += [History(by_hand - {kind}, steps) for kind in sorted(by_hand)]
    for at, (name, given) in enumerate(steps):
        if name == "does_together":
            for one in range(len(given["what"])):
                fewer = given["what"][:one] + given["what"][one + 1 :]
                found.append(
                    History(by_hand, [*steps[:at], (name, given | {"what": fewer}), *steps[at + 1 :]])
                )
    return found


def _kind(error: Exception | None) -> str:
    """The failure of a history, without the names of members."""
    return re.sub(r"\d+", "#", f"{type(error)}{error}".splitlines()[0])


def _step(dice: random.Random, name: str) -> Step:
    return name, {argument: _value(dice, values) for argument, values in STEPS[name].items()}


def _value(dice: random.Random, values: OneOf) -> Any:
    if values.several:
        return [dice.choice(dice.choice(values.kinds)) for _ in range(dice.choice((2, 3)))]
    return dice.choice(dice.choice(values.kinds))
