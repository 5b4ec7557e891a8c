"""Rate limits for commands, with a clock that the test moves."""

from __future__ import annotations

import asyncio

import pytest

from hubbub.errors import RateLimited
from hubbub.protocol import limits
from hubbub.protocol.commands import Beat, SendMessage, StartTyping
from hubbub.protocol.ids import make_message_id
from hubbub.realtime.rate_limits.command_rates import Rates, TokenBucket
from tests.realtime.fakes import ALICE, BOB, Clock

BEAT = Beat(type="beat")
TYPING = StartTyping(type="typing", room=1)
POST = SendMessage(type="message.send", room=1, message=make_message_id(), text="hi")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rates(clock: Clock) -> Rates:
    rates = Rates(clock.time)
    rates.lifted = False
    return rates


def test_a_bucket_gives_what_it_holds_and_then_says_how_long_to_wait() -> None:
    bucket = TokenBucket(rate=2, burst=3, now=0)
    assert [bucket.take(0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert bucket.take(0.5) == 0
    assert bucket.take(0.5) == 0.5


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    bucket = TokenBucket(rate=2, burst=3, now=0)
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


def test_alices_commands_do_not_slow_bob(rates: Rates) -> None:
    for _ in range(limits.MESSAGES_BURST):
        rates.check(ALICE, POST)
    rates.check(BOB, POST)


def test_beats_are_free(rates: Rates) -> None:
    for _ in range(1000):
        rates.check(ALICE, BEAT)


def test_handshakes_are_admitted_as_fast_as_they_can_be_served(rates: Rates, clock: Clock) -> None:
    """G12"""
    assert not any(rates.admit() for _ in range(limits.HANDSHAKES_BURST))
    assert rates.admit() == pytest.approx(1 / limits.HANDSHAKES_PER_SECOND)
    clock.now += 1
    assert not any(rates.admit() for _ in range(limits.HANDSHAKES_PER_SECOND))


def test_full_buckets_are_forgotten(rates: Rates, clock: Clock) -> None:
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


async def test_commands_at_another_process_are_charged_here(rates: Rates, clock: Clock) -> None:
    """One rate, however many processes."""
    rates.receive({str(ALICE): [limits.COMMANDS_BURST, limits.MESSAGES_BURST]})
    with pytest.raises(RateLimited):
        rates.check(ALICE, TYPING)
    rates.check(BOB, TYPING)
    clock.now += 1.01 / limits.COMMANDS_PER_SECOND
    rates.check(ALICE, TYPING)


async def test_the_debt_is_never_more_than_a_burst(rates: Rates, clock: Clock) -> None:
    for _ in range(100):
        rates.receive({str(ALICE): [limits.COMMANDS_BURST, 0]})
    clock.now += (limits.COMMANDS_BURST + 1.01) / limits.COMMANDS_PER_SECOND
    rates.check(ALICE, TYPING)


async def test_commands_here_are_shared_once(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setattr("hubbub.realtime.rate_limits.command_rates.SHARE_SECONDS", 0.01)
    told: list[tuple[str, object]] = []
    rates = Rates(clock.time, lambda kind, content: told.append((kind, content)))
    rates.lifted = False
    rates.check(ALICE, POST)
    rates.check(ALICE, TYPING)
    sharing = asyncio.create_task(rates.run_forever())
    await asyncio.sleep(0.1)
    sharing.cancel()
    assert told == [("rates", {str(ALICE): [2, 1]})]
