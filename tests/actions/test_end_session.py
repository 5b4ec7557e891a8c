"""Closing the sockets of a session."""

from __future__ import annotations

from django.contrib.auth.signals import user_logged_out
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest

from hubbub import actions
from hubbub.actions.logins import session_login
from hubbub.models import Member
from hubbub.publish import EndLogin
from tests.people import Published


def test_it_works(db: None, published: Published) -> None:
    actions.end_session("the-session-key")
    assert published.notices == [EndLogin(session_login("the-session-key"))]


def test_the_key_itself_does_not_travel(db: None, published: Published) -> None:
    actions.end_session("the-session-key")
    assert "the-session-key" not in repr(published.notices)


def test_signing_out_does_it(bob: Member, published: Published) -> None:
    request = HttpRequest()
    request.session = SessionStore()
    request.session.create()
    user_logged_out.send(Member, request=request, user=bob.user)
    assert published.notices == [EndLogin(session_login(request.session.session_key or ""))]
