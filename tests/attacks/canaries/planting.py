"""A workspace with a secret in every private place. The secrets are random, so none occurs in our own code.

Alice owns it. Bob, Erin and Dave are members, Carol is a guest, Frank was deactivated. Private rooms, direct rooms and
archived ones are Alice's, Bob's and Erin's. Carol is in `square` only; Dave is in no room.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from tests.serving import Person, Shell, Site, newcomer, settle

WORD = "quokka"
"""The beginning of secret names, so that a crawler can search for it without sending the secret."""

BUSY = """
alice, bob, carol, dave, erin, frank = (member(n) for n in ("alice", "bob", "carol", "dave", "erin", "frank"))
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from hubbub_site.accounts.invitations import create_invitation
from hubbub_site.accounts.models import Invitation
import secrets as random_secrets
said = lambda by, room, text: actions.send_message(author=by, room=room, text=text)

actions.update_profile(member=erin, name=s["name of somebody out of sight"], about=s["about of somebody out of sight"])
hidden = actions.create_room(by=alice, name=s["first name of a private room"], private=True,
    description=s["description of a private room"])
actions.invite_members(by=alice, room=hidden, members=[bob, erin])
actions.rename_room(by=alice, room=hidden, name=s["name of a private room"])
said(bob, hidden, s["message in a private room"])
desk = actions.open_direct(by=alice, members=[bob])
said(bob, desk, s["direct message"])
notes = actions.open_direct(by=alice, members=[alice])
said(alice, notes, s["note to oneself"])
old = actions.create_room(by=alice, name=s["name of an archived private room"], private=True)
said(alice, old, s["message in an archived private room"])
actions.archive_room(by=alice, room=old)

square = actions.create_room(by=alice, name="square")
actions.invite_members(by=alice, room=square, members=[bob, carol, frank])
edited, deleted = said(alice, square, s["text before it was edited"]), said(alice, square, s["deleted text"])
actions.edit_message(by=alice, message=edited, text="fine", seq=edited.seq)
actions.delete_message(by=alice, message=deleted)
said(alice, square, s["message in the square"])
open_to_members = actions.create_room(by=alice, name=s["name of a public room"])
said(alice, open_to_members, s["message in a public room"])
left = actions.create_room(by=alice, name=s["name of a room that one has left"], private=True)
actions.invite_members(by=alice, room=left, members=[carol, dave])
actions.leave_room(member=carol, room=left)
actions.remove_member(by=alice, room=left, member=dave)
said(alice, left, s["message after one has left"])

for person, kind in ((alice, "an owner"), (bob, "a member")):
    user = person.user
    user.email = s[f"address of {kind}"]
    user.set_password(f"a long summer day of {person.handle}")
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    s[f"password of {kind}"] = user.password
    s[f"salt and hash of {kind}"] = user.password.rpartition("$")[2]
    token, secret = actions.create_token(member=person, label=s[f"label of a token of {kind}"])
    s[f"token of {kind}"], s[f"digest of a token of {kind}"] = secret, token.digest
    s[f"session of {kind}"] = session_of(user)
    UserSession.objects.filter(user=user).update(ip="203.0.113.77", user_agent=s[f"device of {kind}"])
invitation, secret = create_invitation(by=alice.user, room=hidden, note=s["note of an invitation"])
s["invitation"], s["digest of an invitation"] = secret, invitation.digest
from django.contrib.auth.tokens import default_token_generator
s["reset key"] = default_token_generator.make_token(bob.user)
from django.conf import settings
s["secret key"] = settings.SECRET_KEY
frank_token = json_web_token_of(franks_session)
actions.deactivate_member(by=alice, member=frank)

