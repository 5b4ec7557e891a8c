"""Validates the bodies of allauth's headless API (`/_allauth/`) before allauth parses them.

Deep nesting, numbers of thousands of digits and lone surrogates raise errors in its JSON parser that allauth does not
catch.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse

from hubbub_site.accounts.limits import PROGRAM_BODY_BYTES

PATH = "/_allauth/"


class CheckHeadlessBodies:
    """Middleware: answers 400 unless the body is empty or a small JSON object of plain values."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(PATH) and request.method != "GET" and (wrong := _fault_of(request)):
            error = {"code": "invalid", "message": wrong}
            return JsonResponse({"status": 400, "errors": [error]}, status=400)
        return self.get_response(request)


def _fault_of(request: HttpRequest) -> str:
    """One sentence about what is wrong with the body; empty if it is valid."""
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        length = 0
    if length > PROGRAM_BODY_BYTES or len(request.body) > PROGRAM_BODY_BYTES:
        return f"The body is longer than {PROGRAM_BODY_BYTES} bytes."
    if not request.body:
        return ""
    try:
        document = json.loads(request.body.decode())
    except (ValueError, RecursionError):
        return "The body is not JSON."
    if not isinstance(document, dict):
        return "The body is not a JSON object."
    for name, value in document.items():
        for one in (name, *(value if isinstance(value, list) else [value])):
            if not _is_plain(one):
                return "A value in the body is neither text nor a number, true, false or null."
    return ""


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        # JSON can contain a lone surrogate, which cannot be encoded.
        return not any("\ud800" <= character <= "\udfff" for character in value)
    return value is None or isinstance(value, (bool, int, float))
