"""`hubbub demo`: a reproducible workspace with correct counters."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models import Count, Max, Min

from hubbub import actions, queries
from hubbub.models import Member, Message, Room
from hubbub.protocol.objects import Role
from hubbub_site import cli
from hubbub_site.accounts.models import User
from hubbub_site.demo import filling
from hubbub_site.demo.corpus import id_of, text_of, time_of
from tests.site.conftest import PASSWORD, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(filling, "CHUNK", 64)
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def demo(*arguments: str) -> None:
    assert cli.main(["demo", "--password", PASSWORD, *arguments]) == 0


def test_it_makes_members_rooms_and_messages() -> None:
    demo("--members", "12", "--rooms", "3", "--messages", "500")
    assert list(User.objects.order_by("pk").values_list("username", flat=True)) == [
        f"member{i}" for i in range(1, 13)
    ]
    assert set(Room.objects.values_list("name", flat=True)) == {"general", "room1", "room2", "room3"}
    assert Message.objects.filter(system__isnull=True).count() == 500
    assert Member.objects.get(role=Role.OWNER).handle == "member1"


def test_everybody_is_in_general_and_room_j_has_ten_in_a_circle() -> None:
    demo("--members", "12", "--rooms", "5", "--messages", "0")
    assert Room.objects.get(name="general").memberships.count() == 12
    inside = Room.objects.get(name="room5").memberships.values_list("member__handle", flat=True)
    assert set(inside) == {f"member{i}" for i in (5, 6, 7, 8, 9, 10, 11, 12, 1, 2)}


def test_every_counter_is_right() -> None:
    demo("--members", "12", "--rooms", "3", "--messages", "500")
    for room in Room.objects.all():
        held = room.messages.aggregate(
            count=Count("pk"), first=Min("number"), last=Max("number"), seq=Max("seq"), posts=Max("post")
        )
        count, posts = held["count"], room.messages.filter(system__isnull=True).count()
        assert held == {"count": count, "first": 1, "last": count, "seq": count, "posts": posts}, room
        assert (room.seq, room.last_number, room.posts) == (count, count, posts), room
        assert room.member_count == room.memberships.count()
        places = room.memberships.values_list("read_number", "read_posts").distinct()
        assert list(places) == [(room.last_number, room.posts)]
        authors = set(room.messages.values_list("author", flat=True))
        assert authors <= set(room.memberships.values_list("member", flat=True))


def test_times_rise_in_every_room() -> None:
    demo("--rooms", "2", "--messages", "300")
    for room in Room.objects.all():
        times = list(room.messages.order_by("number").values_list("created_at", flat=True))
        assert times == sorted(set(times))
        assert room.last_at == times[-1]


def test_message_i_is_always_the_same() -> None:
    demo("--members", "3", "--rooms", "0", "--messages", "50")
    message = Message.objects.get(pk=id_of(42))
    assert (message.number, message.text, message.created_at) == (43, text_of(42), time_of(42))


def test_run_again_it_adds_what_is_missing() -> None:
    demo("--members", "3", "--rooms", "1", "--messages", "150")
    demo("--members", "5", "--rooms", "2", "--messages", "200")
    assert Message.objects.filter(system__isnull=True).count() == 200
    assert Room.objects.get(name="general").member_count == 5
    demo("--members", "5", "--rooms", "2", "--messages", "200")
    assert Message.objects.filter(system__isnull=True).count() == 200


def test_it_continues_after_messages_of_people(alice: User) -> None:
    speaker, general = actions.member_for(alice), Room.objects.get(name="general")
    actions.send_message(author=speaker, room=general, text="hello")
    demo("--members", "2", "--rooms", "0", "--messages", "20")
    general.refresh_from_db()
    assert general.posts == 21
    assert general.last_number == general.messages.count()
    # The corpus is older than Alice's message, but times in a room never decrease.
    newest = general.messages.order_by("-number")[:21]
    assert all(
        later.created_at > earlier.created_at for later, earlier in zip(newest, newest[1:], strict=False)
    )
    assert Member.objects.get(handle="member1").role == Role.MEMBER


def test_people_can_post_after_it() -> None:
    demo("--members", "2", "--rooms", "0", "--messages", "20")
    general, member = Room.objects.get(name="general"), Member.objects.get(handle="member2")
    sent = actions.send_message(author=member, room=general, text="hello")
    assert sent.number == 22
    assert queries.timeline(room=general).messages[-1].text == "hello"


def test_they_sign_in_with_the_password() -> None:
    demo("--members", "2", "--rooms", "0", "--messages", "0")
    assert signed_in(User.objects.get(username="member2")).get("/account/").status_code == 200


class TestCorpus:
    def test_ids_are_uuids_of_version_7_that_sort_by_time_and_are_unique(self) -> None:
        ids = [id_of(i) for i in range(1, 2000)]
        assert ids == sorted(set(ids))
        assert {(i.version, i.variant) for i in ids} == {(7, "specified in RFC 4122")}
        assert ids[999].int >> 80 == int(time_of(1000).timestamp() * 1000)

    def test_texts_are_of_several_scripts_and_of_some_variety(self) -> None:
        texts = [text_of(i) for i in range(1, 2000)]
        assert texts == [text_of(i) for i in range(1, 2000)]
        assert len(set(texts)) > 1000
        for sample in ("ال", "我们", "```python", "**", "@member1"):
            assert any(sample in text for text in texts), sample
        assert not any(
            "{" in text.replace("{path}", "") and "}" in text and "```" not in text for text in texts
        )

    def test_a_million_of_them_end_within_a_year(self) -> None:
        assert time_of(1_000_000) - time_of(1) < timedelta(days=366)
