"""A Python prompt for tests with the site's database: reads code line by line from its input, answers in JSON."""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
from typing import Any

import django

django.setup()

from allauth.headless.tokens.strategies.jwt import internal as jwt  # noqa: E402
from allauth.usersessions.models import UserSession  # noqa: E402
from asgiref.sync import async_to_sync  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402

from hubbub import actions  # noqa: E402
from hubbub.message_states import state_of  # noqa: E402
from hubbub.models import Member, Membership, Message, Room, Token, Workspace  # noqa: E402
from hubbub.protocol.objects import Role  # noqa: E402
from hubbub_site.accounts import logins  # noqa: E402
from hubbub_site.accounts.account_creation import create_account  # noqa: E402
from hubbub_site.accounts.models import User  # noqa: E402


def migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)


def newcomer(name: str, role: str) -> dict[str, Any]:
    user = create_account(username=name, name=name.title(), password=None, role=Role(role))
    person = member(name)
    _, secret = actions.create_token(member=person, label="test")
    return {
        "name": name,
        "user": user.pk,
        "member": person.pk,
        "token": secret,
        "session": session_of(user),
    }


def session_of(user: User) -> str:
    """The key of a new session, like one from the sign-in page."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    UserSession.objects.create(user=user, session_key=session.session_key, ip="127.0.0.1", user_agent="tests")
    return str(session.session_key)


def json_web_token_of(session_key: str) -> str:
    """The access token that `/_allauth/app/v1/auth/login` would return for this session."""
    user = SessionStore(session_key)[SESSION_KEY]
    token, _ = jwt.create_token("access", sub=user, sid=jwt.session_key_to_sid(session_key), expires_in=300)
    return str(token)


def member(name: str) -> Member:
    return Member.objects.get(user__username=name)


def room(pk: int) -> Room:
    return Room.objects.get(pk=pk)


def states(pk: int) -> list[dict[str, Any]]:
    """All messages of a room in wire format, ordered by seq."""
    found = Message.objects.filter(room=pk).order_by("seq")
    return [state_of(message).model_dump(mode="json", exclude_none=True) for message in found]


NAMES: dict[str, Any] = {
    name: value
    for name, value in globals().items()
    if not name.startswith("_") and name not in ("annotations", "json", "sys", "traceback", "django")
}


def main() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        names = {**NAMES, **request["names"]}
        try:
            evaluate = eval if request["kind"] == "eval" else exec
            result = evaluate(request["code"], names)
            answer: dict[str, Any] = {"ok": result}
        except Exception:
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer, default=str), flush=True)


__all__ = ["Membership", "Token", "Workspace", "async_to_sync", "asyncio", "logins"]

if __name__ == "__main__":
    main()
