"""The tables in the documentation match the code. A failure prints the correct table."""

from __future__ import annotations

import re
from pathlib import Path

from hubbub import conf
from hubbub_site.config import Config

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
RESULTS = ROOT / "bench" / "results"
BAR = r"\|"  # a vertical bar inside a table cell
SHARED_WITH_OTHERS = {"database_url": "DATABASE_URL", "redis_url": "REDIS_URL"}


def test_self_hosting_lists_every_setting_of_the_product() -> None:
    assert product_settings() in (DOCS / "self-hosting.md").read_text(), product_settings()


def test_embedding_lists_every_setting_of_the_app() -> None:
    assert app_settings() in (DOCS / "embedding.md").read_text(), app_settings()


def product_settings() -> str:
    rows = ["| variable | in hubbub.toml | default | meaning |", "|---|---|---|---|"]
    for name, field in Config.model_fields.items():
        variable = SHARED_WITH_OTHERS.get(name, f"HUBBUB_{name.upper()}")
        rows.append(f"| `{variable}` | `{name}` | {shown(field.default)} | {field.description} |")
    return "\n".join(rows)


def app_settings() -> str:
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for name, (default, meaning) in conf.SETTINGS.items():
        rows.append(f"| `{name}` | `{default!r}` | {meaning.replace('|', BAR)} |")
    return "\n".join(rows)


def shown(default: object) -> str:
    """A default as it is written in the environment."""
    if default is None or default in ("", ()):
        return ""
    if isinstance(default, bool):
        return "`on`" if default else "`off`"
    return f"`{' '.join(map(str, default)) if isinstance(default, tuple) else default}`"


def test_the_performance_page_names_its_results_and_there_are_no_others() -> None:
    named = set(re.findall(r"bench/results/(\S+?\.json)", (DOCS / "performance.md").read_text()))
    assert named == {file.name for file in RESULTS.iterdir()}


def test_no_result_was_measured_on_a_changed_tree() -> None:
    assert not [file.name for file in RESULTS.iterdir() if "+" in file.name or '+"' in file.read_text()]
