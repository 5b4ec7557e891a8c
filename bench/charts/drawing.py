"""A sheet to draw on: text, lines and boxes with the classes of the style."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

Place = tuple[float, float]

STYLE = """
  .sheet { fill: #ffffff } text { fill: #1f2328; font: 12px system-ui, -apple-system, "Segoe UI", sans-serif }
  .title { font-size: 15px; font-weight: 600 } .panel { font-weight: 600 } .quiet { fill: #59636e; font-size: 11px }
  .grid { stroke: #d1d9e0; stroke-width: 1 } .whisker { stroke: #1f2328; stroke-width: 1.25 }
  .ours { fill: #0969da } .theirs { fill: #b4bcc5 } .band { fill: #0969da; fill-opacity: 0.1 }
  .line { fill: none; stroke: #0969da; stroke-width: 2; stroke-linejoin: round }
  .second { fill: none; stroke: #bc4c00; stroke-width: 1.5; stroke-dasharray: 5 4 }
  @media (prefers-color-scheme: dark) {
    .sheet { fill: #0d1117 } text { fill: #e6edf3 } .quiet { fill: #9198a1 }
    .grid { stroke: #30363d } .whisker { stroke: #e6edf3 }
    .ours { fill: #4493f8 } .theirs { fill: #59636e } .band { fill: #4493f8; fill-opacity: 0.15 }
    .line { stroke: #4493f8 } .second { stroke: #f0883e }
  }
"""


class Sheet:
    """Coordinates are pixels from the upper left corner."""

    def __init__(self, width: float, height: float, title: str, conditions: str) -> None:
        self.width, self.height, self.title = width, height, title
        self._parts: list[str] = []
        self.text((16, 26), title, "title")
        self.text((16, height - 12), conditions, "quiet")

    def text(self, at: Place, words: str, style: str = "", *, anchor: str = "start") -> None:
        x, y = at
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" class="{style}" text-anchor="{anchor}">{escape(words)}</text>'
        )

    def line(self, begin: Place, end: Place, style: str) -> None:
        (x1, y1), (x2, y2) = begin, end
        self._parts.append(f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" class="{style}"/>')

    def path(self, points: Sequence[Place], style: str) -> None:
        self._parts.append(f'<path d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in points)}" class="{style}"/>')

    def box(self, at: Place, width: float, height: float, style: str) -> None:
        x, y = at
        self._parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" class="{style}"/>'
        )

    def dot(self, at: Place, style: str) -> None:
        self._parts.append(f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="3.5" class="{style}"/>')

    def svg(self) -> str:
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {self.height:g}"'
            f' width="{self.width:g}" height="{self.height:g}" role="img">'
        )
        frame = f'<rect class="sheet" width="{self.width:g}" height="{self.height:g}" rx="6"/>'
        return "\n".join(
            [
                head,
                f"<title>{escape(self.title)}</title>",
                f"<style>{STYLE}</style>",
                frame,
                *self._parts,
                "</svg>\n",
            ]
        )


def number(value: float) -> str:
    """For people: three digits of small numbers, all digits of large ones, in groups."""
    return f"{value:,.0f}".replace(",", " ") if abs(value) >= 1000 else f"{value:.3g}"


def short(value: float) -> str:
    """For an axis: 10 k, 1 M."""
    for size, letter in ((1e6, " M"), (1e3, " k")):
        if abs(value) >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
