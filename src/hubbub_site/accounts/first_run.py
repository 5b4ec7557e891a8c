"""The first minutes of a server: everything leads to the welcome page until it has an owner."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from hubbub_site import durable_file
from hubbub_site.accounts.models import User
from hubbub_site.hosts import is_loopback

SETUP_CODE = "setup-code"
SPEAKS_FOR_ITSELF = ("/welcome/", "/static/", "/api/", "/_allauth/", "/healthz", "/readyz", "/metrics")
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
# Crockford's letters and digits: none that a reader takes for another. 10 of 32 are 50 bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHARACTERS = 10


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
    if code := _kept_setup_code(data):
        return code
    (data / SETUP_CODE).unlink(missing_ok=True)  # what a crash has left of one
    letters = "".join(secrets.choice(ALPHABET) for _ in range(CHARACTERS))
    durable_file.write(data / SETUP_CODE, f"{letters[:5]}-{letters[5:]}\n".encode(), replace=False)
    return _kept_setup_code(data)


def is_setup_code(typed: str) -> bool:
    """Whether this is the code. Without a whole code in the file, no answer is right, and an empty one neither."""
    code = _kept_setup_code(settings.CONFIG.data)
    return bool(code) and secrets.compare_digest(_bare(typed).encode(), _bare(code).encode())


def forget_setup_code() -> None:
    (settings.CONFIG.data / SETUP_CODE).unlink(missing_ok=True)


def _kept_setup_code(data: Path) -> str:
    """The code in the file; empty if there is none, or if a crash has left only a part of it."""
    try:
        code = (data / SETUP_CODE).read_bytes().decode("ascii", "replace").strip()
    except FileNotFoundError:
        return ""
    return code if len(_bare(code)) == CHARACTERS else ""


def _bare(code: str) -> str:
    return (
        "".join(c for c in code.upper() if c.isalnum()).replace("O", "0").replace("I", "1").replace("L", "1")
    )


def _is_here(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
