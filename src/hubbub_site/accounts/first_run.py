"""The first run: until the server has an owner, all pages redirect to the welcome page.

The page always asks for the set-up code. It cannot tell local visitors from others: behind a proxy that adds no
headers, all of them seem local. So `hubbub serve` prints a URL with the code behind the `#`. The page's script moves
the code into the form and removes it from the URL. Only the request that creates the owner contains it.
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
# Crockford's alphabet, without characters that look alike. 10 of 32 characters are 50 bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHARACTERS = 10


class FirstRun:
    """Middleware: while there is no user, pages redirect to /welcome/. After that it makes no query."""

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
    """The code for the welcome page. It is made once and kept in the data directory until there is an owner."""
    if code := _kept_setup_code(data):
        return code
    (data / SETUP_CODE).unlink(missing_ok=True)  # a damaged file after a crash
    letters = "".join(secrets.choice(ALPHABET) for _ in range(CHARACTERS))
    durable_file.write(data / SETUP_CODE, f"{letters[:5]}-{letters[5:]}\n".encode(), replace=False)
    return _kept_setup_code(data)


def address_with_code(origin: str, code: str) -> str:
    """The welcome page's URL with the code. Browsers do not send the part behind the # to a server or proxy."""
    return f"{origin}{reverse('welcome')}#{code}"


def is_setup_code(typed: str) -> bool:
    """Whether this is the code. Without a complete code in the file every answer is wrong, including an empty one."""
    code = _kept_setup_code(settings.CONFIG.data)
    return bool(code) and secrets.compare_digest(_bare(typed).encode(), _bare(code).encode())


def forget_setup_code() -> None:
    (settings.CONFIG.data / SETUP_CODE).unlink(missing_ok=True)


def _kept_setup_code(data: Path) -> str:
    """The code in the file; empty if there is no file, or if a crash has left only a part of it."""
    try:
        code = (data / SETUP_CODE).read_bytes().decode("ascii", "replace").strip()
    except FileNotFoundError:
        return ""
    return code if len(_bare(code)) == CHARACTERS else ""


def _bare(code: str) -> str:
    return (
        "".join(c for c in code.upper() if c.isalnum()).replace("O", "0").replace("I", "1").replace("L", "1")
    )
