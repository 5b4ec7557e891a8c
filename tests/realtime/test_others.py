"""Who has fallen silent on the channel layer, and for how long that counts."""

from __future__ import annotations

from hubbub.realtime.bus.peers import FORGET_SECONDS, SILENT_SECONDS, Peers


def test_whoever_is_heard_is_not_missed() -> None:
    peers = Peers()
    peers.note("garden", 0, now=10.0)
    assert peers.silent(10.0 + SILENT_SECONDS) == set()
    assert peers.silent(10.1 + SILENT_SECONDS) == {0}
    peers.note("garden", 0, now=12.0)
    assert peers.silent(12.0) == set()


def test_somebody_may_be_missed_on_one_server_of_several() -> None:
    peers = Peers()
    peers.note("garden", 0, now=10.0)
    peers.note("garden", 1, now=20.0)
    assert peers.silent(20.0) == {0}


def test_whoever_says_goodbye_is_not_missed() -> None:
    peers = Peers()
    peers.note("garden", 0, now=10.0)
    peers.note("kitchen", 1, now=10.0)
    peers.forget("garden")
    assert peers.silent(20.0) == {1}


def test_nobody_is_missed_for_ever() -> None:
    peers = Peers()
    peers.note("garden", 0, now=10.0)
    assert peers.silent(10.0 + FORGET_SECONDS) == {0}
    assert peers.silent(10.1 + FORGET_SECONDS) == set()
