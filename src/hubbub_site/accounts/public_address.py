"""The public address of this site, for links in mails and links to copy.

The Host header of a request is not used: the sender of the request chooses it, so a password mail could link to an
attacker's address. Links in mails use the first of HUBBUB_ORIGINS; without one no mail is sent.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def origins() -> list[str]:
    """The configured origins, such as `https://chat.example.org`; not patterns such as
    `https://*.example.org`."""
    return [origin.rstrip("/") for origin in settings.ORIGINS if "*" not in origin]


def mail_works() -> bool:
    """Whether people can get links by mail."""
    return bool(settings.EMAIL_HOST and origins())


def link_in_mail(path: str) -> str:
    """The full URL of one of our pages. Call it only if `mail_works`."""
    return f"{origins()[0]}{path}"


def link_to_copy(request: HttpRequest, path: str) -> str:
    """The full URL of a page, for a signed-in user who passes it on.

    It uses a configured origin: the one of the request if configured, else the first. Without any, it uses the Host
    header of the request, which ALLOWED_HOSTS has checked.
    """
    known, own = origins(), f"{request.scheme}://{request.get_host()}"
    if not known or own in known:
        return f"{own}{path}"
    return f"{known[0]}{path}"
