"""What happens to Bob: short stories, each a case for this contract and for the client's.

A history gets a Town and says what its people do; names are sentences about Bob.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from hubbub import actions
from hubbub.models import Member, Membership, Message, Room
from hubbub.protocol.ids import make_message_id
from hubbub.protocol.objects import Level, Role
from tests.people import Published, job, says, somebody, together

HISTORIES: dict[str, Callable[[Town], None]] = {}


class Town:
    """Alice, Bob, Carol, Dave; `square` public and `kitchen` private, without Dave; `desk`, Alice and Bob."""

    def __init__(self, people: list[Member], rooms: list[Room], published: Published) -> None:
        self.alice, self.bob, self.carol, self.dave = people
        self.square, self.kitchen, self.desk = rooms
        self.published = published

    def place(self, room: Room) -> Membership:
        return Membership.objects.select_related("room").get(member=self.bob, room=room)


def history(tell: Callable[[Town], None]) -> Callable[[Town], None]:
    HISTORIES[tell.__name__.replace("_", " ")] = tell
    return tell


@history
def nothing_happens(town: Town) -> None:
    pass


@history
def people_talk(town: Town) -> None:
    for n in range(4):
        says(town.alice, town.kitchen, f"question {n}")
        says(town.bob, town.kitchen, f"answer {n}")
        says(town.carol, town.square, f"elsewhere {n}")
    says(town.alice, town.desk, "between us")


@history
def messages_are_edited_and_deleted(town: Town) -> None:
    old = Message.objects.get(room=town.kitchen, text="hello")
    own = says(town.bob, town.kitchen, "teh")
    other = says(town.carol, town.kitchen, "spam")
    actions.edit_message(by=town.bob, message=own, text="the")
    actions.delete_message(by=town.alice, message=other)
    actions.edit_message(by=town.alice, message=old, text="hello!")
    actions.delete_message(by=town.alice, message=old)
    actions.edit_message(by=town.bob, message=own, text="The")


@history
def he_reads_and_marks_unread(town: Town) -> None:
    posts = [says(town.alice, town.kitchen, f"news {n}") for n in range(5)]
    actions.mark_read(membership=town.place(town.kitchen), number=posts[2].number)
    actions.rename_room(by=town.alice, room=town.kitchen, name="café")
    actions.mark_read(membership=town.place(town.kitchen), number=2**53)
    actions.mark_unread(membership=town.place(town.kitchen), number=posts[1].number)
    says(town.alice, town.kitchen, "one more")


@history
def his_own_post_reads_what_was_above_it(town: Town) -> None:
    says(town.alice, town.kitchen, "unread")
    says(town.bob, town.kitchen, "I am here")
    says(town.alice, town.kitchen, "unread again")


@history
def what_he_does_to_a_room_reads_nothing(town: Town) -> None:
    says(town.alice, town.square, "unread")
    actions.describe_room(by=town.bob, room=town.square, description="busy")
    actions.invite_members(by=town.bob, room=town.square, members=[town.dave])


@history
def he_joins_a_room(town: Town) -> None:
    garden = actions.create_room(by=town.alice, name="garden")
    says(town.alice, garden, "before Bob")
    actions.join_room(member=town.bob, room=garden)
    says(town.alice, garden, "welcome")
    says(town.bob, garden, "thanks")


@history
def he_is_brought_into_a_private_room(town: Town) -> None:
    cellar = actions.create_room(by=town.alice, name="cellar", private=True)
    says(town.alice, cellar, "before Bob")
    actions.invite_members(by=town.alice, room=cellar, members=[town.dave, town.bob])
    says(town.dave, cellar, "hello Bob")


@history
def he_opens_a_room_of_his_own(town: Town) -> None:
    room = actions.create_room(by=town.bob, name="bobs", description="mine", private=True)
    actions.invite_members(by=town.bob, room=room, members=[town.dave])
    says(town.dave, room, "nice")


@history
def he_leaves_and_comes_back(town: Town) -> None:
    actions.leave_room(member=town.bob, room=town.square)
    says(town.alice, town.square, "without Bob")
    actions.join_room(member=town.bob, room=town.square)
    says(town.alice, town.square, "with Bob")


@history
def he_is_put_out_and_hears_nothing_more(town: Town) -> None:
    says(town.alice, town.kitchen, "to Bob")
    actions.remove_member(by=town.alice, room=town.kitchen, member=town.bob)
    says(town.alice, town.kitchen, "about Bob")
    actions.rename_room(by=town.alice, room=town.kitchen, name="without bob")


@history
def he_is_put_out_in_the_middle_of_a_transaction(town: Town) -> None:
    together(
        job(town.alice, "message.send", room=town.kitchen.pk, text="to Bob"),
        job(town.alice, "room.remove", room=town.kitchen.pk, member=town.bob.pk),
        job(town.alice, "message.send", room=town.kitchen.pk, text="about Bob"),
        job(town.alice, "message.send", room=town.square.pk, text="to all"),
    )


@history
def he_joins_in_the_middle_of_a_transaction(town: Town) -> None:
    garden = actions.create_room(by=town.alice, name="garden")
    together(
        job(town.alice, "message.send", room=garden.pk, text="before"),
        job(town.bob, "room.join", room=garden.pk),
        job(town.bob, "message.send", room=garden.pk, text="I am in"),
        job(town.alice, "message.send", room=garden.pk, text="after"),
        job(town.alice, "room.describe", room=garden.pk, description="green"),
        job(town.alice, "message.send", room=garden.pk, text="and on"),
    )
    says(town.alice, garden, "later")


@history
def he_leaves_and_joins_in_one_transaction(town: Town) -> None:
    together(
        job(town.bob, "room.leave", room=town.square.pk),
        job(town.alice, "message.send", room=town.square.pk, text="gone?"),
        job(town.bob, "room.join", room=town.square.pk),
        job(town.alice, "message.send", room=town.square.pk, text="back!"),
    )


@history
def rooms_are_renamed_described_archived(town: Town) -> None:
    actions.rename_room(by=town.alice, room=town.kitchen, name="café")
    actions.describe_room(by=town.bob, room=town.kitchen, description="coffee")
    actions.archive_room(by=town.alice, room=town.square)
    actions.archive_room(by=town.alice, room=town.kitchen)
    actions.archive_room(by=town.alice, room=town.kitchen, archived=False)


@history
def others_come_and_go(town: Town) -> None:
    actions.join_room(member=town.dave, room=town.square)
    actions.leave_room(member=town.carol, room=town.square)
    actions.remove_member(by=town.alice, room=town.square, member=town.dave)
    actions.invite_members(by=town.bob, room=town.kitchen, members=[town.dave])


@history
def he_inherits_a_room(town: Town) -> None:
    actions.leave_room(member=town.alice, room=town.kitchen)
    actions.rename_room(by=town.bob, room=town.kitchen, name="bobs kitchen")


@history
def he_gets_direct_messages(town: Town) -> None:
    with_dave = actions.open_direct(by=town.dave, members=[town.bob])
    says(town.dave, with_dave, "psst")
    three = actions.open_direct(by=town.bob, members=[town.alice, town.dave])
    says(town.bob, three, "meeting")
    says(town.alice, three, "coming")
    notes = actions.open_direct(by=town.bob, members=[])
    says(town.bob, notes, "buy milk")
    others = actions.open_direct(by=town.alice, members=[town.dave])
    says(town.alice, others, "not for Bob")


@history
def people_change(town: Town) -> None:
    actions.update_profile(member=town.alice, name="Alicia", about="owns this", hue=10)
    actions.update_profile(member=town.bob, name="Robert")
    actions.change_role(by=town.alice, member=town.bob, role=Role.ADMIN)
    actions.name_workspace(name="The Harbour")
    actions.deactivate_member(by=town.alice, member=town.carol)
    actions.reactivate_member(by=town.alice, member=town.carol)
    eve = somebody("eve")
    actions.invite_members(by=town.bob, room=town.kitchen, members=[eve])
    robot = actions.create_bot(by=town.alice, handle="robot", name="Robot")
    actions.invite_members(by=town.alice, room=town.kitchen, members=[robot])
    says(robot, town.kitchen, "beep")


@history
def he_turns_a_room_down(town: Town) -> None:
    actions.set_level(membership=town.place(town.kitchen), level=Level.MENTIONS)
    actions.set_level(membership=town.place(town.square), level=Level.NOTHING)
    says(town.alice, town.square, "shouting")


@history
def one_message_changes_often_in_one_transaction(town: Town) -> None:
    sending = job(town.alice, "message.send", room=town.kitchen.pk, text="draft")
    message = sending.command.message  # type: ignore[attr-defined]
    old = Message.objects.get(room=town.kitchen, text="hello")
    together(
        job(town.alice, "message.edit", message=old.pk, text="hi", seq=old.seq),
        sending,
        job(town.alice, "message.edit", message=old.pk, text="hey", seq=old.seq),
        job(town.alice, "message.delete", message=message),
        job(town.alice, "message.delete", message=old.pk),
    )


@history
def many_posts_come_at_once(town: Town) -> None:
    posts = [(town.alice, town.kitchen), (town.bob, town.square), (town.carol, town.kitchen)] * 10
    actions.send_messages(
        [actions.Post(author, room.pk, make_message_id(), f"m{n}") for n, (author, room) in enumerate(posts)]
    )


def anything(seed: int) -> Callable[[Town], None]:
    """Sixty random actions, some of them in one transaction, most of them allowed."""

    def tell(town: Town) -> None:
        dice = random.Random(seed)
        people = [town.alice, town.bob, town.bob, town.carol, town.dave]
        names = (f"room{n}" for n in range(1000))

        def random_action() -> Any:
            who = dice.choice(people)
            rooms = list(Room.objects.order_by("pk").values_list("pk", flat=True))
            room, other = dice.choice(rooms), dice.choice(people).pk
            newest = Message.objects.filter(author=who).order_by("-created_at").first()
            message = newest.pk if newest else make_message_id()
            choices: list[tuple[str, dict[str, Any]]] = [
                ("message.send", {"room": room, "text": f"{who.handle} says"}),
                ("message.send", {"room": room, "text": "and"}),
                ("message.edit", {"message": message, "text": "better", "seq": newest.seq if newest else 1}),
                ("message.delete", {"message": message}),
                ("room.read", {"room": room, "number": dice.randrange(40)}),
                ("room.unread", {"room": room, "number": dice.randrange(1, 40)}),
                ("room.notify", {"room": room, "level": dice.choice(list(Level))}),
                ("room.join", {"room": room}),
                ("room.leave", {"room": room}),
                ("room.invite", {"room": room, "members": [other, town.bob.pk]}),
                ("room.remove", {"room": room, "member": other}),
                ("room.rename", {"room": room, "name": next(names)}),
                ("room.describe", {"room": room, "description": f"about {dice.randrange(9)}"}),
                ("room.archive", {"room": room, "archived": dice.random() < 0.3}),
                ("room.create", {"name": next(names), "private": dice.random() < 0.5}),
                ("room.direct", {"members": [other, dice.choice(people).pk]}),
                ("profile.update", {"name": f"{who.handle} {dice.randrange(99)}"}),
            ]
            kind, fields = dice.choice(choices)
            return job(who, kind, **fields)

        for _ in range(25):
            together(*[random_action() for _ in range(dice.choice([1, 1, 2, 6]))])

    return tell


for _seed in range(12):
    HISTORIES[f"anything happens, {_seed}"] = anything(_seed)
