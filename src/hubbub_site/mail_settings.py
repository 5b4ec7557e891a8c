"""Django's mail settings, from HUBBUB_EMAIL_URL."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from hubbub_site.config import Misconfigured

DEFAULT_PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}


class Mail(NamedTuple):
    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False


def settings_of(url: str) -> tuple[str, Mail]:
    """The dotted path of the backend, and the mail server. Without a URL, mail is discarded."""
    if not url:
        return "django.core.mail.backends.dummy.EmailBackend", Mail()
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        known = ", ".join(f"{scheme}://" for scheme in DEFAULT_PORTS)
        raise Misconfigured(f"HUBBUB_EMAIL_URL must name a mail server and begin with one of {known}.")
    return "hubbub_site.background_mail.BackgroundMail", Mail(
        host=parts.hostname,
        port=parts.port or DEFAULT_PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp",
        tls=parts.scheme == "smtps",
    )
