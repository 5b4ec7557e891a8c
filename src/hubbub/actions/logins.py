"""Ways in, and ending them: bearer tokens, sessions. Ending one closes its sockets (contract G10)."""

from __future__ import annotations

import hashlib
from datetime import datetime

from hubbub.actions._telling import tell_account_changed, tell_login_ended, tell_logins_ended
from hubbub.actions.checking import require
from hubbub.models import Member, Token
from hubbub.models.token import digest_of, new_secret
from hubbub.unit import unit


def create_token(*, member: Member, label: str = "", expires_at: datetime | None = None) -> tuple[Token, str]:
    """A bearer token for a member, and its secret, which is stored nowhere."""
    secret = new_secret()
    token = Token.objects.create(
        member=member, label=label[:80], digest=digest_of(secret), hint=secret[:8], expires_at=expires_at
    )
    return token, secret


def revoke_token(*, by: Member, token: Token) -> None:
    """End a token now: one's own, or anybody's for an admin."""
    require(token.member_id == by.pk or by.is_admin, "You can revoke only your own tokens.")
    with unit() as work:
        login = token_login(token)
        token.delete()
        tell_login_ended(work, login)


def end_session(session_key: str) -> None:
    """Close the sockets of a Django session. Call it when a session ends; signing out does."""
    with unit() as work:
        tell_login_ended(work, session_login(session_key))


def end_logins_of(member: Member, *, except_session: str | None = None) -> None:
    """Close all sockets of a member, but those of one session. Delete sessions and tokens yourself before."""
    spared = session_login(except_session) if except_session else ""
    with unit() as work:
        tell_logins_ended(work, member.pk, spared=spared)


def recheck_logins_of(member: Member) -> None:
    """Something about the account behind a member has changed: close the sockets of logins that hold no more."""
    with unit() as work:
        tell_account_changed(work, member.pk)


def session_login(session_key: str) -> str:
    """The name of a session's login: a hash, for it travels between processes."""
    return "session:" + hashlib.sha256(session_key.encode()).hexdigest()[:32]


def token_login(token: Token) -> str:
    return f"token:{token.pk}"
