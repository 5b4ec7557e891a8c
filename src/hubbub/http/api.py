"""`POST /api/<command>`: the socket's commands as single requests. One operation per command, from the table.

Signed in by session cookie (with Django's CSRF token), bearer token or JWT. `/api/docs` shows them, `/api/openapi.json`
describes them. Errors are `{"error": {"code", "message", "retry_after"?}}` with the matching HTTP status.
"""

from __future__ import annotations

import math
from typing import Any, Literal

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.security import HttpBearer, SessionAuth
from pydantic import BaseModel, create_model
from pydantic_core import from_json

from hubbub import __version__, actions, errors
from hubbub.dispatch import refusal_of
from hubbub.errors import Forbidden, HubbubError, Invalid, NotFound, SignInRequired
from hubbub.models import Member
from hubbub.protocol import codec, commands, limits
from hubbub.protocol.wire import Command
from hubbub.realtime import entry_points
from hubbub.realtime.logins.sign_in import login_from_secret


class ErrorBody(BaseModel):
    code: Literal[
        "invalid", "sign_in", "forbidden", "not_found", "conflict", "rate_limited", "unavailable", "internal"
    ]
    message: str
    retry_after: float | None = None


class Refusal(BaseModel):
    error: ErrorBody


class Cookie(SessionAuth):
    """Django's session, with its CSRF token in `X-CSRFToken`."""

    def __call__(self, request: HttpRequest) -> Any:
        # A caller without a session gets `sign_in`, not an error about a missing CSRF token.
        return super().__call__(request) if request.user.is_authenticated else None

    def authenticate(self, request: HttpRequest, key: str | None) -> Member | None:
        if not request.user.is_authenticated:
            return None
        member: Member = actions.member_for(request.user)
        return member


class Bearer(HttpBearer):
    """`Authorization: Bearer …`: a token of `hubbub token`, or a JWT that the BEARER setting knows."""

    def authenticate(self, request: HttpRequest, token: str) -> Member | None:
        login = login_from_secret(token)
        if login.token is not None and login.used_long_ago:
            entry_points.note_token_use(login.token, request.META.get("REMOTE_ADDR", ""))
        return login.member


class Body(Parser):
    """Parses a body with the socket's limits for a frame: length and depth. Refuses NaN and Infinity."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        if len(request.body) > limits.FRAME_BYTES:
            raise Invalid(f"A command holds at most {limits.FRAME_BYTES} bytes.")
        document: dict[str, Any] = from_json(request.body, allow_inf_nan=False)
        return document


api = NinjaAPI(
    title="Hubbub",
    version=__version__,
    description=__doc__ or "",
    auth=[Bearer(), Cookie()],
    parser=Body(),
    urls_namespace="hubbub-api",
    docs_url="/docs",
)


def _serve(kind: type[Command]) -> None:
    """Add one command as an operation: its fields are the body, its reply is the response."""
    name = commands.type_of(kind)
    of_type: Any = kind.model_fields["type"].annotation
    # The path already names the type, so the body may omit it.
    body = create_model(kind.__name__, __base__=kind, __doc__=kind.__doc__, type=(of_type, name))

    def operation(request: HttpRequest, command: Any) -> HttpResponse:
        member: Member = request.auth  # type: ignore[attr-defined]
        original = codec.command_from(command.model_dump(exclude_unset=True) | {"type": name})
        return HttpResponse(entry_points.call(member, original).encode(), content_type="application/json")

    operation.__annotations__["command"] = body
    refusals = frozenset(error.status for error in errors.ALL)
    summary = (kind.__doc__ or name).strip().splitlines()[0]
    api.post(
        f"/{name}",
        response={200: kind.reply, refusals: Refusal},
        operation_id=name,
        summary=summary,
        description=kind.__doc__ or "",
        tags=[name.partition(".")[0]],
    )(operation)


for _kind in commands.ALL:
    if _kind not in commands.SOCKET_ONLY:
        _serve(_kind)


@api.post("/{name}", include_in_schema=False)
def _no_such_command(request: HttpRequest, name: str) -> HttpResponse:
    if name in commands.BY_TYPE:
        raise NotFound(f"“{name}” works only on a socket.")
    raise NotFound(f"There is no command “{name[:60]}”.")


@api.exception_handler(HubbubError)
def _refused(request: HttpRequest, refusal: HubbubError) -> HttpResponse:
    response = JsonResponse({"error": codec.error_document(refusal)}, status=refusal.status)
    if refusal.retry_after is not None:
        response["Retry-After"] = str(math.ceil(refusal.retry_after))
    return response


@api.exception_handler(Exception)
def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """Errors outside of commands, such as a database that does not answer during authentication."""
    return _refused(request, refusal_of(error))


@api.exception_handler(RequestDataTooBig)
@api.exception_handler(UnreadablePostError)
def _not_read(request: HttpRequest, error: Exception) -> HttpResponse:
    """The body is larger than Django reads into memory, or the connection was lost while it was sent."""
    return _refused(
        request, Invalid(f"The body did not arrive; a command holds at most {limits.FRAME_BYTES} bytes.")
    )


@api.exception_handler(BadRequest)
@api.exception_handler(MultiPartParserError)
@api.exception_handler(SuspiciousOperation)
def _no_form(request: HttpRequest, error: Exception) -> HttpResponse:
    """The body is declared as a form, and Django cannot parse it when it looks for the CSRF token."""
    return _refused(request, Invalid("Send the command as JSON, with Content-Type: application/json."))


@api.exception_handler(ValidationError)
def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Report the first error of the body with the name that the socket uses for it."""
    first: dict[str, Any] = error.errors[0] if error.errors else {"loc": (), "msg": "malformed"}
    place = ".".join(str(part) for part in first["loc"] if part not in ("body", "command"))[:60]
    if first.get("type") == "extra_forbidden":
        return _refused(request, Invalid(f"unknown field “{place}”"))
    message = str(first["msg"]).removeprefix("Value error, ")
    return _refused(request, Invalid(f"{place}: {message}" if place else message))


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return _refused(request, SignInRequired("Sign in first: a session cookie, or Authorization: Bearer."))


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, HubbubError):  # ninja wraps the errors that Body raises
        return _refused(request, error.__cause__)
    kind = Forbidden if error.status_code == 403 else Invalid
    return _refused(request, kind(str(error)))
