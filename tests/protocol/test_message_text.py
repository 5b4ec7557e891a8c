"""The text of a message is kept as it was typed, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from hubbub.protocol import limits
from hubbub.protocol.fields import MessageText

TEXT = TypeAdapter(MessageText)


@pytest.mark.parametrize(
    "text", ["  code\n\tindented  ", "e\u0301", "\u202eabc", "👩‍👩‍👧", "a" * limits.MESSAGE_BYTES]
)
def test_it_is_kept_to_the_letter(text: str) -> None:
    assert TEXT.validate_python(text) == text


@pytest.mark.parametrize("letter", ["a", "é", "€", "😀"])
def test_its_length_is_counted_in_bytes_of_utf8(letter: str) -> None:
    fits = limits.MESSAGE_BYTES // len(letter.encode())
    assert TEXT.validate_python(letter * fits)
    with pytest.raises(ValidationError, match="at most 16384 bytes"):
        TEXT.validate_python(letter * (fits + 1))


@pytest.mark.parametrize("text", ["", " ", "\n\n\t", "\u2003"])
def test_a_message_without_text_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="needs some text"):
        TEXT.validate_python(text)


@pytest.mark.parametrize("text", ["a\x00", "\ud83d", "\ude00\ud83d"], ids=ascii)
def test_characters_that_a_database_cannot_store_are_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="NUL or half a character"):
        TEXT.validate_python(text)


@given(st.text())
def test_it_is_the_same_text_or_refused(text: str) -> None:
    try:
        assert TEXT.validate_python(text) == text
    except ValidationError as error:
        assert len(error.errors()) == 1
