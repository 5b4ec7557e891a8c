"""Commands that the writer runs in one transaction: each fares as if it were alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, OperationalError
from django.db.utils import DataError

from hubbub import actions, dispatch
from hubbub.dispatch import Job
from hubbub.message_states import state_of
from hubbub.models import Member, Membership, Message, Room
from hubbub.protocol.ids import make_message_id
from hubbub.unit import Unit
from tests.people import Published, asks, counted, job, says, together


def outcomes(*jobs: Job) -> list[str]:
    return [done.refusal.code if done.refusal else "ok" for done in together(*jobs)]


def test_commands_of_different_members_run_in_order(
    alice: Member, bob: Member, dave: Member, square: Room, published: Published
) -> None:
    sent, renamed, joined, thanks = together(
        job(bob, "message.send", room=square.pk, text="one"),
        job(alice, "room.rename", room=square.pk, name="plaza"),
        job(dave, "room.join", room=square.pk),
        job(dave, "message.send", room=square.pk, text="two"),
    )

    assert len(published.batches) == 1
    assert [
        f.message.text or f.message.system.kind
        for f in published.frames
        if f.message.system or f.message.text
    ] == [
        "one",
        "renamed",
        "joined",
        "two",
    ]
    assert [f.seq for f in published.frames] == [4, 5, 6, 7]
    assert sent.outcome().message.number == 4  # type: ignore[attr-defined]
    assert thanks.outcome().message.number == 7  # type: ignore[attr-defined]
    assert joined.outcome().room.name == renamed.outcome().room.name == "plaza"  # type: ignore[attr-defined]


def test_events_without_seq_show_the_final_state_of_a_transaction_that_is_placed_in_parts(
    dave: Member, bob: Member, square: Room, published: Published
) -> None:
    """Dave joins and then others post: his notice must have the head after these posts, or he misses them."""
    together(
        job(dave, "room.join", room=square.pk),
        job(bob, "message.send", room=square.pk, text="one"),
        job(bob, "room.describe", room=square.pk, description="busy"),
        job(bob, "message.send", room=square.pk, text="two"),
    )
    square.refresh_from_db()
    (notice,) = published.attached
    assert notice.attach == square.seq == published.frames[-1].seq
    for told in [*published.on(f"room.{square.pk}"), *published.to(dave)]:
        assert (told["room"]["seq"], told["room"]["posts"]) == (square.seq, 2)


def test_a_refused_command_burns_no_number_and_harms_no_other(
    alice: Member, bob: Member, dave: Member, kitchen: Room, square: Room
) -> None:
    assert outcomes(
        job(bob, "message.send", room=kitchen.pk, text="one"),
        job(dave, "message.send", room=kitchen.pk, text="let me in"),
        job(bob, "room.rename", room=kitchen.pk, name="bobs"),
        job(alice, "room.rename", room=kitchen.pk, name="square"),
        job(alice, "room.describe", room=kitchen.pk, description="food"),
        job(bob, "message.edit", message=make_message_id(), text="x", seq=1),
        job(bob, "message.send", room=kitchen.pk, text="two"),
    ) == ["ok", "not_found", "forbidden", "conflict", "ok", "not_found", "ok"]
    assert numbers(kitchen) == seqs(kitchen) == [1, 2, 3, 4, 5, 6]


def test_a_command_that_fails_half_way_takes_back_all_of_itself(
    alice: Member,
    bob: Member,
    dave: Member,
    kitchen: Room,
    monkeypatch: pytest.MonkeyPatch,
    published: Published,
) -> None:
    """Otherwise its system message and events would announce a change that did not happen."""

    def broken(work: Unit, room: Room) -> None:
        raise RuntimeError("half way")

    monkeypatch.setattr("hubbub.actions.memberships.announce_room_changed", broken)
    caught = outcomes(
        job(bob, "message.send", room=kitchen.pk, text="one"),
        job(alice, "room.invite", room=kitchen.pk, members=[dave.pk]),
        job(bob, "message.send", room=kitchen.pk, text="two"),
    )
    assert caught == ["ok", "internal", "ok"]
    assert [frame.message.text for frame in published.frames] == ["one", "two"]
    assert published.notices == []
    assert not kitchen.memberships.filter(member=dave).exists()
    assert numbers(kitchen) == [1, 2, 3, 4, 5]


def test_a_bug_reveals_no_details(
    bob: Member, kitchen: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(**_: Any) -> None:
        raise RuntimeError("password=1234")

    monkeypatch.setattr(actions, "mark_read", broken)
    (done,) = together(job(bob, "room.read", room=kitchen.pk, number=1))
    assert done.refusal is not None
    assert (done.refusal.code, "1234" in done.refusal.message) == ("internal", False)
    assert "password=1234" in caplog.text


def test_if_the_batch_cannot_be_placed_each_command_runs_alone(
    alice: Member, bob: Member, kitchen: Room, monkeypatch: pytest.MonkeyPatch, published: Published
) -> None:
    """One message that the database chokes on must not take the others with it."""
    poison_rows(monkeypatch, "poison", DataError)
    assert outcomes(
        job(bob, "message.send", room=kitchen.pk, text="one"),
        job(alice, "message.send", room=kitchen.pk, text="poison"),
        job(bob, "message.send", room=kitchen.pk, text="two"),
    ) == ["ok", "unavailable", "ok"]
    assert list(kitchen.messages.filter(number__gt=3).order_by("number").values_list("text", flat=True)) == [
        "one",
        "two",
    ]
    assert [frame.seq for frame in published.frames] == [4, 5]


def test_a_deadlock_is_tried_again_and_a_database_that_is_down_is_not(
    bob: Member, kitchen: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [job(bob, "message.send", room=kitchen.pk, text=text) for text in ("one", "two")]
    tries: list[int] = []
    really = dispatch._run_together

    def fail_once(sqlstate: str) -> Any:
        def run(them: Any) -> None:
            tries.append(len(them))
            if len(tries) == 1:
                error = OperationalError("deadlock detected")
                error.__cause__ = type("Cause", (Exception,), {"sqlstate": sqlstate})()
                raise error
            really(them)

        return run

    monkeypatch.setattr(dispatch, "_run_together", fail_once("08006"))
    assert outcomes(*jobs) == ["unavailable", "unavailable"]
    assert tries == [2]
    tries.clear()
    monkeypatch.setattr(dispatch, "_run_together", fail_once("40P01"))
    assert outcomes(*[Job(done.member, done.command) for done in jobs]) == ["ok", "ok"]
    assert tries == [2, 1, 1]


def test_after_a_failed_commit_no_command_is_answered(
    bob: Member, kitchen: Room, monkeypatch: pytest.MonkeyPatch, published: Published
) -> None:
    before = numbers(kitchen)
    poison_rows(monkeypatch, "one", OperationalError)
    done = together(
        job(bob, "message.send", room=kitchen.pk, text="one"),
        job(bob, "message.send", room=kitchen.pk, text="two"),
    )
    assert [each.answer for each in done] == [None, None]
    assert {each.refusal.code for each in done if each.refusal} == {"unavailable"}
    assert all(each.refusal and each.refusal.retry_after for each in done)
    assert published.batches == []
    assert numbers(kitchen) == before


def test_a_message_can_be_deleted_in_the_transaction_that_brought_it(
    bob: Member, kitchen: Room, published: Published
) -> None:
    sending = job(bob, "message.send", room=kitchen.pk, text="oops")
    message = sending.command.message  # type: ignore[attr-defined]
    assert outcomes(sending, job(bob, "message.delete", message=message)) == ["ok", "ok"]
    assert [(f.seq, f.message.text, f.message.deleted) for f in published.frames] == [
        (4, "oops", None),
        (5, "", True),
    ]


def test_many_messages_cost_few_queries(bob: Member, kitchen: Room) -> None:
    asked = []
    for count in (2, 100):
        with counted() as queries:
            together(*[job(bob, "message.send", room=kitchen.pk, text=str(n)) for n in range(count)])
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 8


def test_a_batch_of_one_is_a_command(bob: Member, kitchen: Room) -> None:
    assert asks(bob, "message.send", room=kitchen.pk, message=make_message_id(), text="x").message.number == 4


def test_mark_read_in_a_batch_sees_earlier_posts_of_the_batch(
    alice: Member, bob: Member, kitchen: Room
) -> None:
    says(alice, kitchen, "one")
    together(
        job(alice, "message.send", room=kitchen.pk, text="two"),
        job(bob, "room.read", room=kitchen.pk, number=5),
    )
    place = Membership.objects.get(room=kitchen, member=bob)
    assert (place.read_number, place.read_posts) == (5, 2)


def poison_rows(monkeypatch: pytest.MonkeyPatch, text: str, error: type[DatabaseError]) -> None:
    """Let the database refuse to store a message of this text."""
    queryset = type(Message.objects.all())
    insert = queryset.insert_many

    def refuse(self: Any, messages: Any) -> None:
        messages = list(messages)
        if any(message.text == text for message in messages):
            raise error("no")
        insert(self, messages)

    monkeypatch.setattr(queryset, "insert_many", refuse)


def numbers(room: Room) -> list[int]:
    return list(room.messages.order_by("number").values_list("number", flat=True))


def seqs(room: Room) -> list[int]:
    return list(room.messages.order_by("seq").values_list("seq", flat=True))


def test_a_message_that_is_edited_and_sent_again_in_one_batch_shows_its_new_text_under_its_new_seq(
    bob: Member, kitchen: Room
) -> None:
    """One seq identifies one state: the reply to the retry is what everybody receives."""
    first = says(bob, kitchen, "teh")
    edit, retry = together(
        job(bob, "message.edit", message=first.pk, seq=first.seq, text="the"),
        job(bob, "message.send", room=kitchen.pk, message=first.pk, text="teh"),
    )
    stored = Message.objects.get(pk=first.pk)
    assert retry.answer.dup
    assert retry.answer.message == edit.answer == state_of(stored)
    assert (stored.text, stored.seq) == ("the", first.seq + 1)


def test_one_that_is_sent_again_and_then_edited_shows_the_old_state_under_the_old_seq(
    bob: Member, kitchen: Room
) -> None:
    first = says(bob, kitchen, "teh")
    retry, edit = together(
        job(bob, "message.send", room=kitchen.pk, message=first.pk, text="teh"),
        job(bob, "message.edit", message=first.pk, seq=first.seq, text="the"),
    )
    assert (retry.answer.message.text, retry.answer.message.seq) == ("teh", first.seq)
    assert (edit.answer.text, edit.answer.seq) == ("the", first.seq + 1)


def test_one_that_is_deleted_and_sent_again_in_one_batch_is_gone_under_its_new_seq(
    bob: Member, kitchen: Room
) -> None:
    first = says(bob, kitchen, "oops")
    _, retry = together(
        job(bob, "message.delete", message=first.pk),
        job(bob, "message.send", room=kitchen.pk, message=first.pk, text="oops"),
    )
    assert (retry.answer.message.deleted, retry.answer.message.seq) == (True, first.seq + 1)


def test_answers_show_the_version_that_the_change_has_given(bob: Member, kitchen: Room) -> None:
    """The event that follows has the same one, so the client takes either."""
    read, profile = together(
        job(bob, "room.notify", room=kitchen.pk, level="nothing"),
        job(bob, "profile.update", about="late"),
    )
    bob.refresh_from_db()
    assert read.answer.version == bob.version
    assert profile.answer.version == bob.changed
