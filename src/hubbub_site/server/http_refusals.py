"""Complete HTTP responses for requests that are refused before the application gets them."""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple


class Refusal(NamedTuple):
    """The bytes of a whole HTTP response, or none."""

    response: bytes


def _refusal(status: HTTPStatus, text: str, *headers: str) -> Refusal:
    body = f"{text}\n"
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        "content-type: text/plain; charset=utf-8",
        f"content-length: {len(body)}",
        "connection: close",
        *headers,
    ]
    return Refusal("\r\n".join([*lines, "", body]).encode("ascii"))


BAD_REQUEST = _refusal(HTTPStatus.BAD_REQUEST, "This is not HTTP.")
URL_TOO_LONG = _refusal(HTTPStatus.REQUEST_URI_TOO_LONG, "The address is too long.")
HEAD_TOO_LARGE = _refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The headers are too large.")
TOO_SLOW = _refusal(HTTPStatus.REQUEST_TIMEOUT, "The request took too long to arrive.")
TOO_MANY_CONNECTIONS = _refusal(
    HTTPStatus.TOO_MANY_REQUESTS, "Your address has too many connections open.", "retry-after: 5"
)
SERVER_FULL = _refusal(
    HTTPStatus.SERVICE_UNAVAILABLE, "The server has too many connections.", "retry-after: 5"
)
NO_RESPONSE = Refusal(b"")
