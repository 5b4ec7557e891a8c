"""The generated part of docs/performance.md: tables and charts from raw results, so that no figure can be mistyped."""

from __future__ import annotations

from bench.report.page import BEGIN, CHARTS, END, PAGE, write_page

__all__ = ["BEGIN", "CHARTS", "END", "PAGE", "write_page"]
