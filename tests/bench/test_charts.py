"""Charts are well-formed, say what they show, and draw what they are told: nothing more, nothing elsewhere."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from bench.charts.bars import Bar, bars
from bench.charts.course import course
from bench.charts.drawing import short
from bench.charts.growth import Panel, panels

SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg: str, kind: str, style: str) -> list[ElementTree.Element]:
    found = ElementTree.fromstring(svg).iter(f"{SVG}{kind}")  # noqa: S314  written here a moment ago
    return [element for element in found if element.get("class") == style]


def words(svg: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314


def test_bars_are_as_long_as_their_medians() -> None:
    rows = [Bar("Hubbub", 200, 150, 250), Bar("a peer & more", 100, 100, 100)]
    svg = bars("Title", "deliveries/s", rows, ours="Hubbub", conditions="small print")
    ours, theirs = drawn(svg, "rect", "ours"), drawn(svg, "rect", "theirs")
    assert float(ours[0].get("width", 0)) == pytest.approx(2 * float(theirs[0].get("width", 0)), abs=0.2)
    assert {"Title", "deliveries/s", "small print", "a peer & more", "200", "100"} <= set(words(svg))


def test_only_what_varied_has_a_whisker() -> None:
    rows = [Bar("Hubbub", 200, 150, 250), Bar("a peer", 100, 100, 100)]
    assert len(drawn(bars("T", "u", rows, ours="Hubbub", conditions=""), "path", "whisker")) == 3


def test_growth_stands_at_equal_distances_for_equal_factors() -> None:
    panel = Panel("p99, ms", [(10, 1, 1, 1), (100, 2, 2, 2), (1000, 3, 3, 3)])
    svg = panels("Growth", "members", [panel], "")
    x = [float(dot.get("cx", 0)) for dot in drawn(svg, "circle", "ours")]
    assert x[0] - x[1] == pytest.approx(x[1] - x[2], abs=0.2) and x[0] > x[2]
    assert {"10", "100", "1 k", "1", "2", "3"} <= set(words(svg))


def test_a_figure_that_grows_a_lot_says_that_its_axis_is_logarithmic() -> None:
    def title(most: float) -> str:
        return panels("Growth", "rooms", [Panel("ms", [(1, 1, 1, 1), (10, most, most, most)])], "")

    assert "ms (logarithmic)" in words(title(1000)) and "ms" in words(title(10))


def test_memory_is_drawn_with_its_band() -> None:
    points = [(minute, 80.0) for minute in range(31)]
    svg = course("Memory", "MiB", points, begin=5, level=80, tolerance=0.1, conditions="")
    assert len(drawn(svg, "rect", "band")) == 1
    assert {"± 10% of 80", "minutes", "0", "30"} <= set(words(svg))


def test_axes_speak_shortly() -> None:
    assert [short(value) for value in (10, 1000, 10_000, 1_000_000)] == ["10", "1 k", "10 k", "1 M"]
