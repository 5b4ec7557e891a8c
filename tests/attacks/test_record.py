"""The record in README.md: every row once, and every test that it names exists."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
README = (HERE / "README.md").read_text(encoding="utf-8")
ROWS = range(1, 78)


def test_every_row_is_in_the_record_once() -> None:
    rows = [int(row) for row in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)]
    assert sorted(rows) == list(ROWS)


def test_every_proven_row_links_to_tests() -> None:
    proven = README.partition("## Proven")[2].partition("##")[0]
    for line in re.findall(r"^\| \d+ .*$", proven, re.MULTILINE):
        files = re.findall(r"\]\(([^)]+)\)", line)
        assert files, line
        for file in files:
            assert "def test_" in (HERE / file).read_text(encoding="utf-8"), f"{line}: {file}"


def test_every_test_here_names_rows_of_the_record() -> None:
    """Except the record's own."""
    for file in HERE.glob("test_*.py"):
        if file.name == "test_record.py":
            continue
        source = file.read_text(encoding="utf-8")
        rows = {
            int(row)
            for text in re.findall(r'"""Rows? ([\d, and]+)', source)
            for row in re.findall(r"\d+", text)
        }
        assert rows, file.name
        assert rows <= set(ROWS)
        for name, docstring in re.findall(r"def (test_\w+)\([^:]*?\) -> None:\n    (.*)", source):
            assert re.match(r'"""Rows? \d', docstring), f"{file.name}: {name}"
