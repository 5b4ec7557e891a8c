"""Event loops and time in simulation: both advance only when a history says so."""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import Context
from typing import Any

ENDLESS = 2000
"""WriteScheduler after which a loop that still has work is taken to go in a circle."""


class Time:
    """Seconds, shared by the loops of all processes."""

    def __init__(self) -> None:
        self.now = 1000.0


class Loop(asyncio.AbstractEventLoop):
    """As much of an event loop as the realtime layer uses. Deterministic: callbacks run in the order they came in."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self._soon: deque[asyncio.Handle] = deque()
        self._later: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._count = 0
        self.tasks: dict[asyncio.Task[Any], None] = {}
        self.errors: list[dict[str, Any]] = []

    def turn(self) -> None:
        """Run what is ready now, once."""
        with self._running():
            self._turn()

    def run(self) -> None:
        """Run until nothing is ready."""
        with self._running():
            for _ in range(ENDLESS):
                if not self._turn():
                    return
        raise AssertionError("the loop goes in a circle")

    @contextmanager
    def _running(self) -> Iterator[None]:
        outer = asyncio._get_running_loop()
        asyncio._set_running_loop(self)
        try:
            yield
        finally:
            asyncio._set_running_loop(outer)

    def _turn(self) -> bool:
        self._wake()
        for _ in range(ready := len(self._soon)):
            handle = self._soon.popleft()
            if not handle.cancelled():
                handle._run()
        return ready > 0

    def stop_all(self) -> None:
        """Cancel every task, so that nothing of a history is left for the next one."""
        while self.tasks:
            for task in list(self.tasks):
                task.cancel()
            self.run()

    @property
    def is_idle(self) -> bool:
        self._wake()
        return not self._soon

    @property
    def next_timer(self) -> float | None:
        """When the next timer is due."""
        while self._later and self._later[0][2].cancelled():
            heapq.heappop(self._later)
        return self._later[0][0] if self._later else None

    def _wake(self) -> None:
        while self._later and self._later[0][0] <= self._time.now:
            handle = heapq.heappop(self._later)[2]
            if not handle.cancelled():
                self._soon.append(handle)

    # The interface of asyncio.

    def time(self) -> float:
        return self._time.now

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._soon.append(handle)
        return handle

    call_soon_threadsafe = call_soon  # type: ignore[assignment]

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self._count += 1
        heapq.heappush(self._later, (when, self._count, handle))
        return handle

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._time.now + delay, callback, *args, context=context)

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(  # type: ignore[override]
        self, coro: Coroutine[Any, Any, Any], *, name: str | None = None, context: Context | None = None
    ) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=self, name=name or "task", context=context)
        self.tasks[task] = None
        task.add_done_callback(lambda done: self.tasks.pop(done, None))
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.errors.append(context)

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Asked by TimerHandle.cancel."""
