"""Documents name only files and sections that exist."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.standalone

ROOT = Path(__file__).parents[1]

FILE = re.compile(
    r"`(?:\.\./)*([\w.-]+(?:/[\w.-]+)*\.(?:py|ts|svelte|css|c|md|txt|json|yml|yaml|conf|service))`"
)
FOLDER = re.compile(r"`((?:[\w.-]+/)+)`")
ANCHOR = re.compile(r"\]\(([\w./-]*)#([\w-]+)\)")

# Examples of files that a reader would make, and files that exist on a running site or after a build.
EXAMPLES = {"settings.py", "urls.py", "asgi.py", "actions/pins.py", "tests/actions/test_pin_message.py"}
MADE_LATER = {"data/", ".peers/", ".attacks/", ".faults/"}


@cache
def names_in_git() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return listed.stdout.splitlines()


def documents() -> list[str]:
    return [name for name in names_in_git() if name.endswith(".md") and (ROOT / name).is_file()]


@cache
def prose_of(name: str) -> str:
    """The document without its blocks of code."""
    text = re.sub(
        r"^```.*?^```", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    return "\n".join(line for line in text.splitlines() if not line.startswith("    "))


@pytest.mark.parametrize("document", documents())
def test_every_file_that_a_document_names_exists(document: str) -> None:
    missing = {name for name in FILE.findall(prose_of(document)) if not is_a_file(name)}
    assert missing <= EXAMPLES


@pytest.mark.parametrize("document", documents())
def test_every_folder_that_a_document_names_exists(document: str) -> None:
    folders = "\n".join(f"/{name}" for name in names_in_git())
    missing = {folder for folder in FOLDER.findall(prose_of(document)) if f"/{folder}" not in folders}
    assert missing <= MADE_LATER


@pytest.mark.parametrize("document", documents())
def test_every_link_to_a_section_leads_to_one(document: str) -> None:
    missing = []
    for file, anchor in ANCHOR.findall(prose_of(document)):
        target = (ROOT / document).parent / file if file else ROOT / document
        if anchor not in anchors_in(target.resolve()):
            missing.append(f"{file}#{anchor}")
    assert not missing


def is_a_file(name: str) -> bool:
    return any(f"/{file}".endswith(f"/{name}") for file in names_in_git())


@cache
def anchors_in(document: Path) -> set[str]:
    return set(headings(document.read_text(encoding="utf-8")))


def headings(text: str) -> Iterator[str]:
    """Anchors as forges make them: lower case, without punctuation, with hyphens for spaces."""
    for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
