"""The first minutes of a server: everything leads to the welcome page until it has an owner."""

from __future__ import annotations

import ipaddress
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from hubbub_site.accounts.models import User
from hubbub_site.hosts import is_loopback

SETUP_CODE = "setup-code"
SPEAKS_FOR_ITSELF = ("/welcome/", "/static/", "/api/", "/_allauth/", "/healthz", "/readyz", "/metrics")
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
# Crockford's letters and digits: none that a reader takes for another. 10 of 32 are 50 bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class FirstRun:
    """Middleware: while there is no user, pages redirect to /welcome/. Once there is one, it asks no more."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.over = False

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not self.over and not request.path.startswith(SPEAKS_FOR_ITSELF):
            self.over = User.objects.exists()
            if not self.over:
                return HttpResponseRedirect(reverse("welcome"))
        return self.get_response(request)


def code_is_needed(request: HttpRequest) -> bool:
    """Whether a visitor must prove that they see the server's terminal.

    Not who sits at this machine: the server listens here only, the browser is here and calls it localhost, and
    no proxy has passed the request on. Everybody else could be a stranger who came first.
    """
    if not is_loopback(settings.CONFIG.host) or any(name in request.headers for name in FORWARDED):
        return True
    host = (
        request.get_host().rsplit(":", 1)[0] if not request.get_host().endswith("]") else request.get_host()
    )
    return not (is_loopback(host) and _is_here(request.META.get("REMOTE_ADDR", "")))


def make_setup_code(data: Path) -> str:
    """The code that the welcome page asks for; made once, kept in the data directory until there is an owner."""
    path = data / SETUP_CODE
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        letters = "".join(secrets.choice(ALPHABET) for _ in range(10))
        code = f"{letters[:5]}-{letters[5:]}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(code + "\n")
        return code


def is_setup_code(typed: str) -> bool:
    try:
        code = (settings.CONFIG.data / SETUP_CODE).read_text()
    except FileNotFoundError:
        return False
    return secrets.compare_digest(_bare(typed).encode(), _bare(code).encode())


def forget_setup_code() -> None:
    (settings.CONFIG.data / SETUP_CODE).unlink(missing_ok=True)


def _bare(code: str) -> str:
    return (
        "".join(c for c in code.upper() if c.isalnum()).replace("O", "0").replace("I", "1").replace("L", "1")
    )


def _is_here(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
