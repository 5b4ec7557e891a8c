"""The page that loads the client, with the data that the client needs before it opens the socket."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render, resolve_url
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string
from django.utils.translation import get_language, get_language_bidi
from django.views.decorators.http import require_safe

from hubbub import actions, conf
from hubbub.errors import Forbidden
from hubbub.models import Workspace

MANIFEST = Path(__file__).parent.parent / "static" / "hubbub" / "manifest.json"


@require_safe
def page(request: HttpRequest, room: str = "", number: int = 0) -> HttpResponse:
    """Render the client. The client reads the room to show from the address."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), _links(request)["sign_in"])
    try:
        actions.member_for(request.user)
    except Forbidden as refusal:
        return render(request, "hubbub/refused.html", {"reason": refusal.message}, status=403)
    if not MANIFEST.exists():
        return render(request, "hubbub/not_built.html", status=503)
    language = get_language() or "en"
    workspace = Workspace.objects.the_one().name
    context = {
        "boot": _boot(request, workspace, language),
        "client": _client(MANIFEST.stat().st_mtime_ns),
        "language": language,
        "direction": "rtl" if get_language_bidi() else "ltr",
        "workspace": workspace,
    }
    response = render(request, "hubbub/page.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _boot(request: HttpRequest, workspace: str, language: str) -> dict[str, Any]:
    base = reverse("hubbub:page")
    return {
        "socket": conf.get("SOCKET_PATH"),
        "api": f"{base}api/",
        "base": base,
        "csrf": get_token(request),
        "workspace": workspace,
        "language": language,
        "links": _links(request),
    }


def _links(request: HttpRequest) -> dict[str, str | None]:
    """Targets of the client's menu, from the LINKS setting, which may depend on the request."""
    setting = conf.get("LINKS")
    targets = import_string(setting)(request) if isinstance(setting, str) else setting
    links = {name: _path(targets.get(name)) for name in ("sign_in", "sign_out", "account", "invite", "admin")}
    links["sign_in"] = links["sign_in"] or str(resolve_url(settings.LOGIN_URL))
    return links


def _path(target: str | None) -> str | None:
    """Resolve the name of a URL to its path; return a path unchanged."""
    if target is None:
        return None
    try:
        return reverse(target)
    except NoReverseMatch:
        return str(target)


@lru_cache(maxsize=1)
def _client(built_at: int) -> dict[str, Any]:
    """The built client's files, from Vite's manifest; read again after a new build."""
    manifest = json.loads(MANIFEST.read_text())
    entry = next(name for name, part in manifest.items() if part.get("isEntry"))
    *imports, main = [manifest[name] for name in _with_imports(manifest, entry)]
    return {
        "script": static(f"hubbub/{main['file']}"),
        "preload": [static(f"hubbub/{part['file']}") for part in imports],
        "styles": [static(f"hubbub/{file}") for part in (*imports, main) for file in part.get("css", ())],
    }


def _with_imports(manifest: dict[str, Any], entry: str) -> list[str]:
    """This part of the client after all parts that it imports. Each has its own styles, which no script loads."""
    seen: set[str] = set()

    def visit(name: str) -> list[str]:
        if name in seen:
            return []
        seen.add(name)
        before = [part for needed in manifest[name].get("imports", ()) for part in visit(needed)]
        return [*before, name]

    return visit(entry)
