"""All of them: each has a file of its own here, each is callable from async code."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async

from hubbub import actions
from hubbub.models import Member
from tests.people import somebody

ACTIONS = [name for name in actions.__all__ if name != "Post"]


@pytest.mark.parametrize("name", ACTIONS)
def test_it_has_a_file_of_tests_that_begins_with_how_it_works(name: str) -> None:
    file = Path(__file__).with_name(f"test_{name}.py")
    first = next(line for line in file.read_text().splitlines() if line.startswith("def test_"))
    assert first.startswith("def test_it_works(")


@pytest.mark.parametrize("name", ACTIONS)
def test_it_has_keyword_arguments_and_a_docstring(name: str) -> None:
    action = getattr(actions, name)
    many = {"send_messages", "member_for", "end_session", "end_logins_of", "recheck_logins_of"}
    kinds = {parameter.kind for parameter in inspect.signature(action).parameters.values()}
    assert name in many or kinds <= {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("name", ACTIONS)
def test_it_can_be_awaited(name: str) -> None:
    assert inspect.iscoroutinefunction(getattr(actions, f"a{name}").__call__)


@pytest.mark.django_db(transaction=True)
async def test_async_code_posts_like_any_other() -> None:
    bob: Member = await sync_to_async(somebody)("bob")
    room = await actions.acreate_room(by=bob, name="kitchen")
    message = await actions.asend_message(author=bob, room=room, text="hello")
    assert (message.number, message.text) == (3 if room.last_number == 2 else 2, "hello")


def test_only_actions_have_an_async_variant() -> None:
    with pytest.raises(AttributeError):
        _ = actions.asplode
    with pytest.raises(AttributeError):
        _ = actions.acheck
