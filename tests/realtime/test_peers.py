"""Which peers have fallen silent on the channel layer, and for how long that counts."""

from __future__ import annotations

from hubbub.realtime.bus.peers import FORGET_SECONDS, SILENT_SECONDS, Peers


def test_a_peer_with_heartbeats_is_not_silent() -> None:
    peers = Peers()
    peers.note("garden", 0, now=10.0)
    assert peers.silent(10.0 + SILENT_SECONDS) == set()
    assert peers.silent(10.1 + SILENT_SECONDS) == {0}
    peers.note("garden", 0, now=12.0)
    assert peers.silent(12.0) == set()


def test_a_peer_may_be_silent_on_one_of_several_servers() -> None:
    peers = Peers()
    peers.note("garden", 0, now=10.0)
    peers.note("garden", 1, now=20.0)
    assert peers.silent(20.0) == {0}


def test_a_peer_that_stops_is_not_silent() -> None:
    peers = Peers()
    peers.note("garden", 0, now=10.0)
    peers.note("kitchen", 1, now=10.0)
    peers.forget("garden")
    assert peers.silent(20.0) == {1}


def test_a_silent_peer_is_forgotten_after_a_while() -> None:
    peers = Peers()
    peers.note("garden", 0, now=10.0)
    assert peers.silent(10.0 + FORGET_SECONDS) == {0}
    assert peers.silent(10.1 + FORGET_SECONDS) == set()
