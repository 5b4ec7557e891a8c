"""The address of this site in links that leave it: in mails, and in links that somebody copies.

The Host header of a request does not say what the address is: whoever sends the request chooses it. A mail that asks
for a new password would then lead to the attacker's address. Mails therefore lead to the first of HUBBUB_ORIGINS, and
without one no mail is sent.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def origins() -> list[str]:
    """The configured origins, such as `https://chat.example.org`; patterns such as `https://*.example.org` name no
    address."""
    return [origin.rstrip("/") for origin in settings.ORIGINS if "*" not in origin]


def mail_works() -> bool:
    """Whether people can get links by mail."""
    return bool(settings.EMAIL_HOST and origins())


def link_in_mail(path: str) -> str:
    """The whole address of a page of ours. Call it only if `mail_works`."""
    return f"{origins()[0]}{path}"


def link_to_copy(request: HttpRequest, path: str) -> str:
    """The whole address of a page, for somebody who is signed in and passes it on.

    It is a configured origin: the one that the page was asked for at, or else the first. Without any, the address in
    the reader's own browser is all that is known; ALLOWED_HOSTS has checked it.
    """
    known, own = origins(), f"{request.scheme}://{request.get_host()}"
    if not known or own in known:
        return f"{own}{path}"
    return f"{known[0]}{path}"
