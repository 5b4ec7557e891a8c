"""Histories of joining, leaving, notices, polls and resumes in the model: thousands from a seed, all of a short script.

`MODEL_SECONDS` sets how long random histories run, for longer runs by hand.
"""

from __future__ import annotations

import os
import secrets
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from hubbub.realtime.delivery.feed import Feed
from hubbub.realtime.delivery.subscriptions import Subscriptions
from hubbub.realtime.delivery.versions import Versions
from hubbub.realtime.recovery.repair import Repair
from hubbub.realtime.recovery.repair_notices import RepairNotices
from tests.realtime.model.exhaustive import Script, explore
from tests.realtime.model.machine import Histories
from tests.realtime.model.process import modelled
from tests.realtime.model.steps import ALICE, BOB, SQUARE, Town
from tests.realtime.model.walks import History, failure_of, walk

pytestmark = pytest.mark.standalone

SECONDS = float(os.environ.get("MODEL_SECONDS", "4"))

INVITE, REMOVE = ("invite", ALICE, SQUARE, BOB), ("remove", ALICE, SQUARE, BOB)
POST, REJOIN = ("post", ALICE, SQUARE), ("join", BOB, SQUARE)


@pytest.mark.parametrize("small", [False, True], ids=["usual limits", "small limits"])
@pytest.mark.parametrize("seeds", ["the same", "other"])
def test_clients_converge_when_messages_are_late_lost_or_repeated(small: bool, seeds: str) -> None:
    first = 1 if seeds == "the same" else secrets.randbelow(10**9)
    with modelled(small=small):
        count = walk(seconds=SECONDS, first=first)
    print(f"{count} histories from seed {first}")
    assert count > 0


def test_histories_that_hypothesis_draws() -> None:
    with modelled():
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            Histories,
            settings=settings(
                max_examples=60,
                stateful_step_count=25,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )


def test_every_history_of_a_short_script() -> None:
    with modelled():
        explored = explore(Script([INVITE, REMOVE, POST], polls=1, company=False))
    print(explored)
    assert explored.histories > 10_000


# ── the model finds what is planted ──

LATE_LEAVING = History(
    frozenset({"bus"}),
    [
        ("does", {"what": REMOVE, "at": None}),
        ("does", {"what": REJOIN, "at": None}),
        # What comes to process 2: frames, `left` and room of the removal, then the same of the rejoining.
        ("hears", {"at": 1, "place": 0, "again": False}),
        ("hears", {"at": 1, "place": 0, "again": True}),
    ],
)


def test_applying_a_late_notice_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    take = Versions.take

    def obey(self: Versions, version: int, about: Any) -> bool:
        take(self, version, about)
        return True

    monkeypatch.setattr(Versions, "knows", lambda self, version: False)
    monkeypatch.setattr(Versions, "take", obey)
    assert_found(small=False)


def test_a_lost_notice_that_nobody_repairs_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Repair, "soon", lambda self, feed: None)
    monkeypatch.setattr(RepairNotices, "_soon", lambda self, key, work: None)
    assert_found(small=False)


def test_a_removal_that_does_not_cut_delivery_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Subscriptions, "_leave", lambda self, feed, member, seq: None)
    monkeypatch.setattr(Subscriptions, "lose", lambda self, connection, room: None)
    assert_found(small=False)


def test_sending_an_older_state_of_a_room_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def receive_room_state(self: Feed, seq: int, event: bytes) -> None:
        self.room_state_seq = seq
        self.audience.send_event(self._encoded(event))

    monkeypatch.setattr(Feed, "receive_room_state", receive_room_state)
    assert_found(small=False)


def assert_found(*, small: bool) -> None:
    with modelled(small=small), pytest.raises(AssertionError, match="seed"):
        walk(seconds=30, first=1)


def test_a_model_can_be_driven_by_hand() -> None:
    """What a failing history is debugged with: a town, and its steps by hand."""
    with modelled():
        town = Town()
        town.does(POST, at=None)
        town.heals(lose=True)
        town.close()
        assert failure_of(LATE_LEAVING) is None
