"""Bearer tokens and sessions: creating and ending them. Ending a login closes its sockets (contract G10)."""

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
    """Create a bearer token for a member. Returns it and its secret, which is not stored.

    It is valid for `limits.TOKEN_DAYS`, or until `expires_at`, or for ever with `never_expires`.
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
    """Make one's own token valid for `limits.TOKEN_DAYS` from now. Conflict if it has expired or was revoked."""
    require(token.member_id == by.pk, "You can renew only your own tokens.")
    with unit():
        # Checked in the statement itself: the token may have expired since the page was shown.
        if not Token.objects.valid().filter(pk=token.pk).update(expires_at=_a_lifetime_from_now()):
            raise Conflict("This token has expired or was revoked. Make a new one.")
        token.refresh_from_db()
        report(AuditEvent.TOKEN_RENEWED, by=by, about=by, **_named(token))
    return token


def revoke_token(*, by: Member, token: Token) -> None:
    """End a token now: one's own, or any token for an admin."""
    require(token.member_id == by.pk or by.is_admin, "You can revoke only your own tokens.")
    with unit() as work:
        login = token_login(token)
        named = _named(token)
        token.delete()
        report(AuditEvent.TOKEN_REVOKED, by=by, about=token.member, **named)
        announce_login_ended(work, login)


def end_tokens(*, member: Member, by: Member | None = None) -> int:
    """End all tokens of a member and close their sockets. Returns how many there were."""
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
    """Close all sockets of a member except those of one session. The caller deletes sessions and tokens first."""
    spared = session_login(except_session) if except_session else ""
    with unit() as work:
        announce_logins_ended(work, member.pk, spared=spared)


def recheck_logins_of(member: Member) -> None:
    """Close the sockets of a member's logins that are no longer valid. Call it after a change of the account."""
    with unit() as work:
        announce_account_changed(work, member.pk)


def session_login(session_key: str) -> str:
    """The name of a session's login: a hash, because it is sent between processes."""
    return "session:" + hashlib.sha256(session_key.encode()).hexdigest()[:32]


def token_login(token: Token) -> str:
    return f"token:{token.pk}"


def _a_lifetime_from_now() -> datetime:
    return timezone.now() + timedelta(days=limits.TOKEN_DAYS)


def _named(token: Token) -> dict[str, str]:
    """The fields that identify a token in the audit log. Pages show the hint, the start of the secret, too."""
    end = token.expires_at.isoformat(timespec="minutes") if token.expires_at else "never"
    return {"label": token.label, "hint": token.hint, "until": end}
