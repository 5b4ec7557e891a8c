"""docs/security.md and docs/asvs.md claim nothing that is not there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.standalone

ROOT = Path(__file__).parents[1]
DOCUMENTS = ["docs/security.md", "docs/asvs.md"]
REASONS = ("Does not apply", "Operator", "Document", "No test", "Not met")

ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


@cache
def names_in(file: str) -> set[str]:
    path = ROOT / file
    if not path.is_file():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def requirements() -> list[tuple[str, str]]:
    lines = (ROOT / "tests" / "attacks" / "asvs.txt").read_text(encoding="utf-8").splitlines()
    return [(line.split()[0], line.split()[1]) for line in lines if not line.startswith("#")]


def rows() -> list[tuple[str, str, str, str]]:
    return ROW.findall(text_of("docs/asvs.md"))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_test_that_is_named_exists(document: str) -> None:
    missing = [
        f"{file}::{name}" for file, name in NAMED.findall(text_of(document)) if name not in names_in(file)
    ]
    assert missing == []


def test_every_requirement_of_levels_1_and_2_is_answered_once() -> None:
    answered = [(row[0], row[1]) for row in rows()]
    assert [requirement for requirement, times in Counter(answered).items() if times > 1] == []
    assert answered == requirements()


def test_the_list_is_the_standard_s() -> None:
    levels = Counter(level for _, level in requirements())
    assert levels == {"1": 70, "2": 183}


def test_no_requirement_is_claimed_without_a_test_or_a_reason() -> None:
    claims = [row[0] for row in rows() if not NAMED.search(row[3]) and not row[3].startswith(REASONS)]
    assert claims == []


def test_a_reason_says_more_than_its_first_word() -> None:
    bare = [row[0] for row in rows() if re.fullmatch(r"[\w ]+[:.]?", row[3])]
    assert bare == []


def test_every_row_of_the_table_is_read() -> None:
    """A row that is written otherwise would be checked by nobody."""
    written = [line for line in text_of("docs/asvs.md").splitlines() if re.match(r"\| *\d", line)]
    assert len(written) == len(rows())
