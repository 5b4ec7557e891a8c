"""The results of each part of a long run, kept in .faults/ so that an interrupted run can continue."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tests.faults.plan import Part

TESTS = Path(__file__).parent
ROOT = TESTS.parents[1]
RUN = time.strftime("%Y-%m-%d %H:%M", time.gmtime())

Entry = dict[str, Any]


@dataclass
class Result:
    """One part: what its tests recorded, what failed and why, what was skipped and why."""

    part: str
    run: str
    took: float
    log: str
    entries: list[Entry] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    @property
    def held(self) -> bool:
        return not self.failed

    @property
    def broken(self) -> bool:
        """Whether a test ended before it could record: something was lost, doubled, or never came back."""
        return bool(self.failed.keys() - {entry["test"] for entry in self.entries})

    def missed(self, entry: Entry) -> str:
        """Which bound a recorded row has missed."""
        return self.failed.get(entry["test"], "")


class Results:
    """Of one commit, one seed and one pace."""

    def __init__(self, *, seed: int, pace: float) -> None:
        self._seed, self._pace = seed, pace
        self._directory = ROOT / ".faults" / f"{commit()}-seed-{seed}-pace-{pace:.2f}"
        self._directory.mkdir(parents=True, exist_ok=True)

    def known(self, part: Part) -> Result | None:
        path = self._path(part, "json")
        return Result(**json.loads(path.read_text())) if path.exists() else None

    def make(self, part: Part) -> Result:
        """Run it, and keep what came of it."""
        figures, log, marks = (self._path(part, kind) for kind in ("figures", "log", "xml"))
        figures.write_text("")
        environment = {
            **os.environ,
            "FAULTS_SECONDS": f"{part.seconds * self._pace:.0f}",
            "FAULTS_SEED": str(self._seed),
            "FAULTS_FIGURES": str(figures),
        }
        command = [sys.executable, "-m", "pytest", str(TESTS / part.file), "-p", "no:randomly"]
        command += ["--junitxml", str(marks), *(["-k", part.chosen] if part.chosen else [])]
        begun = time.monotonic()
        with log.open("wb") as output:
            subprocess.run(command, env=environment, cwd=ROOT, stdout=output, stderr=output, check=False)
        entries = [json.loads(line) for line in figures.read_text().splitlines()]
        took = round(time.monotonic() - begun)
        result = Result(part.name, RUN, took, str(log), entries, *_outcomes(marks))
        self._path(part, "json").write_text(json.dumps(asdict(result), indent=1))
        return result

    def _path(self, part: Part, kind: str) -> Path:
        return self._directory / f"{part.name.replace(' ', '-').lower()}.{kind}"


def commit() -> str:
    """The commit that is being tested, with a sign if the tree is not quite it."""
    return subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude=*"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout.strip()


def _outcomes(marks: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Test → first line of what failed, and of why it was skipped."""
    if not marks.exists():
        return {"the session": "pytest did not come to its end"}, {}
    failed: dict[str, str] = {}
    skipped: dict[str, str] = {}
    for case in ElementTree.parse(marks).iter("testcase"):  # noqa: S314  written by our own pytest a moment ago
        for kind, found in (("failure", failed), ("error", failed), ("skipped", skipped)):
            for outcome in case.iter(kind):
                found[case.attrib["name"]] = outcome.attrib.get("message", "").partition("\n")[0]
    return failed, skipped
