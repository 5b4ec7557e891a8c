"""How fast is too fast, by a clock that only the test moves."""

from __future__ import annotations

from uuid import UUID

import pytest

from hubbub.errors import RateLimited
from hubbub.protocol import limits
from hubbub.protocol.commands import Beat, SendMessage, StartTyping
from hubbub.realtime.rates import Bucket, Rates
from tests.realtime.fakes import ALICE, BOB, Clock

BEAT = Beat(type="beat")
TYPING = StartTyping(type="typing", room=1)
POST = SendMessage(type="message.send", room=1, message=UUID(int=1), text="hi")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rates(clock: Clock) -> Rates:
    rates = Rates(clock.time)
    rates.lifted = False
    return rates


def test_a_bucket_gives_what_it_holds_and_then_says_how_long_to_wait() -> None:
    bucket = Bucket(rate=2, burst=3, now=0)
    assert [bucket.take(0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert bucket.take(0.5) == 0
    assert bucket.take(0.5) == 0.5


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    bucket = Bucket(rate=2, burst=3, now=0)
    assert [bucket.take(1000) for _ in range(4)] == [0, 0, 0, 0.5]


def test_a_burst_of_commands_is_fine_and_the_next_one_is_told_when_to_come_back(
    rates: Rates, clock: Clock
) -> None:
    for _ in range(limits.COMMANDS_BURST):
        rates.check(ALICE, TYPING)
    with pytest.raises(RateLimited) as refusal:
        rates.check(ALICE, TYPING)
    assert refusal.value.retry_after == pytest.approx(1 / limits.COMMANDS_PER_SECOND)
    clock.now += 1.01 / limits.COMMANDS_PER_SECOND
    rates.check(ALICE, TYPING)


def test_messages_have_a_lower_limit_of_their_own(rates: Rates, clock: Clock) -> None:
    for _ in range(limits.MESSAGES_BURST):
        rates.check(ALICE, POST)
    with pytest.raises(RateLimited) as refusal:
        rates.check(ALICE, POST)
    assert refusal.value.retry_after == pytest.approx(1 / limits.MESSAGES_PER_SECOND)
    rates.check(ALICE, TYPING)


def test_alices_haste_does_not_slow_bob(rates: Rates) -> None:
    for _ in range(limits.MESSAGES_BURST):
        rates.check(ALICE, POST)
    rates.check(BOB, POST)


def test_signs_of_life_are_free(rates: Rates) -> None:
    for _ in range(1000):
        rates.check(ALICE, BEAT)


def test_handshakes_are_admitted_as_fast_as_they_can_be_served(rates: Rates, clock: Clock) -> None:
    """G12"""
    assert not any(rates.admit() for _ in range(limits.HANDSHAKES_BURST))
    assert rates.admit() == pytest.approx(1 / limits.HANDSHAKES_PER_SECOND)
    clock.now += 1
    assert not any(rates.admit() for _ in range(limits.HANDSHAKES_PER_SECOND))


def test_who_has_been_quiet_is_forgotten(rates: Rates, clock: Clock) -> None:
    rates.check(ALICE, POST)
    rates.forget_idle()
    assert rates._commands and rates._messages
    clock.now += 60
    rates.forget_idle()
    assert not rates._commands and not rates._messages


def test_the_setting_lifts_rates(settings: object) -> None:
    settings.HUBBUB = {**settings.HUBBUB, "RATE_LIMITS": False}  # type: ignore[attr-defined]
    rates = Rates()
    for _ in range(limits.HANDSHAKES_BURST + 100):
        assert rates.admit() == 0
        rates.check(ALICE, POST)
