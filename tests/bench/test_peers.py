"""A peer that is not there is fetched; one that cannot be fetched is left out, with the reason."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from bench import rounds
from bench.compiling import CannotMeasure
from bench.contenders import Contender
from bench.generator import Dialect
from bench.peers import debian
from bench.peers.settings import settings
from bench.process import Server

APT = """#!/bin/sh
case "$1" in
--simulate) echo "Inst libneeded (1.0 Debian [amd64])"; echo "Conf libneeded" ;;
download) shift; for package; do touch "${package}_1.0_amd64.deb"; done ;;
esac
"""
DPKG = """#!/bin/sh
case "$1" in
-x) mkdir -p "$3/usr/bin" && touch "$3/usr/bin/$(basename "$2")" ;;
-f) echo 1.0 ;;
esac
"""


@pytest.fixture
def peers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(debian, "PEERS", tmp_path / "peers")
    return tmp_path / "peers"


def have(folder: Path, monkeypatch: pytest.MonkeyPatch, **programs: str) -> None:
    folder.mkdir()
    for name, text in programs.items():
        program = folder / name.replace("_", "-")
        program.write_text(text)
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_a_package_is_unpacked_with_what_it_needs(
    peers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    have(tmp_path / "bin", monkeypatch, apt_get=APT, dpkg_deb=DPKG)
    place = debian.unpacked("broker")
    assert {file.name for file in (place / "usr/bin").iterdir()} == {
        "broker_1.0_amd64.deb",
        "libneeded_1.0_amd64.deb",
    }
    assert debian.version("broker") == {"broker": "1.0"}


def test_it_is_unpacked_once(peers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    have(tmp_path / "bin", monkeypatch, apt_get=APT, dpkg_deb=DPKG)
    debian.unpacked("broker")
    have(tmp_path / "broken", monkeypatch, apt_get="#!/bin/sh\nexit 1", dpkg_deb="#!/bin/sh\nexit 1")
    assert debian.unpacked("broker") == peers / "broker"


def test_an_index_that_does_not_answer_is_the_reason(
    peers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    have(tmp_path / "bin", monkeypatch, apt_get="#!/bin/sh\necho no such package >&2; exit 1")
    with pytest.raises(CannotMeasure, match="no such package"):
        debian.unpacked("broker")
    assert debian.version("broker") == {}


def test_who_cannot_be_brought_up_is_left_out_and_the_reason_is_kept() -> None:
    def start() -> AbstractContextManager[tuple[Server, Dialect]]:
        raise CannotMeasure("It is not there.")

    found = rounds.side_by_side(
        [Contender("A broker", start, "stores nothing")],
        rounds.QUICK,
        lambda generator, seconds: generator.closed(1, seconds),
        connections=1,
        rooms=1,
    )
    assert found == {"A broker": {"runs": [], "not_measured": "It is not there.", "note": "stores nothing"}}
    assert rounds.ratio(found, "A broker", "A broker") is None


def test_a_configuration_is_filled_in_for_one_start() -> None:
    with settings("nats/nats.conf", port=1234) as file:
        assert 'listen: "127.0.0.1:1234"' in file.read_text()
    assert not file.parent.exists()
