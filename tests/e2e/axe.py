"""Runs axe-core, which finds accessibility violations: https://github.com/dequelabs/axe-core"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "client" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def source() -> str:
    return AXE.read_text()


def violations(page: Page) -> list[str]:
    """The violations on the current page: each with its rule, a summary and the element."""
    page.evaluate(source())
    found = page.evaluate(
        "async rules => (await axe.run(document, {runOnly: rules, resultTypes: ['violations']})).violations",
        RULES,
    )
    return [
        f"{violation['id']}: {node['failureSummary']} at {node['html'][:200]}"
        for violation in found
        for node in violation["nodes"]
    ]
