"""A real database and real threads: what happens when several people act in the same instant.

Everything, also arranging and looking, runs in threads of its own, because Django keeps a connection per thread and
that of the test's own thread leads to the database of the other tests.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.core.management import call_command
from django.db import connections

from hubbub.errors import HubbubError
from tests.emptying import allow_emptying

T = TypeVar("T")

SECONDS = 60.0
"""Longer than each of these takes on a busy machine. Ends an unresolved deadlock."""


class Arena:
    """A database of its own. `run` one thing, or `at_once` several."""

    def __init__(self, database: dict[str, Any]) -> None:
        self._usual = connections.settings["default"]
        self._database = {**self._usual, **database}
        connections.settings["default"] = self._database

    def prepare(self) -> None:
        self.run(lambda: call_command("migrate", verbosity=0, run_syncdb=True))
        self.run(allow_emptying)

    def empty(self) -> None:
        self.run(lambda: call_command("flush", verbosity=0, interactive=False))

    def leave(self) -> None:
        connections.settings["default"] = self._usual

    def run(self, act: Callable[[], T]) -> T:
        (outcome,) = self._outcomes([act])
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def at_once(self, acts: Sequence[Callable[[], T]]) -> list[T | HubbubError]:
        """Start all in the same instant; what each returned, or the refusal it met. Other exceptions are raised."""
        outcomes = self._outcomes(acts)
        for outcome in outcomes:
            if isinstance(outcome, BaseException) and not isinstance(outcome, HubbubError):
                raise outcome
        return outcomes  # type: ignore[return-value]

    def _outcomes(self, acts: Sequence[Callable[[], T]]) -> list[T | BaseException]:
        start = threading.Barrier(len(acts))

        def act(work: Callable[[], T]) -> T | BaseException:
            try:
                start.wait(SECONDS)
                return work()
            except BaseException as error:
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(acts)) as threads:
            return [each.result(SECONDS) for each in [threads.submit(act, work) for work in acts]]
