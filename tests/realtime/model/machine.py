"""Histories that Hypothesis draws: the same steps as rules of a state machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.realtime.model.steps import STEPS, OneOf, Town
from tests.realtime.model.world import EVERYTHING


class Histories(RuleBasedStateMachine):
    """`histories` counts them."""

    histories = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).histories += 1
        self.town = Town()

    @initialize(by_hand=st.frozensets(st.sampled_from(sorted(EVERYTHING))))
    def begins(self, by_hand: frozenset[str]) -> None:
        self.town.begins(by_hand)

    def teardown(self) -> None:
        try:
            if sys.exc_info()[1] is None:
                self.town.heals(lose=False)
        finally:
            self.town.close()


def _rule_of(name: str) -> Callable[..., None]:
    def step(self: Histories, **given: Any) -> None:
        getattr(self.town, name)(**given)

    step.__name__ = name
    return step


def _strategy(values: OneOf) -> st.SearchStrategy[Any]:
    one = st.one_of(*(st.sampled_from(kind) for kind in values.kinds))
    return st.lists(one, min_size=2, max_size=3) if values.several else one


for _name, _arguments in STEPS.items():
    _given = {argument: _strategy(values) for argument, values in _arguments.items()}
    setattr(Histories, _name, rule(**_given)(_rule_of(_name)))
