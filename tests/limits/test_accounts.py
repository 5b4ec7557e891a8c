"""The limits of the product's own doors (`hubbub_site/accounts/limits.py`)."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password

from hubbub_site import databases
from hubbub_site.accounts import limits
from hubbub_site.accounts.hashing import HashingThreads, TooBusy

ROWS = limits.table()


@pytest.mark.parametrize("name", ROWS)
def test_each_row_has_a_test_of_its_name_and_says_why(name: str) -> None:
    assert any(test.startswith(f"test_{name.lower()}") for test in globals())
    assert ROWS[name] > 0
    assert ROWS[name].unit
    assert len(ROWS[name].reason) > 10


def test_password_kib(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["hubbub_site.accounts.hashers.Argon2"]
    assert f"$m={limits.PASSWORD_KIB},t=2,p=1$" in make_password("a long summer day")


class Occupied:
    """A hashing thread that works until it is released."""

    def __init__(self, *, waiting: int, seconds: float) -> None:
        self.threads = HashingThreads(1, waiting=waiting, seconds=seconds)
        self._begun, self._release = threading.Event(), threading.Event()
        self._crowd = [threading.Thread(target=self.threads.run, args=(self._work,))]
        self._crowd[0].start()
        assert self._begun.wait(10)

    def _work(self) -> bool:
        self._begun.set()
        return self._release.wait(60)

    def somebody_waits(self) -> None:
        one = threading.Thread(target=self.threads.run, args=(lambda: None,))
        places = self.threads._places._value
        one.start()
        self._crowd.append(one)
        while self.threads._places._value == places and one.is_alive():
            one.join(0.001)

    def release(self) -> None:
        self._release.set()
        for one in self._crowd:
            one.join()


def test_passwords_waiting() -> None:
    occupied = Occupied(waiting=limits.PASSWORDS_WAITING, seconds=60)
    for _ in range(limits.PASSWORDS_WAITING):
        occupied.somebody_waits()
    with pytest.raises(TooBusy):
        occupied.threads.run(lambda: None)
    occupied.release()
    assert occupied.threads.run(lambda: 7) == 7  # each place is free again
    # A request that waits may hold a database connection: some must be left for everybody else.
    assert databases.POSTGRESQL_POOL["max_size"] > limits.PASSWORDS_WAITING


def test_password_seconds() -> None:
    """A password whose turn does not come in time leaves the queue, and its place is free again."""
    assert limits.PASSWORD_SECONDS < 10
    occupied = Occupied(waiting=1, seconds=0.05)
    for _ in range(3):
        with pytest.raises(TooBusy):
            occupied.threads.run(lambda: None)
    occupied.release()
    assert occupied.threads.run(lambda: 7) == 7
