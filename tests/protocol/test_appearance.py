"""Which names people take for one another, and what a stored name looks like on the screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from hubbub.protocol.appearance import (
    APPEARANCE_CHARACTERS,
    MARKS_SHOWN,
    appearance,
    handle_appearance,
    is_reserved,
    shown,
)
from hubbub.protocol.fields import PersonName

PERSON = TypeAdapter(PersonName)


@pytest.mark.parametrize(
    "other",
    [
        "alice",
        "ALICE",
        "AIice",  # a capital I
        "A1ice",
        "A|ice",
        "\u0410lice",  # Cyrillic
        "\u0391lice",  # Greek
        "Al\u0456\u0441\u0435",
        "\uff21\uff4c\uff49\uff43\uff45",
        "\U0001d400\U0001d425\U0001d422\U0001d41c\U0001d41e",
        "Alic\u00e9",
        "Alic\u0435\u0301",
        "A l i c e",
        "Alice.",
        "@Alice",
        "Ali\u200bce",
        "Ali\u00adce",
        "Ali\u202ece",
        "Alice\u3164",
        "Alice\ufe0f",
        "Al\u200dice",
    ],
    ids=ascii,
)
def test_a_name_that_looks_like_alice_appears_as_hers(other: str) -> None:
    assert appearance(other) == appearance("Alice")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bob", "\u0412ob"),  # only the capital looks like ours
        ("Bill", "Biil"),
        ("Tom", "Torn"),
        ("Oskar", "0skar"),
        ("\u738b\u5c0f\u660e", "\u738b\u200d\u5c0f\u660e"),
        ("\U0001f98a", "\U0001f98a\ufe0f"),
        ("...", ". . ."),
    ],
    ids=ascii,
)
def test_these_two_are_taken_for_one_another(one: str, other: str) -> None:
    assert appearance(one) == appearance(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alice", "Alicia"),
        ("Bob", "Rob"),
        ("Alice Liddell", "Alice Lidell"),
        ("\u738b\u5c0f\u660e", "\u738b\u5c0f\u7ea2"),
        ("\u0623\u062d\u0645\u062f", "\u0645\u062d\u0645\u0648\u062f"),
        ("\U0001f98a", "\U0001f43b"),
        ("\u0939\u093f\u0928\u094d\u0926\u0940", "\u0939\u0935\u093e"),
    ],
    ids=ascii,
)
def test_these_two_are_not(one: str, other: str) -> None:
    assert appearance(one) != appearance(other)


def test_handles_differ_by_punctuation_but_not_by_similar_letters() -> None:
    assert handle_appearance("bob.marsh") != handle_appearance("bobmarsh") != handle_appearance("bob-marsh")
    assert handle_appearance("alice") == handle_appearance("a1ice") == handle_appearance("\u0430lice")


@given(st.text(max_size=200))
def test_every_name_has_an_appearance_that_fits_its_column(name: str) -> None:
    assert len(appearance(name)) <= APPEARANCE_CHARACTERS
    assert bool(appearance(name)) == bool(name)


@pytest.mark.parametrize(
    "word",
    ["admin", "Admin", "\u0430dmin", "@admin", "Support", "HUBBUB", "Tea House", "tea-house"],
    ids=ascii,
)
def test_only_owners_may_have_names_that_sound_official(word: str) -> None:
    assert is_reserved(word, workspace="Tea House", owner=False)
    assert not is_reserved(word, workspace="Tea House", owner=True)


@pytest.mark.parametrize("word", ["here", "Everyone", "room", "cha\u0578nel", "CHANNEL", "@here"], ids=ascii)
def test_names_that_mentions_use_are_reserved(word: str) -> None:
    assert is_reserved(word, workspace="Tea House", owner=True)


@pytest.mark.parametrize("name", ["Alice", "Adminah", "Roomer", "Hubert", "Tea Houses"])
def test_other_names_are_free(name: str) -> None:
    assert not is_reserved(name, workspace="Tea House", owner=False)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Ali\u200bce", "U+200B"),
        ("\u202eecilA", "U+202E"),
        ("Alice\u2069", "U+2069"),
        ("Alice\u00ad", "U+00AD"),
        ("Al\u200dice", "U+200D"),
        ("Alice\u3164", "U+3164"),
        ("\ufeffAlice", "U+FEFF"),
        ("Alice\U000e0041", "U+E0041"),
        ("Alice\ufff0", "U+FFF0"),
        ("Alice\x07", "U+0007"),
        ("Alice\u061c", "U+061C"),
    ],
    ids=ascii,
)
def test_the_refusal_of_an_invisible_character_names_it(name: str, code: str) -> None:
    with pytest.raises(ValidationError, match=code.replace("+", r"\+")):
        PERSON.validate_python(name)


@pytest.mark.parametrize(
    "name",
    [
        "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",
        "\U0001f469\u200d\U0001f680 Eve",
        "\u2764\ufe0f",
        "Zo\u00eb",
        "  Bob   Marsh ",
    ],
    ids=ascii,
)
def test_a_name_with_joiners_that_do_their_work_is_taken(name: str) -> None:
    assert PERSON.validate_python(name) == " ".join(name.split())


def test_a_stored_name_is_shown_without_invisible_characters_and_stacked_marks() -> None:
    assert shown("Alice") == "Alice"
    assert shown("\u202eAli\u200bce\u202c") == "Alice"
    assert shown("Z" + "\u0335" * 60) == "Z" + "\u0335" * MARKS_SHOWN
    assert shown("\u200b") == "\N{REPLACEMENT CHARACTER}"
    assert shown("\u0639\u0644\u06cc\u200c\u0631\u0636\u0627") == "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627"
