"""Errors of the HTTP API: one shape, the matching status, the name of the field, and when to retry."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import OperationalError

from hubbub import errors
from hubbub.models import Member, Room
from hubbub.protocol import limits
from hubbub.realtime import entry_points
from tests.http.conftest import Asker
from tests.people import no_such_room, says


def refusal(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/json"
    document = response.json()
    assert set(document) == {"error"}
    assert set(document["error"]) <= {"code", "message", "retry_after"}
    assert document["error"]["code"] == code
    found: dict[str, Any] = document["error"]
    return found


def test_each_code_has_its_status(
    bob: Member, dave: Member, square: Room, kitchen: Room, script: Asker
) -> None:
    message = says(bob, kitchen, "hello")
    refusal(script.post("room.rename", {"room": kitchen.pk, "name": "mine"}), 403, "forbidden")
    refusal(script.post("timeline", {"room": no_such_room()}), 404, "not_found")
    stale = {"message": message.pk, "text": "x", "seq": message.seq - 1}
    refusal(script.post("message.edit", stale), 409, "conflict")
    refusal(script.post("room.create", {"name": "square"}), 409, "conflict")
    refusal(script.post("timeline", {"room": 0}), 422, "invalid")


@pytest.mark.parametrize(
    ("kind", "body", "message"),
    [
        ("timeline", {"room": 1, "colour": "red"}, "unknown field “colour”"),
        ("message.send", {"room": 1, "author": 1}, "message: Field required"),
        ("timeline", {"room": "x"}, "room: Input should be a valid integer"),
        ("timeline", {"room": 1, "before": 1, "after": 1}, "give one of before, after, around"),
        ("room.create", {"name": "a/b"}, "name: a room's name"),
        ("member.list", {"members": []}, "members: List should have at least 1 item"),
        ("resume", {"epoch": "", "rooms": {"x": 1}}, "rooms"),
    ],
)
def test_the_error_names_the_field(kind: str, body: dict[str, Any], message: str, script: Asker) -> None:
    assert message in refusal(script.post(kind, body), 422, "invalid")["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"[]",
        b"null",
        b"7",
        b'"room"',
        b'{"room":1',
        b"\xff\xfe{}",
        b'{"room":"\xff"}',
        b'{"room":NaN}',
        b'{"room":Infinity}',
        b'{"room":' + b"9" * 5000 + b"}",
        b"[" * 60_000,
        b'{"room":' * 5000 + b"1" + b"}" * 5000,
        b'{"room":"\\ud800"}',
    ],
    ids=lambda body: repr(body[:20]),
)
def test_a_body_that_is_no_json_object_is_invalid(body: bytes, script: Asker) -> None:
    refusal(script.post("timeline", body), 422, "invalid")


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"], ids=ascii)
@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("room.create", "name"),
        ("room.get", "name"),
        ("room.directory", "query"),
        ("room.directory", "after"),
        ("member.directory", "query"),
        ("profile.update", "name"),
        ("profile.update", "about"),
    ],
)
def test_text_that_a_database_cannot_store_is_refused(
    kind: str, field: str, text: str, script: Asker
) -> None:
    refusal(script.post(kind, json.dumps({field: text})), 422, "invalid")


def test_an_unknown_field_that_is_not_text_is_named_too(script: Asker) -> None:
    refusal(script.post("snapshot", '{"\\ud800": 1}'), 422, "invalid")


def test_a_body_that_is_too_large_is_refused(script: Asker) -> None:
    big = json.dumps({"room": 1, "x": "x" * limits.FRAME_BYTES})
    refusal(script.post("timeline", big), 422, "invalid")
    fits_but_for_white_space = json.dumps({}) + " " * limits.FRAME_BYTES
    assert "65536" in refusal(script.post("snapshot", fits_but_for_white_space), 422, "invalid")["message"]


def test_a_body_that_is_far_too_large_is_not_even_read(script: Asker) -> None:
    assert script.post("snapshot", b" " * 3_000_000).status_code in (400, 413, 422)


@pytest.mark.parametrize(
    "kind", ["nope", "message.forge", "x" * 500, "__class__", "snapshot.", "typing", "beat"]
)
def test_an_unknown_command_is_named(kind: str, script: Asker) -> None:
    assert f"“{kind[:60]}" in refusal(script.post(kind), 404, "not_found")["message"]


def test_commands_accept_only_post(script: Asker, square: Room) -> None:
    for method in ("get", "put", "delete", "patch"):
        response = getattr(script.client, method)("/api/room.leave", headers=script.headers)
        assert response.status_code == 405


def test_rate_limited_says_when_to_retry(script: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    response = refused_with(errors.RateLimited("Slow down.", retry_after=2.3), script, monkeypatch)
    assert refusal(response, 429, "rate_limited")["retry_after"] == 2.3
    assert response["Retry-After"] == "3"


def test_a_database_that_is_down_says_when_to_retry(script: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    response = refused_with(errors.Unavailable("Not now."), script, monkeypatch)
    refusal(response, 503, "unavailable")
    assert response["Retry-After"] == "1"


def test_no_other_refusal_asks_for_a_retry(script: Asker) -> None:
    assert "Retry-After" not in script.post("timeline", {"room": 0})


def test_a_database_that_is_down_during_authentication(
    script: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(secret: str) -> None:
        raise OperationalError("could not connect to server at 10.0.0.7")

    monkeypatch.setattr("hubbub.http.api.login_from_secret", away)
    told = refusal(script.post("snapshot"), 503, "unavailable")
    assert "10.0.0.7" not in told["message"]


def test_a_bug_is_logged_and_its_details_are_not_sent(
    script: Asker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("password=1234")

    monkeypatch.setattr(entry_points, "call", broken)
    told = refusal(script.post("snapshot"), 500, "internal")
    assert "1234" not in told["message"]
    assert "password=1234" in caplog.text


def refused_with(error: Exception, script: Asker, monkeypatch: pytest.MonkeyPatch) -> Any:
    def refuse(*_: Any) -> None:
        raise error

    monkeypatch.setattr(entry_points, "call", refuse)
    return script.post("snapshot")


def test_a_long_unknown_field_is_not_echoed_whole(script: Asker) -> None:
    told = refusal(script.post("snapshot", {"x" * 60_000: 1}), 422, "invalid")
    assert len(told["message"]) < 100


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded; charset=utf-7", b"name=x"),
        ("application/x-www-form-urlencoded", b"&".join(b"a=" for _ in range(2000))),
        ("multipart/form-data; boundary=", b"name=x"),
        ("multipart/form-data; boundary=" + "x" * 300, b"--x\r\n\r\n"),
    ],
)
def test_a_malformed_form_is_the_clients_error(kind: str, body: bytes, browser: Asker) -> None:
    """Django parses a form to find the CSRF token, and refuses some."""
    response = browser.client.post("/api/room.create", body, content_type=kind, headers=browser.headers)
    assert response.status_code in (403, 422), response.content
    assert response.json()["error"]["code"] in ("forbidden", "invalid")
