"""Names of rooms and people: any script, nothing that hides."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from hubbub.models.room import direct_key
from hubbub.protocol import limits
from hubbub.protocol.fields import PersonName, RoomName, ShortText
from hubbub.protocol.text import name_key

ROOM, PERSON, SHORT = TypeAdapter(RoomName), TypeAdapter(PersonName), TypeAdapter(ShortText)


def room(name: str) -> str:
    return ROOM.validate_python(name)


def refusal(kind: TypeAdapter[str], name: str) -> str:
    with pytest.raises(ValidationError) as caught:
        kind.validate_python(name)
    return caught.value.errors()[0]["msg"].removeprefix("Value error, ")


@pytest.mark.parametrize(
    "name",
    [
        "general",
        "Küche",
        "日本語",
        "комната",
        "غرفة",
        "می‌خواهم",
        "हिन्दी",
        "🎉 party",
        "👩‍👩‍👧",
        "a.b-c_d",
        "#1",
        "?",
        "...",
        "❤️",
    ],
)
def test_room_names_may_use_any_script(name: str) -> None:
    assert room(name) == name


def test_composed_and_decomposed_letters_are_one_name() -> None:
    assert room("cafe\u0301") == room("café") == "café"


@pytest.mark.parametrize(
    "spelled",
    [
        " general ",
        "gen\u200beral",
        "\u200b general",
        "general \u2060",
        "\ufeffgeneral",
        "gen\u00aderal",
        "gen\u202eeral\u202c",
        "\u2067general\u2069",
        "gen\u200deral",
        "gen\u200ceral",
        "general\ufe0f",
        "gen\U000e0065eral",
        "gen\u034feral",
        "general\u3164",
        "general\u2800",
        "general\x7f",
        "general\x1b",
        "general\u180e",
        "\u061cgeneral",
        "general\u2062",
        "general\ufff9",
        "gen\u115f\u200deral",
    ],
    ids=ascii,
)
def test_invisible_characters_do_not_make_another_name(spelled: str) -> None:
    assert room(spelled) == "general"


def test_white_space_is_one_space() -> None:
    assert room("the\t\u00a0 \u2003big\u200b \u200b room") == "the big room"


@pytest.mark.parametrize(
    "name", ["", "  ", "\u200b", "\u200d", "\u3164", "\u2800\ufe0f", "\u202e\u202c"], ids=ascii
)
def test_a_name_without_visible_characters_is_refused(name: str) -> None:
    assert refusal(ROOM, name) == "a room needs a name"
    assert refusal(PERSON, name) == "a name needs at least one visible character"


@pytest.mark.parametrize(
    "name", ["a/b", "/", "~12", "~", "\u200b~12", " ~12", ".", "..", "\u200b.."], ids=ascii
)
def test_a_name_that_would_be_another_address_is_refused(name: str) -> None:
    assert "“/”" in refusal(ROOM, name)


@pytest.mark.parametrize("name", ["a\x00b", "a\ud800b", "\udfff"], ids=ascii)
def test_a_name_that_a_database_cannot_hold_is_refused(name: str) -> None:
    for kind in (ROOM, PERSON, SHORT):
        assert "NUL or half a character" in refusal(kind, name)


def test_a_name_is_as_long_as_a_sidebar_shows_and_no_longer() -> None:
    longest = "ü" * limits.ROOM_NAME_CHARACTERS
    assert room(longest) == longest
    assert str(limits.ROOM_NAME_CHARACTERS) in refusal(ROOM, longest + "x")
    assert PERSON.validate_python(longest) == longest
    assert str(limits.MEMBER_NAME_CHARACTERS) in refusal(PERSON, longest + "x")


@given(st.text(max_size=100))
def test_a_name_that_was_accepted_is_accepted_as_it_is(name: str) -> None:
    try:
        tidy = room(name)
    except ValidationError:
        return
    assert room(tidy) == tidy
    assert unicodedata.is_normalized("NFC", tidy)
    assert tidy == tidy.strip()
    assert "  " not in tidy
    assert not tidy.startswith("~")


@given(st.text(max_size=40))
def test_the_key_of_a_name_does_not_change_when_taken_twice(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


def test_capitals_and_compatibility_forms_make_no_other_room() -> None:
    assert name_key("Straße") == name_key("STRASSE") == name_key("ｓｔｒａｓｓｅ")
    assert name_key("ﬁne") == name_key("FINE")
    assert name_key("general") != name_key(
        "generаl"
    )  # the second has a Cyrillic а: another letter, another name


def test_a_name_whose_key_would_not_fit_is_refused() -> None:
    """Eighty of these are 1440 letters to the database."""
    assert room("\ufdfa" * 14)
    assert "at most" in refusal(ROOM, "\ufdfa" * 15)


def test_a_direct_room_is_named_by_its_people_in_any_order_once_each() -> None:
    assert direct_key([3, 1, 2]) == direct_key([1, 2, 2, 3]) == "1,2,3"
    assert direct_key([12]) != direct_key([1, 2])


def test_the_key_of_many_people_fits_its_column() -> None:
    crowd = [2**53 - n for n in range(limits.DIRECT_MEMBERS)]
    assert len(direct_key(crowd)) == 64
    assert direct_key(crowd) == direct_key(reversed(crowd)) != direct_key(crowd[1:])
