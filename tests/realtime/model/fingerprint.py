"""The state of a world as a value: of two histories that lead to the same one, only one needs to be gone on with.

It walks every object that processes and tabs reach, with what their tasks wait for. So a new attribute of the realtime
layer counts without being named here. Only what cannot change what happens is left out; two states that differ in that
alone are explored twice, which is harmless.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator
from enum import Enum
from types import BuiltinFunctionType, CoroutineType, FunctionType, GeneratorType, MethodType
from typing import Any

from django.db.models import Model

from hubbub.protocol.wire import Wire
from hubbub.publish import RoomFrame
from hubbub.realtime.delivery.encoded_events import EncodedEvents
from hubbub.realtime.delivery.fanout import WriteScheduler
from hubbub.realtime.presence.presence import Presence
from hubbub.realtime.rate_limits.command_rates import Rates
from tests.realtime.model.database import Database
from tests.realtime.model.loop import Loop, Time
from tests.realtime.model.world import World

OF_NO_MATTER = (Database, Time, Rates, Presence, WriteScheduler)
"""The database is what the script made it; the others decide nothing in these histories."""

SOON = 0.3
"""Seconds: timers that are further off do not fire by themselves while all histories are explored."""

IGNORED = {"last_heard", "scope", "windows", "resumes", "_place", "_tasks", "_ringed", "_last_command", "log"}
"""Attributes that only count, hold what was read before, or are reached another way."""


def fingerprint(world: World) -> int:
    """Equal for worlds that behave the same from now on."""
    walk = _Walk(world.time.now)
    return hash(walk.of([world.browsers, *world.processes, *world.tabs]))


class _Walk:
    """Names objects by the order in which they are met, not by their addresses."""

    def __init__(self, now: float) -> None:
        self._now = now
        self._met: dict[int, int] = {}
        self._kept: list[Any] = []

    def of(self, thing: Any) -> Any:
        if thing is None or isinstance(thing, bool | int | str | bytes | Enum):
            return thing
        if isinstance(thing, float):
            return _moment(thing - self._now)
        if isinstance(thing, OF_NO_MATTER):
            return type(thing).__name__
        if isinstance(thing, list | tuple | deque):
            return ("row", *map(self.of, thing))
        if isinstance(thing, set | frozenset):
            return ("set", *map(self.of, _in_order(thing)))
        if isinstance(thing, FunctionType | BuiltinFunctionType | type):
            return thing.__qualname__
        if (number := self._met.get(id(thing))) is not None:
            return ("met", number)
        self._met[id(thing)] = len(self._met)
        self._kept.append(thing)  # so that no other object gets its address
        return (type(thing).__name__, *map(self.of, self._inside(thing)))

    def _inside(self, thing: Any) -> Iterable[Any]:
        if isinstance(thing, Loop):
            return _of_loop(thing)
        if isinstance(thing, asyncio.Task):
            return (*_frames(thing.get_coro()), thing._fut_waiter)  # type: ignore[attr-defined]
        if isinstance(thing, asyncio.Future):
            return (
                (thing.done(), thing.result()) if thing.done() and not thing.exception() else (thing.done(),)
            )
        if isinstance(thing, CoroutineType | GeneratorType):
            return _frames(thing)
        if isinstance(thing, MethodType):
            return thing.__qualname__, thing.__self__
        if isinstance(thing, dict):
            return [item for key in _in_order(thing) for item in (key, thing[key])]
        if isinstance(thing, EncodedEvents):
            return thing.texts, thing.room, thing.head
        if isinstance(thing, RoomFrame):
            return thing.room, thing.seq, thing.after
        if isinstance(thing, Wire):
            return (thing.encode(),)
        if isinstance(thing, Model):
            return (repr(sorted((k, v) for k, v in vars(thing).items() if k != "_state")),)
        return _attributes(thing)


def _moment(seconds: float) -> float | str:
    """When something was or is due. The poll's timer, for one, is further off than any history lasts."""
    if abs(seconds) > SOON:
        return "later" if seconds > 0 else "before"
    return round(seconds, 6)


def _of_loop(loop: Loop) -> Iterator[Any]:
    assert loop.is_idle
    yield from loop.tasks
    for due, _, handle in sorted(loop._later, key=lambda entry: entry[:2]):
        if not handle.cancelled():
            yield (due, handle._callback, handle._args)  # type: ignore[attr-defined]


def _frames(work: Any) -> Iterator[Any]:
    """The position and variables of a coroutine, and the coroutine that it waits for."""
    while work is not None:
        frame = getattr(work, "cr_frame", None) or getattr(work, "gi_frame", None)
        if frame is None:
            yield type(work).__name__
            return
        yield (frame.f_code.co_qualname if hasattr(frame.f_code, "co_qualname") else frame.f_code.co_name)
        yield frame.f_lasti
        yield from (item for name in sorted(frame.f_locals) for item in (name, frame.f_locals[name]))
        work = getattr(work, "cr_await", None) or getattr(work, "gi_yieldfrom", None)


def _attributes(thing: Any) -> Iterator[Any]:
    names = {name for base in type(thing).__mro__ for name in getattr(base, "__slots__", ())}
    names |= vars(thing).keys() if hasattr(thing, "__dict__") else set()
    for name in sorted(names - IGNORED):
        if hasattr(thing, name):
            yield name
            yield getattr(thing, name)


def _in_order(things: Iterable[Any]) -> list[Any]:
    """Sets in an order that does not depend on addresses."""
    return sorted(
        things, key=lambda thing: (type(thing).__name__, getattr(thing, "_place", 0), repr(thing)[:40])
    )
