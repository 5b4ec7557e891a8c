"""Creates the accounts of a test site before its server starts: population.py [--history] OWNER USERNAME …

Works on $HUBBUB_DATA and prints each account with a bearer token as JSON. `carol` is a guest. `--history` also creates
a room called “history” with HISTORY messages, alternately by the first two people and read by all members.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from tests.e2e.site import PASSWORD

if TYPE_CHECKING:
    from hubbub_site.accounts.models import User

HISTORY = 3000


def main(usernames: list[str], *, history: bool) -> None:
    from hubbub_site.commands import start
    from hubbub_site.commands.migrate import migrate

    start(make=True)
    migrate()
    from hubbub.protocol.objects import Role
    from hubbub_site.accounts.account_creation import claim_workspace, create_account

    owner, *others = usernames
    users = [
        claim_workspace(workspace="The Lighthouse", username=owner, name=owner.title(), password=PASSWORD)
    ]
    for username in others:
        role = Role.GUEST if username == "carol" else Role.MEMBER
        users.append(create_account(username=username, name=username.title(), password=PASSWORD, role=role))
    if history:
        write_history(users)
    print(json.dumps([described(user) for user in users]))


def described(user: User) -> dict[str, object]:
    from hubbub import actions

    member = actions.member_for(user)
    _, secret = actions.create_token(member=member, label="tests")
    return {"username": user.username, "name": member.name, "id": member.pk, "token": secret}


def write_history(users: list[User]) -> None:
    """Messages “entry 1.” to “entry 3000.” of very different heights, in a room of all members but the guests."""
    from hubbub import actions
    from hubbub.protocol.ids import make_message_id
    from hubbub.protocol.objects import Role

    members = [member for user in users if (member := actions.member_for(user)).role != Role.GUEST]
    room = actions.create_room(by=members[0], name="history")
    actions.invite_members(by=members[0], room=room, members=members[1:])
    posts = [
        actions.Post(members[i % 2], room.pk, make_message_id(), entry(i)) for i in range(1, HISTORY + 1)
    ]
    for start in range(0, HISTORY, 500):
        actions.send_messages(posts[start : start + 500])
    for membership in room.memberships.select_related("room"):
        actions.mark_read(membership=membership, number=membership.room.last_number)


def entry(number: int) -> str:
    text = f"entry {number}."
    if number % 7 == 0:
        text += "\n\n" + "The sea was calm and the lamp was lit at dusk. " * (number % 5 + 2)
    if number % 31 == 0:
        text += "\n\n```python\nfor ship in harbour:\n    ship.greet()\n```"
    return text


if __name__ == "__main__":
    main([name for name in sys.argv[1:] if name != "--history"], history="--history" in sys.argv)
