"""Ways in, and ending them: bearer tokens, sessions. Ending one closes its sockets (contract G10)."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.utils import timezone

from hubbub.actions.announcements import announce_account_changed, announce_login_ended, announce_logins_ended
from hubbub.actions.checking import require
from hubbub.errors import Conflict
from hubbub.models import Member, Token
from hubbub.models.token import digest_of, new_secret
from hubbub.protocol import limits
from hubbub.signals import AuditEvent, report
from hubbub.unit import unit


def create_token(
    *,
    member: Member,
    by: Member | None = None,
    label: str = "",
    expires_at: datetime | None = None,
    never_expires: bool = False,
) -> tuple[Token, str]:
    """A bearer token for a member, and its secret, which is stored nowhere.

    It works for `limits.TOKEN_DAYS` unless `expires_at` names another end, or `never_expires` says that there is none.
    """
    secret = new_secret()
    end = None if never_expires else expires_at or _a_lifetime_from_now()
    with unit():
        token = Token.objects.create(
            member=member, label=label[:80], digest=digest_of(secret), hint=secret[:8], expires_at=end
        )
        report(AuditEvent.TOKEN_MADE, by=by, about=member, **_named(token))
    return token, secret


def renew_token(*, by: Member, token: Token) -> Token:
    """Let one's own token work for another `limits.TOKEN_DAYS` from now. Conflict if it has expired or ended."""
    require(token.member_id == by.pk, "You can renew only your own tokens.")
    with unit():
        # A condition of the statement: a token that has expired by now is dead, whatever the page showed.
        if not Token.objects.valid().filter(pk=token.pk).update(expires_at=_a_lifetime_from_now()):
            raise Conflict("This token has expired or was revoked. Make a new one.")
        token.refresh_from_db()
        report(AuditEvent.TOKEN_RENEWED, by=by, about=by, **_named(token))
    return token


def revoke_token(*, by: Member, token: Token) -> None:
    """End a token now: one's own, or anybody's for an admin."""
    require(token.member_id == by.pk or by.is_admin, "You can revoke only your own tokens.")
    with unit() as work:
        login = token_login(token)
        named = _named(token)
        token.delete()
        report(AuditEvent.TOKEN_REVOKED, by=by, about=token.member, **named)
        announce_login_ended(work, login)


def end_tokens(*, member: Member, by: Member | None = None) -> int:
    """End all tokens of a member and close their sockets; how many there were."""
    with unit() as work:
        tokens = list(member.tokens.select_for_update().order_by("pk"))
        if tokens:
            Token.objects.filter(pk__in=[token.pk for token in tokens]).delete()
            report(AuditEvent.TOKENS_ENDED, by=by, about=member, tokens=len(tokens))
            for token in tokens:
                announce_login_ended(work, token_login(token))
    return len(tokens)


def end_session(session_key: str) -> None:
    """Close the sockets of a Django session. Call it when a session ends; signing out does."""
    with unit() as work:
        announce_login_ended(work, session_login(session_key))


def end_logins_of(member: Member, *, except_session: str | None = None) -> None:
    """Close all sockets of a member, but those of one session. Delete sessions and tokens yourself before."""
    spared = session_login(except_session) if except_session else ""
    with unit() as work:
        announce_logins_ended(work, member.pk, spared=spared)


def recheck_logins_of(member: Member) -> None:
    """Something about the account behind a member has changed: close the sockets of logins that hold no more."""
    with unit() as work:
        announce_account_changed(work, member.pk)


def session_login(session_key: str) -> str:
    """The name of a session's login: a hash, for it travels between processes."""
    return "session:" + hashlib.sha256(session_key.encode()).hexdigest()[:32]


def token_login(token: Token) -> str:
    return f"token:{token.pk}"


def _a_lifetime_from_now() -> datetime:
    return timezone.now() + timedelta(days=limits.TOKEN_DAYS)


def _named(token: Token) -> dict[str, str]:
    """What tells a token from others in an audit log. The hint is the part of the secret that pages show as well."""
    end = token.expires_at.isoformat(timespec="minutes") if token.expires_at else "never"
    return {"label": token.label, "hint": token.hint, "until": end}
