"""A database that does not answer: refused within two seconds; a late commit is still delivered."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from hubbub import database_deadlines
from hubbub.dispatch import Job
from hubbub.errors import Unavailable
from hubbub.models import Member
from hubbub.protocol.commands import Beat
from hubbub.publish import Batch
from hubbub.realtime.storage import readers as reading
from hubbub.realtime.storage import writer as writing
from hubbub.realtime.storage.readers import Readers
from hubbub.realtime.storage.sqlite_file import SqliteFile
from hubbub.realtime.storage.writer import Writer
from tests.realtime.fakes import ALICE, frame

COMMAND = Beat(type="beat")


class Database:
    """Runs what it is given once it is let; until then it does not answer."""

    def __init__(self) -> None:
        self.answering = threading.Event()
        self.runs: list[int] = []
        self.publishes: Batch | None = None
        self.writer: Writer

    def run(self, jobs: list[Job]) -> None:
        self.answering.wait(10)
        self.runs.append(len(jobs))
        if self.publishes:
            self.writer.take_over(self.publishes)


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    database = Database()
    monkeypatch.setattr(writing, "run_changes", database.run)
    monkeypatch.setattr(SqliteFile, "was_changed", lambda self: False)
    monkeypatch.setattr(database_deadlines, "WRITER_SECONDS", 0.1)
    monkeypatch.setattr(database_deadlines, "READERS_SECONDS", 0.4)
    monkeypatch.setattr(database_deadlines, "CHECK_SECONDS", 0.02)
    yield database
    database.answering.set()


@pytest.fixture
async def delivered() -> list[Batch]:
    return []


@pytest.fixture
async def writer(database: Database, delivered: list[Batch]) -> AsyncIterator[Writer]:
    writer = database.writer = Writer(asyncio.get_running_loop(), delivered.append, lambda: None)
    writer.start()
    watching = asyncio.create_task(writer.run_forever())
    yield writer
    database.answering.set()
    await writer.stop()
    watching.cancel()


async def outcome(writer: Writer) -> Job:
    """What becomes of a command of Alice's."""
    answer: asyncio.Future[Job] = asyncio.get_running_loop().create_future()
    writer.submit(Job(Member(pk=ALICE), COMMAND), answer.set_result)
    async with asyncio.timeout(5):
        return await answer


async def test_late_commands_and_those_behind_them_are_refused_with_a_retry_time(
    writer: Writer, database: Database
) -> None:
    late = asyncio.create_task(outcome(writer))
    await asyncio.sleep(0.05)
    behind = asyncio.create_task(outcome(writer))
    for job in await asyncio.gather(late, behind):
        assert isinstance(job.refusal, Unavailable)
        assert job.refusal.retry_after
    assert not database.runs


async def test_meanwhile_everything_is_refused_at_once_and_afterwards_nothing(
    writer: Writer, database: Database
) -> None:
    await outcome(writer)
    async with asyncio.timeout(0.05):
        assert isinstance((await outcome(writer)).refusal, Unavailable)
    database.answering.set()
    async with asyncio.timeout(5):
        while (await outcome(writer)).refusal is not None:
            await asyncio.sleep(0.02)


async def test_a_late_commit_is_delivered_and_not_answered_twice(
    writer: Writer, database: Database, delivered: list[Batch]
) -> None:
    database.publishes = Batch([frame(1)])
    answers: list[Job] = []
    writer.submit(Job(Member(pk=ALICE), COMMAND), answers.append)
    async with asyncio.timeout(5):
        while not answers:
            await asyncio.sleep(0.02)
        database.answering.set()
        while not delivered:
            await asyncio.sleep(0.02)
    assert delivered == [database.publishes]
    assert len(answers) == 1
    assert database.runs == [1]


async def test_a_command_refused_while_waiting_is_never_run(writer: Writer, database: Database) -> None:
    late = asyncio.create_task(outcome(writer))
    await asyncio.sleep(0.05)
    await asyncio.gather(late, *(outcome(writer) for _ in range(3)))
    database.answering.set()
    async with asyncio.timeout(5):
        while (await outcome(writer)).refusal is not None:
            await asyncio.sleep(0.02)
    assert database.runs[0] == 1
    assert sum(database.runs) == 2, "the late one and the last one"


async def test_reads_of_a_database_that_does_not_answer_are_refused(database: Database) -> None:
    readers = Readers()
    watching = asyncio.create_task(readers.run_forever())
    ran: list[int] = []

    def read(number: int) -> None:
        database.answering.wait(10)
        ran.append(number)

    asked = [asyncio.ensure_future(readers.run(read, number)) for number in range(2 * reading.THREADS)]
    async with asyncio.timeout(5):
        outcomes: list[Any] = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(outcome, Unavailable) for outcome in outcomes)
    database.answering.set()
    async with asyncio.timeout(5):
        await readers.run(read, 99)
    readers.stop()
    assert 99 in ran
    assert len(ran) == reading.THREADS + 1, "those that had not begun never did"
    watching.cancel()


async def test_a_long_queue_is_no_reason_to_refuse_while_it_moves(database: Database) -> None:
    readers = Readers()
    watching = asyncio.create_task(readers.run_forever())

    def read() -> None:
        threading.Event().wait(0.04)

    await asyncio.gather(*(readers.run(read) for _ in range(10 * reading.THREADS)))
    watching.cancel()
    readers.stop()
