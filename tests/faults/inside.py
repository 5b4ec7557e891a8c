"""What a fault test does inside a node's database, as a process of its own: people it, and read the truth.

python -m tests.faults.inside people 50 3      50 members in 3 rooms; prints {"tokens", "rooms", "members"}
python -m tests.faults.inside truth            prints every room as the database has it
python -m tests.faults.inside act '{"remove": [room, member]}'
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "hubbub_site.settings"  # not the tests


def people(members: int, rooms: int) -> dict[str, Any]:
    from hubbub import actions
    from hubbub_site.accounts.models import User

    everybody = []
    for number in range(members):
        user, _ = User.objects.get_or_create(
            username=f"person{number}", defaults={"name": f"Person {number}"}
        )
        everybody.append(actions.member_for(user))
    made = []
    for number in range(rooms):
        room = actions.create_room(by=everybody[0], name=f"room{number}")
        actions.invite_members(by=everybody[0], room=room, members=everybody[1:])
        made.append(room.pk)
    tokens = [actions.create_token(member=member)[1] for member in everybody]
    return {"tokens": tokens, "rooms": made, "members": [member.pk for member in everybody]}


def truth() -> dict[str, Any]:
    from hubbub.models import Room

    return {
        str(room.pk): {
            "seq": room.seq,
            "last_number": room.last_number,
            "posts": room.posts,
            "messages": [
                message.as_object().model_dump(mode="json", exclude_none=True)
                for message in room.messages.order_by("number")
            ],
        }
        for room in Room.objects.all()
    }


def act(what: dict[str, Any]) -> None:
    from hubbub import actions
    from hubbub.models import Member, Room

    if "remove" in what:
        room, member = what["remove"]
        target = Room.objects.get(pk=room)
        admin = target.memberships.filter(role="admin").select_related("member").get().member
        actions.remove_member(by=admin, room=target, member=Member.objects.get(pk=member))
    if "revoke" in what:
        member = Member.objects.get(pk=what["revoke"])
        for token in member.tokens.all():
            actions.revoke_token(by=member, token=token)


def main(arguments: list[str]) -> None:
    django.setup()
    match arguments:
        case ["people", members, rooms]:
            print(json.dumps(people(int(members), int(rooms))))
        case ["truth"]:
            print(json.dumps(truth()))
        case ["act", what]:
            act(json.loads(what))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
