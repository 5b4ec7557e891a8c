"""Deadlocks and lost database connections are retried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import OperationalError

from hubbub import dispatch
from hubbub.dispatch import Job
from hubbub.models import Member, Message, Room
from hubbub.retry import TRIES
from tests.online import Arrive
from tests.people import command
from tests.serving import Server, new_site, served, settle, shell_of
from tests.site.sites import a_database
from tests.sockets import new_id


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Iterator[Server]:
    """A server on a PostgreSQL database of its own."""
    with a_database(postgres_url) as url:
        site = new_site(tmp_path_factory.mktemp("lost"), DATABASE_URL=url)
        with shell_of(site) as shell:
            settle(site, shell)
        with served(site) as server:
            yield server


def lets_go_of_everybody(url: str) -> int:
    """What a restart does to all connections: how many there were."""
    with psycopg.connect(url, autocommit=True) as admin:
        ended = admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return sum(done for (done,) in ended)


@pytest.mark.standalone
def test_a_short_outage_of_the_database_is_retried(serving: Server, comes: Arrive) -> None:
    """Neither a message nor a reading is refused, although every connection was lost in between."""
    alice = comes("alice")
    room = alice.creates()
    for n in range(3):
        assert lets_go_of_everybody(serving.site.environment["DATABASE_URL"]) > 0
        alice.says(room, f"after restart {n}")
        assert lets_go_of_everybody(serving.site.environment["DATABASE_URL"]) > 0
        page = alice.command("timeline", room=room)
        assert page["messages"][-1]["text"] == f"after restart {n}"


class Fails:
    """`dispatch._run_together`, which the database refuses so many times with an error of its own."""

    def __init__(self, times: int, sqlstate: str | None) -> None:
        self.tries: list[int] = []
        self._times, self._sqlstate = times, sqlstate
        self._really: Callable[[Any], None] = dispatch._run_together

    def __call__(self, jobs: Any) -> None:
        self.tries.append(len(jobs))
        if len(self.tries) <= self._times:
            error = OperationalError("refused")
            error.__cause__ = type("Cause", (Exception,), {"sqlstate": self._sqlstate})()
            raise error
        self._really(jobs)


def two_messages(people: dict[str, tuple[Member, str]], room: Room) -> list[Job]:
    return [
        Job(people[name][0], command("message.send", room=room.pk, message=new_id(), text=name))
        for name in ("alice", "bob")
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("times", "sqlstate", "tries"),
    [
        pytest.param(1, "40P01", [2, 2], id="a deadlock"),
        pytest.param(TRIES, "40P01", [2] * TRIES + [1, 1], id="deadlocks again and again: one by one"),
        pytest.param(1, "40001", [2, 2], id="a transaction that could not be put in order"),
    ],
)
def test_a_deadlock_is_retried(
    people: dict[str, tuple[Member, str]],
    room: Room,
    monkeypatch: pytest.MonkeyPatch,
    times: int,
    sqlstate: str,
    tries: list[int],
) -> None:
    jobs = two_messages(people, room)
    fails = Fails(times, sqlstate)
    monkeypatch.setattr(dispatch, "_run_together", fails)
    dispatch.run_changes(jobs)
    assert [job.refusal for job in jobs] == [None, None]
    assert fails.tries == tries
    assert Message.objects.filter(room=room, text__in=("alice", "bob")).count() == 2


@pytest.mark.django_db(transaction=True)
def test_other_database_errors_are_not_retried(
    people: dict[str, tuple[Member, str]], room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its disk is full, say: the connection is well."""
    jobs = two_messages(people, room)
    fails = Fails(1, "53100")
    monkeypatch.setattr(dispatch, "_run_together", fails)
    dispatch.run_changes(jobs)
    assert [job.refusal.code for job in jobs if job.refusal] == ["unavailable"] * 2
    assert fails.tries == [2]
