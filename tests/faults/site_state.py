"""More verbs for tests.faults.site_process: changes without a message, and the state that clients should have."""

from __future__ import annotations

import json
from typing import Any


def town(people: int, name: str) -> dict[str, Any]:
    """Alice, the owner; members; a guest, the last but one; and the last, who is in none of the rooms.

    The rooms are two private ones and two public ones, of all but the last; Alice is their admin.
    """
    from hubbub import actions
    from hubbub.admission import Admission
    from hubbub.protocol.objects import Role
    from hubbub_site.accounts.models import User

    members = []
    for number in range(people):
        role = {0: Role.OWNER, people - 2: Role.GUEST}.get(number, Role.MEMBER)
        user = User.objects.create_user(f"{name}{number}", name=f"{name} {number}")
        members.append(actions.admit(user=user, admission=Admission(user.get_username(), user.name, role)))
    rooms = []
    for number in range(4):
        room = actions.create_room(by=members[0], name=f"{name}-room{number}", private=number < 2)
        rooms.append(actions.invite_members(by=members[0], room=room, members=members[1:-1]).pk)
    tokens = [actions.create_token(member=member)[1] for member in members]
    return {"tokens": tokens, "members": [member.pk for member in members], "rooms": rooms}


def command(member: int, **document: Any) -> dict[str, Any]:
    """A command of the protocol, carried out in a shell: its reply document."""
    from hubbub.dispatch import run
    from hubbub.errors import HubbubError
    from hubbub.models import Member
    from hubbub.protocol.codec import command_from

    try:
        reply = run(Member.objects.get(pk=member), command_from(document))
    except HubbubError as refusal:
        return {"error": {"code": refusal.code}}
    return {"ok": json.loads(reply.encode())}


def name_workspace(name: str) -> None:
    from hubbub import actions
    from hubbub.retry import retry

    retry(lambda: actions.name_workspace(name=name))


def change_role(by: int, member: int, role: str) -> None:
    from hubbub import actions
    from hubbub.models import Member
    from hubbub.protocol.objects import Role
    from hubbub.retry import retry

    people = Member.objects.in_bulk([by, member])
    retry(lambda: actions.change_role(by=people[by], member=people[member], role=Role(role)))


def set_active(by: int, member: int, active: bool) -> None:
    """Deactivate a member, or let them in again."""
    from hubbub import actions
    from hubbub.models import Member
    from hubbub.retry import retry

    people = Member.objects.in_bulk([by, member])
    change = actions.reactivate_member if active else actions.deactivate_member
    retry(lambda: change(by=people[by], member=people[member]))


def change_password(member: int) -> str:
    """All logins of a member end, as with a new password. Returns the token of a new one."""
    from hubbub import actions
    from hubbub.models import Member
    from hubbub.retry import retry

    person = Member.objects.get(pk=member)
    person.tokens.all().delete()
    retry(lambda: actions.end_logins_of(person))
    return actions.create_token(member=person)[1]


def whole_states(members: list[int], rooms: list[int]) -> dict[str, Any]:
    """Member → what a snapshot says now; and these and their rooms, with messages and who a direct one is between."""
    from django.db.models import Q

    from hubbub import queries
    from hubbub.models import Member, Room
    from hubbub.queries.sidebar import participants_of
    from tests.faults.site_process import truth

    people = Member.objects.filter(pk__in=members)
    found = list(Room.objects.filter(Q(memberships__member__in=members) | Q(pk__in=rooms)).distinct())
    between = participants_of(room.pk for room in found if room.is_direct)
    told = truth([room.pk for room in found])
    return {
        "states": {str(member.pk): json.loads(queries.snapshot(member).encode()) for member in people},
        "rooms": {pk: room | {"participants": between.get(int(pk), [])} for pk, room in told.items()},
    }


VERBS = {
    verb.__name__: verb
    for verb in (
        town,
        command,
        name_workspace,
        change_role,
        set_active,
        change_password,
        whole_states,
    )
}
