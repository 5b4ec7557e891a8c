"""Runs commands: a batch of changes in one transaction, each read by itself. Used by sockets, HTTP and tests."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError

from hubbub import actions, queries, storage_faults
from hubbub.errors import Conflict, Forbidden, HubbubError, Invalid, Unavailable
from hubbub.handlers import BULK_HANDLERS, HANDLERS, READS
from hubbub.message_states import state_of, states_of
from hubbub.models import Member, Message, Room
from hubbub.models import Membership as MembershipRow
from hubbub.protocol import commands
from hubbub.protocol.replies import Sent
from hubbub.protocol.wire import Command, Wire
from hubbub.retry import is_deadlock, retry
from hubbub.unit import Posting, Unit, unit

log = logging.getLogger("hubbub")


class Internal(HubbubError):
    """A bug. The log has the traceback; the client gets the code `internal`."""


@dataclass(slots=True)
class Job:
    """A member's command, then its answer or refusal. `quiet`: nobody waits for the answer."""

    member: Member
    command: Command
    quiet: bool = False
    answer: Wire | None = None
    refusal: HubbubError | None = None
    result: Any = None

    def outcome(self) -> Wire:
        """The answer; raises the refusal if there is one."""
        if self.refusal is not None:
            raise self.refusal
        if self.answer is None:
            raise Internal("The command was never run.")
        return self.answer


def reads(command: Command) -> bool:
    """Whether the command changes nothing."""
    return type(command) in READS


def run(member: Member, command: Command) -> Wire:
    """Run one command now, in this thread, and return its reply. Raises HubbubError."""
    job = Job(member, command)
    if reads(command):
        run_read(job)
    else:
        run_changes([job])
    return job.outcome()


def run_read(job: Job) -> None:
    """Answer a command that changes nothing. Never raises: the job gets the refusal."""
    try:
        job.answer = retry(partial(_read, job))
    except Exception as error:
        job.refusal = refusal_of(error)


def run_changes(jobs: Sequence[Job]) -> None:
    """Run commands in one transaction, a savepoint each. The jobs get their answers or refusals.

    After a deadlock or a lost connection the whole batch is retried, which is harmless (contract G2). If the
    transaction fails otherwise, nothing has happened, and each command runs again alone, so that one that cannot be
    committed does not fail the others. Returns only after the commit: answers are durable (contract G1).
    """
    try:
        retry(partial(_run_together, jobs))
    except Exception as error:
        if len(jobs) == 1 or _database_is_down(error):
            for job in jobs:
                job.answer, job.refusal = None, refusal_of(error)
        else:
            for job in jobs:
                run_changes([job])


def _database_is_down(error: Exception) -> bool:
    """Whether running the commands one by one would fail too. A deadlock is over by now."""
    return isinstance(error, OperationalError | InterfaceError) and not is_deadlock(error)


def _run_together(jobs: Sequence[Job]) -> None:
    for job in jobs:
        job.answer = job.result = job.refusal = None  # the results of a failed try
    with unit() as work:
        others = [job for job in jobs if type(job.command) is not commands.SendMessage]
        if others:
            # Lock all rooms in one order before any command locks one: batches of two processes must not deadlock.
            Room.objects.lock({room for job in jobs if (room := getattr(job.command, "room", None))})
        _refresh_members(others)
        for kind, group in groupby(jobs, key=lambda job: type(job.command)):
            if kind is commands.SendMessage:
                _send_all(work, list(group))
            else:
                for job in group:
                    _run_in_savepoint(work, job)
        work.place()
        work.build_notices()  # so that answers show the versions that they give
        _settle(jobs)


def _read(job: Job) -> Wire:
    _refresh_members([job])
    return _answer(job, _handle(job))


def _refresh_members(jobs: Sequence[Job]) -> None:
    """Read the members again: a socket has them as of its opening, and a new role counts from the next command.

    Posting needs no refresh: `send_messages` reads what it needs together with the memberships.
    """
    members = Member.objects.in_bulk({job.member.pk for job in jobs}) if jobs else {}
    for job in jobs:
        job.member = members.get(job.member.pk, job.member)


def _send_all(work: Unit, jobs: Sequence[Job]) -> None:
    post_of = BULK_HANDLERS[commands.SendMessage]
    posts = [post_of(job.member, job.command) for job in jobs]
    for job, posting in zip(jobs, actions.send_messages(posts), strict=True):
        job.result = posting
    work.place()  # so that a command after them in this batch finds them


def _run_in_savepoint(work: Unit, job: Job) -> None:
    try:
        with unit():
            job.result = _handle(job)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        job.refusal = refusal_of(error)


def _settle(jobs: Sequence[Job]) -> None:
    """Turn results into answers. The states of all messages are loaded together."""
    for job in jobs:
        if isinstance(job.result, Posting):
            job.refusal = job.result.refusal
    answered = [job for job in jobs if job.refusal is None and not job.quiet]
    of_messages = [job for job in answered if isinstance(job.result, Posting | Message)]
    for job, state in zip(of_messages, states_of(map(_message_of, of_messages)), strict=True):
        job.answer = state
        if isinstance(job.result, Posting):
            job.answer = Sent(message=state, dup=True if job.result.dup else None)
    for job in answered:
        if job.answer is None:
            job.answer = _answer(job, job.result)


def _message_of(job: Job) -> Message:
    message: Message = job.result.message if isinstance(job.result, Posting) else job.result
    return message


def _handle(job: Job) -> Any:
    handler = HANDLERS.get(type(job.command))
    if handler is None:
        raise Invalid(f"{commands.type_of(type(job.command))} makes sense only on a socket.")
    if not job.member.active:
        raise Forbidden("Your account is deactivated.")
    return handler(job.member, job.command)


def _answer(job: Job, result: Any) -> Wire:
    """A handler's result in the shape that the command promises."""
    if isinstance(result, Room):
        return queries.room_state(job.member, result)
    if isinstance(result, Message):
        return state_of(result)
    if isinstance(result, Member):
        return Member.objects.get(pk=result.pk).as_object()
    if isinstance(result, MembershipRow):
        place = MembershipRow.objects.select_related("room").filter(pk=result.pk).first()
        return place.as_object(as_of=place.room.last_number) if place else result.as_object()
    if not isinstance(result, Wire):
        raise TypeError(f"{type(job.command).__name__} was handled, but its handler returned {type(result)}")
    return result


def refusal_of(error: Exception) -> HubbubError:
    """The refusal that a client gets for an exception. Bugs are logged; the client learns nothing about them."""
    if isinstance(error, HubbubError):
        return error
    if isinstance(error, IntegrityError):
        return Conflict("Somebody else changed this at the same moment. Try again.")
    if isinstance(error, DatabaseError | InterfaceError):
        log.warning("The database refused: %s", error)
        storage_faults.remember(error)
        return Unavailable("The database cannot take this now. It is safe to try again.")
    log.error("A command failed", exc_info=error)
    return Internal("Something went wrong on the server. It has been logged.")
