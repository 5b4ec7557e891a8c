"""The tables of docs/performance.md come from raw results, and only from there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench import report
from bench.report import page as writing

PAGE = f"Before.\n{report.BEGIN}\nold\n{report.END}\nAfter.\n"


def results(name: str = "P1", *, value: float | None = 1.5, met: bool | None = True) -> dict[str, Any]:
    figures = {"deliveries_per_second": {"median": 150000.0, "min": 140000.0, "max": 160000.0}}
    return {
        "date": "2026-01-02 03:04 UTC",
        "machine": {
            "processor": "Abacus",
            "cores": "2",
            "memory": "1 GiB",
            "system": "Linux",
            "python": "3.11",
        },
        "scenarios": {
            name: {
                "commit": "abc1234",
                "title": "One room",
                "bars": [{"figure": "ratio", "value": value, "bar": "≥ 1", "met": met}],
                "contenders": {
                    "Hubbub": {**figures, "valid_runs": 5, "all_runs": 5, "runs": [], "note": "durable"}
                },
            }
        },
    }


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "performance.md"
    file.write_text(PAGE)
    monkeypatch.setattr(writing, "PAGE", file)
    monkeypatch.setattr(writing, "CHARTS", tmp_path / "performance")
    return file


def test_the_tables_replace_what_stood_between_the_markers(page: Path) -> None:
    report.write_page([results()])
    text = page.read_text()
    assert text.startswith("Before.\n") and text.endswith("\nAfter.\n") and "old" not in text
    assert "| P1 | One room | ratio | **1.5** | ≥ 1 | met | `abc1234` |" in text
    assert "| Hubbub | 150 000 (140 000–160 000) |" in text


def test_writing_twice_changes_nothing(page: Path) -> None:
    report.write_page([results()])
    once = page.read_text()
    report.write_page([results()])
    assert page.read_text() == once


def test_a_bar_that_is_not_met_says_so(page: Path) -> None:
    report.write_page([results(met=False)])
    assert "**not met**" in page.read_text()


def test_what_was_not_measured_has_no_figure(page: Path) -> None:
    report.write_page([results(value=None, met=None)])
    assert "| **–** | ≥ 1 | not measured |" in page.read_text()


def test_a_peer_that_could_not_be_brought_up_stands_in_the_table_with_the_reason(page: Path) -> None:
    found = results()
    found["scenarios"]["P1"]["contenders"]["A broker"] = {"runs": [], "not_measured": "apt\ndid not answer."}
    report.write_page([found])
    assert "| A broker |  | not measured |" in page.read_text()
    assert "A broker was not measured: apt did not answer." in page.read_text()


def test_of_two_files_the_later_counts_and_scenarios_stand_in_order(page: Path) -> None:
    report.write_page([results("P10"), results("P2", value=1.0), results("P2", value=2.0)])
    text = page.read_text()
    assert "**2**" in text and "**1**" not in text
    assert text.index("P2") < text.index("P10")
