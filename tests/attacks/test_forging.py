"""Clients cannot forge data: no extra fields, no values of other types, no other author."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.apps import apps

from hubbub import actions
from hubbub.actions import quotas
from hubbub.dispatch import run
from hubbub.errors import HubbubError
from hubbub.models import Member, Message, Room
from hubbub.protocol import codec, commands
from hubbub.protocol.ids import make_message_id
from tests.http.test_commands import FIELDS, Town
from tests.people import asks, refused, says

COLUMNS = {
    name
    for model in [*apps.get_app_config("hubbub").get_models(), *apps.get_app_config("accounts").get_models()]
    for field in model._meta.get_fields()
    for name in (field.name, getattr(field, "attname", field.name), f"{field.name}__gt")
}
FLAGS = {"by", "user", "is_admin", "is_staff", "is_superuser", "as", "embeds", "metadata", "dup", "re", "ok"}


@pytest.fixture
def town(alice: Member, bob: Member, carol: Member, dave: Member, square: Room) -> Town:
    kitchen = actions.create_room(by=bob, name="bobs kitchen", private=True)
    actions.invite_members(by=bob, room=kitchen, members=[carol])
    return Town(kitchen, square, says(bob, kitchen, "hello"), dave, carol)


@pytest.mark.parametrize("kind", commands.ALL, ids=commands.type_of)
def test_a_command_sets_only_the_columns_that_it_names(kind: type[commands.Command]) -> None:
    """Rows 18, 37, 38: a member made their own bot admin; a client set its embeds; a bot chose its author."""
    name = commands.type_of(kind)
    for extra in (COLUMNS | FLAGS) - set(kind.model_fields):
        with pytest.raises(HubbubError) as caught:
            codec.decode(json.dumps({extra: 1, "type": name}))
        assert caught.value.code == "invalid"
    document = {**dict.fromkeys(kind.model_fields), "type": name, "role": "owner"}
    with pytest.raises(HubbubError):
        codec.decode(json.dumps(document))


def test_no_command_gives_a_role() -> None:
    """Row 37: roles are changed on the account pages and from Python only, with the policy's check."""
    assert not [name for name, kind in commands.BY_TYPE.items() if "role" in kind.model_fields]


def test_a_bot_cannot_post_as_another_member(alice: Member, kitchen: Room) -> None:
    """Row 38: in Campfire a bot's token could be made another's."""
    bot = actions.create_bot(by=alice, handle="robot", name="Robot")
    actions.invite_members(by=alice, room=kitchen, members=[bot])
    fields = {"room": kitchen.pk, "message": make_message_id(), "text": "beep"}
    assert asks(bot, "message.send", **fields).message.author == bot.pk
    for forged in ({"author": alice.pk}, {"member": alice.pk}, {"by": "alice"}):
        with refused("invalid", "unknown field"):
            asks(bot, "message.send", **fields, **forged)


def test_a_sender_cannot_choose_number_or_time_of_a_message(bob: Member, kitchen: Room) -> None:
    """Row 18: only the server sets number, seq, time and state."""
    fields = {"room": kitchen.pk, "message": make_message_id(), "text": "hi"}
    for forged in ("number", "seq", "post", "created_at", "edited_at", "deleted", "system"):
        with refused("invalid", forged):
            asks(bob, "message.send", **fields, **{forged: 1})
    assert not Message.objects.filter(pk=fields["message"]).exists()


STRANGE: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1.5,
    2**31,
    2**53,
    2**53 + 1,
    2**63,
    10**30,
    "",
    "x",
    "1",
    "' OR 1=1 --",
    '"; DROP TABLE hubbub_room; --',
    "%",
    "\\",
    "\u0000",
    "\u202e",
    "__class__",
    "../../etc/passwd",
    "{{7*7}}",
    "👩‍👩‍👧",
    "x" * 20_000,
    [],
    [1],
    [[1]],
    ["x"] * 500,
    {},
    {"$gt": ""},
    {"id__gt": 0},
    {"1": {"2": 3}},
    "00000000-0000-0000-0000-000000000000",
    "00000000-0000-7000-8000-0000000000000000",
]


@pytest.mark.parametrize("name", FIELDS)
def test_values_of_wrong_types_cause_no_bug_or_database_error(
    name: str, town: Town, bob: Member, caplog: pytest.LogCaptureFixture
) -> None:
    """Rows 14, 75: wrong values for each field of each command. A bug or a database error is a vulnerability."""
    good = FIELDS[name](town)
    optional = commands.BY_TYPE[name].model_fields.keys() - good.keys() - {"type"}
    for field in [*good, *optional]:
        for value in STRANGE:
            try:
                with quotas.lifted():  # quotas are not tested here
                    run(bob, codec.decode(json.dumps({"type": name, **good, field: value})))
            except HubbubError as refusal:
                allowed = {"invalid", "not_found", "forbidden", "conflict"}
                assert refusal.code in allowed, f"{field}={value!r}: {refusal.code}"
    assert [record for record in caplog.records if record.levelname in ("ERROR", "WARNING")] == []


def test_ids_are_compared_whole(alice: Member, bob: Member, kitchen: Room) -> None:
    """Row 46: an id is compared as a whole, and all spellings of a message id are the same id."""
    message = says(bob, kitchen, "mine")
    spelled = str(message.pk)
    for part in (spelled[:-1], spelled[:8], spelled + "0", "%" + spelled[1:], "*"):
        with refused("invalid"):
            asks(bob, "message.get", message=part)
    for same in (spelled.upper(), spelled.replace("-", ""), "{" + spelled + "}", f"urn:uuid:{spelled}"):
        assert asks(bob, "message.get", message=same).id == message.pk
