"""The tables in the documentation are what the code says; a failure prints the table that belongs there."""

from __future__ import annotations

from pathlib import Path

from hubbub import conf
from hubbub_site.config import Config

DOCS = Path(__file__).parents[2] / "docs"
BAR = r"\|"  # a bar inside a cell of a table
SHARED_WITH_OTHERS = {"database_url": "DATABASE_URL", "redis_url": "REDIS_URL"}


def test_every_setting_of_the_product_stands_in_self_hosting() -> None:
    assert product_settings() in (DOCS / "self-hosting.md").read_text(), product_settings()


def test_every_setting_of_the_app_stands_in_embedding() -> None:
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
        told = meaning.replace("|", BAR)
        rows.append(f"| `{name}` | `{default!r}` | {told} |")
    return "\n".join(rows)


def shown(default: object) -> str:
    """A default as one would write it into the environment."""
    if default is None or default in ("", ()):
        return ""
    if isinstance(default, bool):
        return "`on`" if default else "`off`"
    return f"`{' '.join(map(str, default)) if isinstance(default, tuple) else default}`"
