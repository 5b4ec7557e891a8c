"""Who has fallen silent on the channel layer, and for how long that counts."""

from __future__ import annotations

from hubbub.realtime.bus.peers import SILENT_SECONDS, SUSPECT_SECONDS, Peers


def test_whoever_is_heard_is_not_missed() -> None:
    others = Peers()
    others.hear("garden", 0, now=10.0)
    assert others.missing(10.0 + SILENT_SECONDS) == set()
    assert others.missing(10.1 + SILENT_SECONDS) == {0}
    others.hear("garden", 0, now=12.0)
    assert others.missing(12.0) == set()


def test_somebody_may_be_missed_on_one_server_of_several() -> None:
    others = Peers()
    others.hear("garden", 0, now=10.0)
    others.hear("garden", 1, now=20.0)
    assert others.missing(20.0) == {0}


def test_whoever_says_goodbye_is_not_missed() -> None:
    others = Peers()
    others.hear("garden", 0, now=10.0)
    others.hear("kitchen", 1, now=10.0)
    others.forget("garden")
    assert others.missing(20.0) == {1}


def test_nobody_is_missed_for_ever() -> None:
    others = Peers()
    others.hear("garden", 0, now=10.0)
    assert others.missing(10.0 + SUSPECT_SECONDS) == {0}
    assert others.missing(10.1 + SUSPECT_SECONDS) == set()
