"""Bytes in, commands out; replies and errors in, bytes out."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from hubbub.errors import HubbubError, Invalid
from hubbub.protocol import commands, limits
from hubbub.protocol.wire import Command, Wire


class NotTheProtocol(Exception):
    """The frame is not a JSON object with a type: the client does not speak this protocol."""


def decode(data: bytes | str) -> Command:
    """The command in one frame.

    Raises NotTheProtocol if it is not a JSON object with a type; Invalid, which names the field and carries the
    request's id in `request`, if it is one and breaks a rule.
    """
    size = len(data)
    if size > limits.FRAME_BYTES:
        raise NotTheProtocol(f"a frame holds at most {limits.FRAME_BYTES} bytes")
    try:
        document = from_json(data, allow_inf_nan=False, cache_strings="keys")
    except (ValueError, RecursionError) as error:
        raise NotTheProtocol(f"not JSON: {error}") from None
    if not isinstance(document, dict) or not isinstance(document.get("type"), str):
        raise NotTheProtocol('a frame is a JSON object with a "type"')
    return command_from(document)


def command_from(document: dict[str, Any]) -> Command:
    """The command in a document that has a `type`. Raises Invalid, which names the mistake."""
    kind = commands.BY_TYPE.get(document["type"])
    try:
        if kind is None:
            raise Invalid(f"there is no command “{_shortened(document['type'])}”")
        try:
            return kind.model_validate(document)
        except ValidationError as error:
            raise Invalid(f"{document['type']}: {_first_error_in(error)}") from None
    except Invalid as refusal:
        refusal.request = _request_of(document)
        raise


def reply(request: int, ok: Wire) -> bytes:
    """`{"re": request, "ok": {…}}`"""
    return b'{"re":%d,"ok":%b}' % (request, ok.encode())


def error(request: int | None, refusal: HubbubError) -> bytes:
    """`{"re": request, "error": {"code", "message", "retry_after"?}}`"""
    return b'{"re":%b,"error":%b}' % (json.dumps(request).encode(), to_json(error_document(refusal)))


def error_document(refusal: HubbubError) -> dict[str, Any]:
    document: dict[str, Any] = {"code": refusal.code, "message": refusal.message}
    if refusal.retry_after is not None:
        document["retry_after"] = round(refusal.retry_after, 3)
    return document


def _request_of(document: dict[str, Any]) -> int | None:
    """The request's id if it is a valid one; None for others (true, 10⁵⁰⁰⁰)."""
    request = document.get("id")
    return request if type(request) is int and 0 <= request <= 2**53 else None


def _first_error_in(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"unknown field “{_shortened(place)}”"
    message = first["msg"].removeprefix("Value error, ")
    return f"{_shortened(place)}: {message}" if place else message


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "…"
