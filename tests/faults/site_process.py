"""A process that works on a site's database for a fault test: adds members, makes changes, reads the stored state.

`SiteProcess(environment)` starts `python -m tests.faults.site_process`, which takes `[verb, arguments]` as lines of
JSON and answers each with one line. It is no server: its writes reach the servers like those of a shell or a task.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import traceback
from typing import Any

from tests.faults import site_state

NAME = "tests.faults.site_process"


class SiteProcess:
    """Started when it is first asked. Use from one thread at a time."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._process: subprocess.Popen[str] | None = None

    def ask(self, verb: str, **arguments: Any) -> Any:
        """The verb's result. RuntimeError with its traceback if it fails."""
        process = self._running()
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps([verb, arguments]) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process inside ended: {process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["ok"]

    def stop(self) -> None:
        if self._process is not None:
            process, self._process = self._process, None
            with process:
                process.kill()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", NAME],
                env={**os.environ, **self._environment, "DJANGO_SETTINGS_MODULE": "hubbub_site.settings"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        return self._process


# ── the verbs; this half runs in the other process ──


def people(members: int, rooms: int, name: str) -> dict[str, Any]:
    """Members, all of them in as many private rooms; the first is the rooms' admin."""
    from hubbub import actions
    from hubbub.actions import quotas
    from hubbub_site.accounts.models import User

    users = [
        User.objects.create_user(f"{name}{number}", name=f"{name} {number}") for number in range(members)
    ]
    everybody = [actions.member_for(user) for user in users]
    made = []
    with quotas.lifted():
        for number in range(rooms):
            room = actions.create_room(by=everybody[0], name=f"{name}-room{number}", private=True)
            for start in range(1, members, 100):
                actions.invite_members(by=everybody[0], room=room, members=everybody[start : start + 100])
            made.append(room.pk)
    tokens = [actions.create_token(member=member)[1] for member in everybody]
    return {"tokens": tokens, "rooms": made, "members": [member.pk for member in everybody]}


def small_rooms(members: list[int], rooms: int, size: int) -> list[int]:
    """Many rooms of a few people each, so that everybody is in about as many."""
    from hubbub import actions
    from hubbub.models import Member

    everybody = list(Member.objects.filter(pk__in=members).order_by("pk"))
    made = []
    for number in range(rooms):
        here = [everybody[(number * 3 + place) % len(everybody)] for place in range(size)]
        room = actions.create_room(by=here[0], name=f"small-{members[0]}-{number}", private=True)
        actions.invite_members(by=here[0], room=room, members=here[1:])
        made.append(room.pk)
    return made


def truth(rooms: list[int]) -> dict[str, Any]:
    """The rooms as the database has them, and who belongs to them and has read how much."""
    from hubbub.message_states import state_of
    from hubbub.models import Room

    return {
        str(room.pk): {
            "seq": room.seq,
            "last_number": room.last_number,
            "posts": room.posts,
            "messages": [
                state_of(message).model_dump(mode="json", exclude_none=True)
                for message in room.messages.order_by("number")
            ],
            "read": {
                str(member): [number, posts]
                for member, number, posts in room.memberships.values_list(
                    "member", "read_number", "read_posts"
                )
            },
        }
        for room in Room.objects.filter(pk__in=rooms)
    }


def heads(rooms: list[int]) -> dict[str, int]:
    from hubbub.models import Room

    return {str(pk): seq for pk, seq in Room.objects.filter(pk__in=rooms).values_list("pk", "seq")}


def say(room: int, member: int, texts: list[str]) -> int:
    """Post as a shell or a task would. Returns the room's head."""
    from hubbub import actions
    from hubbub.models import Member, Room

    author, place = Member.objects.get(pk=member), Room.objects.get(pk=room)
    for text in texts:
        actions.send_message(author=author, room=place, text=text)
    return heads([room])[str(room)]


def remove(room: int, member: int) -> int:
    """Remove a member from a room. Returns the seq of the message that says so."""
    from hubbub import actions
    from hubbub.models import Member, Room

    target = Room.objects.get(pk=room)
    admin = target.memberships.filter(role="admin").select_related("member")[0].member
    actions.remove_member(by=admin, room=target, member=Member.objects.get(pk=member))
    told = target.messages.filter(system__kind="removed", system__member=member).order_by("-seq")
    return told[0].seq


def set_password(member: int, password: str) -> str:
    """So that they can sign in with a browser. Returns their user name."""
    from hubbub.models import Member

    user = Member.objects.get(pk=member).user
    assert user is not None
    user.set_password(password)
    user.save()
    return user.get_username()


def revoke(member: int) -> None:
    """End all tokens of a member."""
    from hubbub import actions
    from hubbub.models import Member

    person = Member.objects.get(pk=member)
    for token in person.tokens.all():
        actions.revoke_token(by=person, token=token)


VERBS = {
    verb.__name__: verb for verb in (people, small_rooms, truth, heads, say, remove, set_password, revoke)
} | site_state.VERBS


def main() -> None:
    import django

    django.setup()
    from django.db import connection

    for line in sys.stdin:
        verb, arguments = json.loads(line)
        if connection.connection is not None and not connection.is_usable():
            connection.close()  # a test has killed the database meanwhile
        try:
            answer: dict[str, Any] = {"ok": VERBS[verb](**arguments)}
        except Exception:
            answer = {"error": traceback.format_exc()[-3000:]}
            connection.close()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
