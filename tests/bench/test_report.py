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


def test_servers_side_by_side_get_a_chart_and_one_alone_does_not(page: Path) -> None:
    alone, compared = results("P1"), results("P2")
    contenders = compared["scenarios"]["P2"]["contenders"]
    contenders["a peer"] = {**contenders["Hubbub"], "note": ""}
    report.write_page([alone, compared])
    assert [file.name for file in (page.parent / "performance").iterdir()] == ["p2.svg"]
    assert "![One room, deliveries/s: Hubbub 150 000; a peer 150 000](performance/p2.svg)" in page.read_text()


def test_growth_has_a_chart_and_a_row_for_each_size(page: Path) -> None:
    report.write_page([results() | {"growth": {"rooms": growth(10, 100)}}])
    text = page.read_text()
    assert "![10 to 100 rooms: p99, ms from 10 to 100](performance/growth-rooms.svg)" in text
    assert "| 10 | 10 |" in text and "| 100 | 100 |" in text


def test_a_chart_that_is_no_longer_shown_is_removed(page: Path) -> None:
    report.write_page([results() | {"growth": {"rooms": growth(10, 100)}}])
    report.write_page([results()])
    assert not list((page.parent / "performance").iterdir())


def test_memory_over_time_is_told_with_what_was_done(page: Path) -> None:
    steady = {
        "commit": "abc1234",
        "title": "Memory",
        "minutes": 30,
        "server_load": 0.25,
        "done": {"messages": 5000, "refused: forbidden": 1},
        "warm_up_seconds": 300,
        "baseline": 80.0,
        "end": 82.0,
        "most": 83.0,
        "mib_per_hour": 4.0,
        "drift_percent": 2.5,
        "bar": "within ± 10 %",
        "met": True,
        "samples": [[0, 70.0], [900, 80.0], [1800, 82.0]],
    }
    report.write_page([results() | {"steady": {"memory": steady}}])
    text = page.read_text()
    assert "80 MiB after 5 minutes, 82 MiB at the end: +2.5 %" in text
    assert "5 000 messages." in text and "forbidden" not in text


def growth(*sizes: int) -> dict[str, Any]:
    return {
        "commit": "abc1234",
        "title": "Rooms",
        "across": "rooms",
        "figures": {"p99_ms": "p99, ms"},
        "drawn": ["p99_ms"],
        "note": "How it was asked.",
        "points": [{"x": size, "p99_ms": {"median": size, "min": size, "max": size}} for size in sizes],
    }