import __main__
named = dict(hidden=hidden, desk=desk, notes=notes, old=old, square=square, left=left, open_to_members=open_to_members)
__main__.NAMES.update(PLANTED=dict(
    secrets=s,
    named={name: room.pk for name, room in named.items()},
    rooms=list(Room.objects.order_by("pk").values_list("pk", flat=True)),
    messages=[str(pk) for pk in Message.objects.values_list("pk", flat=True)],
    members=list(Member.objects.order_by("pk").values_list("pk", flat=True)),
    users=list(User.objects.order_by("pk").values_list("pk", flat=True)),
    web_token=frank_token,
    # Their new passwords ended their earlier sessions.
    sessions={person.handle: session_of(person.user) for person in (alice, bob)},
))
"""


@dataclass
class Known:
    """What an attacker may guess (all ids), and what they must not learn (the secrets)."""

    secrets: dict[str, str]
    named: dict[str, int]
    rooms: list[int]
    messages: list[str]
    members: list[int]
    users: list[int]
    people: dict[str, Person]
    web_token: str
    """Frank's, made before his deactivation."""

    def hidden_from(self, who: str) -> dict[str, str]:
        """The secrets that this person must not receive."""
        allowed = ALLOWED[who]
        return {what: secret for what, secret in self.secrets.items() if what not in allowed}

    def rooms_hidden_from(self, who: str) -> set[int]:
        allowed = ROOMS_ALLOWED.get(who, set())
        return {room for name, room in self.named.items() if name not in allowed}


_IN_PUBLIC = {"name of a public room", "message in a public room"}
_MEMBERS = {"name of somebody out of sight", "about of somebody out of sight"}
_OWN = {
    "name of a private room",
    "first name of a private room",
    "description of a private room",
    "message in a private room",
    "direct message",
    "message in the square",
    "name of a room that one has left",
    "message after one has left",
    "note to oneself",
    "name of an archived private room",
    "message in an archived private room",
}
ALLOWED: dict[str, set[str]] = {
    "stranger": set(),
    "frank": set(),
    "carol": {"message in the square"},
    # Dave may open public rooms, and the square is one.
    "dave": _IN_PUBLIC | _MEMBERS | {"message in the square"},
    "bob": _IN_PUBLIC
    | _MEMBERS
    | (_OWN - {"note to oneself"})
    - {
        "name of a room that one has left",
        "message after one has left",
        "name of an archived private room",
        "message in an archived private room",
    }
    | {
        "address of a member",
        "label of a token of a member",
        "device of a member",
    },
    "alice": _IN_PUBLIC
    | _MEMBERS
    | _OWN
    | {
        "address of an owner",
        "address of a member",
        "label of a token of an owner",
        "label of a token of a member",
        "device of an owner",
        "device of a member",
        "note of an invitation",
    },
}
ROOMS_ALLOWED: dict[str, set[str]] = {
    "carol": {"square"},
    "dave": {"square", "open_to_members"},
    "bob": {"hidden", "desk", "square", "open_to_members"},
    "alice": {"hidden", "desk", "notes", "old", "square", "open_to_members", "left"},
}
NAMES = [
    "name of somebody out of sight",
    "about of somebody out of sight",
    "first name of a private room",
    "name of a private room",
    "description of a private room",
    "message in a private room",
    "direct message",
    "note to oneself",
    "name of an archived private room",
    "message in an archived private room",
    "text before it was edited",
    "deleted text",
    "message in the square",
    "name of a public room",
    "message in a public room",
    "name of a room that one has left",
    "message after one has left",
    "address of an owner",
    "address of a member",
    "label of a token of an owner",
    "label of a token of a member",
    "device of an owner",
    "device of a member",
    "note of an invitation",
]


def plant(site: Site, shell: Shell, seed: int = 1) -> Known:
    """Fill an empty site. The same seed makes the same secrets, except those that the product generates."""
    chance = random.Random(seed)
    planted: dict[str, str] = {}
    for what in NAMES:
        planted[what] = f"{WORD}{chance.getrandbits(64):016x}"
        if what.startswith("address"):
            planted[what] += "@example.org"
    settle(site, shell)
    for name in ("erin", "frank"):
        site.people[name] = newcomer(shell, name)
    shell.run(BUSY, s=planted, franks_session=site.people["frank"].session)
    there_is = shell.ask("PLANTED")
    people = dict(site.people)
    for name, session in there_is.pop("sessions").items():
        people[name] = replace(people[name], session=session)
    return Known(**there_is, people=people)


def spoken(known: Known, data: bytes, who: str) -> list[str]:
    """A sentence for each secret in these bytes that is hidden from `who`."""
    return [what for what, secret in known.hidden_from(who).items() if secret.encode() in data]


__all__ = ["ALLOWED", "Known", "WORD", "plant", "spoken"]
