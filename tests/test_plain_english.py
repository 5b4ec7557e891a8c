"""No sentence has a relative clause as its subject."""

from __future__ import annotations

import pytest

from tests.prose import AREAS, Sentence, paragraphs_of, riddles_in, split_into_sentences

pytestmark = pytest.mark.standalone


@pytest.mark.parametrize("area", AREAS)
def test_no_sentence_has_a_relative_clause_as_its_subject(area: str) -> None:
    riddles = riddles_in(area)
    assert not riddles, "Name the actor:\n" + "\n".join(map(str, riddles))


@pytest.mark.parametrize(
    "sentence",
    [
        "Who comes back to a room stays.",
        "Whoever signs in is a member.",
        "What is old is dropped.",
        "What the bus says may be lost.",
        "Whatever is sent must be found by comparing heads.",
        "That which was said stays.",
        "Nobody who left hears more.",
        "How much a member may send:",
        "Whether a command may wait:",
    ],
)
def test_a_riddle_is_found(sentence: str) -> None:
    assert Sentence("a.py", 1, sentence).is_riddle()


@pytest.mark.parametrize(
    "sentence",
    [
        "The feed drops frames it already has.",
        "What happens when Redis is down?",
        "Who may post here?",
        "Where a room has no topic, its name is shown.",
        "Whether a member may post.",
        "Whole rooms are read at once.",
    ],
)
def test_a_plain_sentence_is_not(sentence: str) -> None:
    assert not Sentence("a.py", 1, sentence).is_riddle()


def found_in(name: str, text: str) -> list[tuple[int, str]]:
    return [
        (line, sentence)
        for paragraph in paragraphs_of(name, text)
        for line, sentence in split_into_sentences(paragraph)
        if Sentence(name, line, sentence).is_riddle()
    ]


def test_python_is_read_in_its_docstrings_and_comments_only() -> None:
    text = '''"""Sockets.

A socket has one owner. What it
sends is encoded."""
TEXT = "What is a string is not prose."
LIMIT = 3  # Who sends more waits.
# A comment goes on. Whoever
# reads it finds one sentence.
'''
    assert found_in("a.py", text) == [
        (3, "What it sends is encoded."),
        (6, "Who sends more waits."),
        (7, "Whoever reads it finds one sentence."),
    ]


def test_typescript_is_read_in_its_comments_only() -> None:
    text = """/** What is kept
 *  stays. */
const text = "What is a string" // What is behind it
// Who reads
// goes on.
<!-- Whatever is here -->
"""
    assert found_in("a.svelte", text) == [
        (1, "What is kept stays."),
        (3, "What is behind it"),
        (4, "Who reads goes on."),
        (6, "Whatever is here"),
    ]


def test_a_document_is_read_without_its_code_and_quotations() -> None:
    text = """# What it holds

- **What is old** is dropped.
- A frame. What a
  frame is.

| What it is | `What` |
|---|---|

> Who said this?  Nobody. What a person said stays.

```
What is in code
```
"""
    assert found_in("a.md", text) == [
        (1, "What it holds"),
        (3, "What is old** is dropped."),
        (4, "What a frame is."),
        (7, "What it is"),
    ]
