"""The database threads: a history decides when each read happens and when it is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from inspect import isgenerator
from typing import Any

from hubbub.dispatch import Job
from hubbub.errors import Conflict, Unavailable
from hubbub.publish import Batch
from hubbub.realtime.logins.sign_in import logins_from_secrets
from hubbub.realtime.storage.catch_up import _epoch as epoch
from tests.realtime.model.commands import run_change
from tests.realtime.model.database import Database
from tests.realtime.model.queries import answer_to
from tests.realtime.model.transaction import Transaction


class Read:
    """One query under way: `look` does its next part, `answer` hands over what it found."""

    def __init__(self, db: Database, query: Callable[..., Any], args: Any, kwargs: Any, found: Any) -> None:
        self._db, self._query, self._args, self._kwargs = db, query, args, kwargs
        self._found: asyncio.Future[Any] = found
        self._parts: Any = None
        self._result: Any = None
        self.done = False

    def __repr__(self) -> str:
        return f"{self._query.__name__}{self._args}"

    @property
    def is_handshake(self) -> bool:
        return self._query in (logins_from_secrets, epoch)

    def look(self, times: int = 1) -> None:
        """Read so many more parts. The first call begins the query."""
        for _ in range(times):
            if not self.done:
                self._look()

    def _look(self) -> None:
        if self._parts is None:
            self._parts = answer_to(self._query)(self._db, *self._args, **self._kwargs)
            if not isgenerator(self._parts):
                self.done, self._result = True, self._parts
                return
        try:
            next(self._parts)
        except StopIteration as end:
            self.done, self._result = True, end.value

    def answer(self) -> None:
        """Read what is left, and hand it over."""
        while not self.done:
            self.look()
        if not self._found.done():
            self._found.set_result(self._result)

    def fail(self) -> None:
        """The database does not answer."""
        if not self._found.done():
            self._found.set_exception(Unavailable("The database does not answer."))


class Readers:
    """`run` as the real one has it; what is asked waits in `pending`."""

    def __init__(self, db: Database, loop: asyncio.AbstractEventLoop) -> None:
        self._db, self._loop = db, loop
        self.pending: list[Read] = []

    async def run(self, query: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        read = Read(self._db, query, args, kwargs, self._loop.create_future())
        self.pending.append(read)
        return await read._found

    def answer(self, place: int) -> None:
        self.pending.pop(place).answer()

    def fail(self, place: int) -> None:
        self.pending.pop(place).fail()


class Writer:
    """`submit` as the real one has it. `commit` runs what waits in one transaction, `report` tells the loop of it."""

    committing = None

    def __init__(
        self, db: Database, loop: asyncio.AbstractEventLoop, deliver: Callable[[Batch], None]
    ) -> None:
        self._db, self._loop, self._deliver = db, loop, deliver
        self.waiting: list[tuple[Job, Callable[[Job], None]]] = []
        self.committed: list[tuple[list[tuple[Job, Callable[[Job], None]]], Batch]] = []
        """What the loop has not been told yet, in the order of commits."""

    def submit(self, job: Job, done: Callable[[Job], None]) -> None:
        self.waiting.append((job, done))

    def commit(self) -> None:
        jobs, self.waiting = self.waiting, []
        transaction = Transaction(self._db)
        accepted = [run_change(transaction, job) for job, _ in jobs]
        batch = transaction.commit()
        for (job, _), answer in zip(jobs, accepted, strict=True):
            if answer is None:
                job.refusal = Conflict("It makes no sense now.")
            else:
                job.answer = answer()
        self.committed.append((jobs, batch))

    def commit_for_others(self, batch: Batch) -> None:
        """Another thread of this process has committed."""
        self.committed.append(([], batch))

    def report(self, place: int = 0) -> None:
        """Threads that commit at once may report in another order."""
        self._loop.call_soon(self._finished, *self.committed.pop(place))

    def _finished(self, jobs: list[tuple[Job, Callable[[Job], None]]], batch: Batch) -> None:
        for job, done in jobs:
            done(job)
        self._deliver(batch)
