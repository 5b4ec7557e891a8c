"""The login of a handshake: session cookie, bearer token or JWT; and whether it is still valid (contract G10).

A browser sends the cookie by itself, so pages of other sites must not be able to use it: with a cookie an Origin is
required and must be allowed. A token is known to its bearer; scripts and devices send no Origin.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils import timezone
from django.utils.module_loading import import_string

from hubbub import actions, conf
from hubbub.actions.logins import session_login, token_login
from hubbub.errors import Forbidden, HubbubError, SignInRequired
from hubbub.models import Member, Token
from hubbub.models.token import digest_of
from hubbub.realtime.logins.token_uses import NOTED_EVERY_SECONDS

NOTED_EVERY = timedelta(seconds=NOTED_EVERY_SECONDS)
SUBPROTOCOL = "hubbub"
"""Browsers offer it next to `bearer.<token>`, because they cannot set headers on a socket."""


@dataclass(slots=True, frozen=True)
class Login:
    """How a member signed in. `key` names it (`session:…`, `token:…`, `bearer:…`); `stamp` is the password hash."""

    member: Member
    key: str
    session_key: str | None = None
    token: int | None = None
    secret: str | None = None
    stamp: str = ""
    used_long_ago: bool = False
    """Whether “last used” of its token must be written."""


def bearer_of(scope: dict[str, Any]) -> str | None:
    """The token of a handshake: from its header, or from a subprotocol, for clients that cannot set headers."""
    header = _header(scope, b"authorization")
    if header[:7].casefold() == "bearer ":
        return header[7:].strip()
    for offered in scope.get("subprotocols", ()):
        if offered.startswith("bearer."):
            return str(offered.removeprefix("bearer."))
    return None


def login_from_session(scope: dict[str, Any]) -> Login:
    """The login of a handshake with a cookie. Reads the database. Raises SignInRequired or Forbidden."""
    user = scope.get("user")
    if user is None or not user.is_authenticated:
        raise SignInRequired("Sign in first: a session cookie, or Authorization: Bearer.")
    if not _header(scope, b"origin"):
        raise Forbidden("A cookie needs an Origin; scripts use Authorization: Bearer.")
    session_key = scope["session"].session_key or ""
    return Login(
        member=actions.member_for(user),
        key=session_login(session_key),
        session_key=session_key,
        stamp=user.password,
    )


def login_from_secret(secret: str) -> Login:
    """The login of a bearer token of ours, or of one that the BEARER setting knows. Raises SignInRequired."""
    found = logins_from_secrets([secret])[secret]
    if isinstance(found, HubbubError):
        raise found
    return found


def logins_from_secrets(secrets: Iterable[str]) -> dict[str, Login | HubbubError]:
    """The logins of many bearer tokens, or the errors. One query for all tokens of ours."""
    digests = {digest_of(secret): secret for secret in secrets}
    known = Token.objects.valid().filter(digest__in=digests).select_related("member__user")
    found: dict[str, Login | HubbubError] = {digests[token.digest]: _login_of_token(token) for token in known}
    return found | {secret: _login_of_bearer(secret) for secret in digests.values() if secret not in found}


def _login_of_token(token: Token) -> Login | HubbubError:
    user = token.member.user
    if user is not None and not user.is_active:
        return SignInRequired("This account is deactivated.")
    return Login(
        member=token.member,
        key=token_login(token),
        token=token.pk,
        used_long_ago=token.last_used_at is None or timezone.now() - token.last_used_at > NOTED_EVERY,
    )


def _login_of_bearer(secret: str) -> Login | HubbubError:
    user = user_from_bearer(secret)
    if user is None:
        return SignInRequired("This token is not valid (any more).")
    try:
        member = actions.member_for(user)
    except HubbubError as refusal:
        return refusal
    key = session_login(secret).replace("session:", "bearer:")
    return Login(member=member, key=key, secret=secret, stamp=user.password)


def user_from_bearer(secret: str) -> Any:
    """The host's user behind a JWT or the like, or None."""
    for path in conf.get("BEARER"):
        if user := import_string(path)(secret):
            return user
    return None


def origin_allowed(scope: dict[str, Any]) -> bool:
    """No Origin, our own, or one that CSRF_TRUSTED_ORIGINS names: the rule of Django's own CSRF check."""
    origin = _header(scope, b"origin")
    if not origin:
        return True
    scheme = "https" if scope.get("scheme") == "wss" or _forwarded_https(scope) else "http"
    host = _header(scope, b"host")
    if _host_allowed(host) and origin == f"{scheme}://{host}":
        return True
    trusted = settings.CSRF_TRUSTED_ORIGINS
    if origin in trusted:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:  # such as “http://[”, which no browser sends
        return False
    wild = [urlsplit(t.replace("*", "", 1)) for t in trusted if "://*." in t]
    return any(parts.scheme == w.scheme and parts.netloc.endswith(w.netloc) for w in wild)


def still_valid(logins: Iterable[Login]) -> set[str]:
    """The keys of those logins that are still valid. A few queries for all of them; called twice a minute."""
    logins = list(logins)
    members = Member.objects.active().select_related("user").in_bulk([login.member.pk for login in logins])
    tokens = set(
        Token.objects.valid().filter(pk__in=[x.token for x in logins if x.token]).values_list("pk", flat=True)
    )
    sessions = _live_sessions({login.session_key for login in logins if login.session_key})
    return {login.key for login in logins if _holds(login, members.get(login.member.pk), tokens, sessions)}


def _holds(login: Login, member: Member | None, tokens: set[int], sessions: set[str]) -> bool:
    if member is None or (member.user is not None and not member.user.is_active):
        return False
    if login.token is not None:
        return login.token in tokens
    if member.user is None or member.user.password != login.stamp:
        return False
    if login.session_key is not None:
        return login.session_key in sessions
    return login.secret is not None and user_from_bearer(login.secret) is not None


def _live_sessions(keys: set[str]) -> set[str]:
    """Which sessions exist. Host projects may keep them elsewhere than in the database."""
    if settings.SESSION_ENGINE in (
        "django.contrib.sessions.backends.db",
        "django.contrib.sessions.backends.cached_db",
    ):
        from django.contrib.sessions.models import (
            Session,
        )  # a host that keeps sessions elsewhere has no such table

        live = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
        return set(live.values_list("session_key", flat=True))
    if settings.SESSION_ENGINE == "django.contrib.sessions.backends.signed_cookies":
        return keys
    store = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    return {key for key in keys if store().exists(key)}


def _header(scope: dict[str, Any], name: bytes) -> str:
    """The header's value if it occurs exactly once, "?" if more often: two Origins are never trusted."""
    found = [value for key, value in scope["headers"] if key == name]
    return found[0].decode("latin-1") if len(found) == 1 else ("?" if found else "")


def _host_allowed(host: str) -> bool:
    domain, _ = split_domain_port(host)
    allowed = settings.ALLOWED_HOSTS
    if settings.DEBUG and not allowed:
        allowed = [".localhost", "127.0.0.1", "[::1]"]
    return bool(domain) and validate_host(domain, allowed)


def _forwarded_https(scope: dict[str, Any]) -> bool:
    if not settings.SECURE_PROXY_SSL_HEADER:
        return False
    name, value = settings.SECURE_PROXY_SSL_HEADER
    header = name.removeprefix("HTTP_").replace("_", "-").lower().encode()
    return _header(scope, header).split(",")[0].strip() == value
