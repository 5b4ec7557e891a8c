"""Short runs of the attacks of `bin/attacks`: they attack, and they report failures."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random

import pytest

from tests.attacks import __main__ as program
from tests.attacks import campaign
from tests.attacks.attacked_server import AttackedServer, Seen
from tests.attacks.campaign import Attack, carried_out
from tests.attacks.canaries.planting import Known
from tests.attacks.fuzzing import Fuzzer

pytestmark = pytest.mark.standalone


def test_malformed_frames_cause_no_server_errors() -> None:
    """Rows 14, 64: thousands of frames, in another order for each seed."""
    seen = carried_out(Attack("frames", campaign.frames), seconds=2, seed=3)
    assert seen.broken == []
    assert seen.figures["frames"] > 200
    assert seen.figures["answers ok"] > 0 and seen.figures["answers invalid"] > 0
    assert seen.figures["healthz unanswered"] == 0


def test_the_same_seed_makes_the_same_frames() -> None:
    """Row 14: a finding can be reproduced."""
    known = Known({}, {}, [1, 2], ["m"], [1], [1], {}, "")
    first, second, other = (Fuzzer(Random(seed), known, 1) for seed in (5, 5, 6))
    # Except the ids of new messages, which begin with the time.
    frames = [
        [re.sub(rb"[0-9a-f-]{36}", b"", fuzzer.frame()) for _ in range(50)]
        for fuzzer in (first, second, other)
    ]
    assert frames[0] == frames[1] != frames[2]


def test_a_failed_attack_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Row 68: after an attack that finds something, or fails itself, the exit code is 1."""

    def finds(here: AttackedServer) -> Seen:
        return Seen({"tries": 3}, ["the door was open"])

    def breaks(here: AttackedServer) -> Seen:
        raise RuntimeError("no such thing")

    monkeypatch.setattr(program, "carried_out", lambda attack, seconds, seed: attack.run(None))
    monkeypatch.setattr(program, "ATTACKS", [Attack("finding", finds), Attack("breaking", breaks)])
    monkeypatch.setattr(program, "FOLDER", tmp_path)
    monkeypatch.setattr(program, "ROOT", tmp_path)
    assert program.main(["--minutes", "0.01", "finding"]) == 1
    said = capsys.readouterr().out
    assert "DID NOT HOLD: the door was open" in said
    (file,) = tmp_path.glob("*.json")
    written = json.loads(file.read_text())["attacks"]["finding"]
    assert (written["held"], written["broken"]) == (False, ["the door was open"])
    assert written["figures"]["tries"] == 3
    assert program.main(["--minutes", "0.01", "breaking"]) == 1
    assert "RuntimeError" in capsys.readouterr().out
