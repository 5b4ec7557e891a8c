"""The first minutes of a server: everything leads to the welcome page until it has an owner.

The page asks everybody for the set-up code. It cannot know who sits at this machine: behind a proxy that adds no
headers, every stranger seems to. So `hubbub serve` prints an address that has the code behind its `#`. The script of
the page puts it into the form and takes it out of the address. Only the request that makes the owner has it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from hubbub_site import durable_file
from hubbub_site.accounts.models import User

SETUP_CODE = "setup-code"
SPEAKS_FOR_ITSELF = ("/welcome/", "/static/", "/api/", "/_allauth/", "/healthz", "/readyz", "/metrics")
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


def make_setup_code(data: Path) -> str:
    """The code that the welcome page asks for; made once, kept in the data directory until there is an owner."""
    if code := _kept_setup_code(data):
        return code
    (data / SETUP_CODE).unlink(missing_ok=True)  # what a crash has left of one
    letters = "".join(secrets.choice(ALPHABET) for _ in range(CHARACTERS))
    durable_file.write(data / SETUP_CODE, f"{letters[:5]}-{letters[5:]}\n".encode(), replace=False)
    return _kept_setup_code(data)


def address_with_code(origin: str, code: str) -> str:
    """The welcome page's address with the code. No browser sends the part behind the # to a server or proxy."""
    return f"{origin}{reverse('welcome')}#{code}"


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
