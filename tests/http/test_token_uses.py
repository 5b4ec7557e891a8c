"""The last use of a token is written at most every ten minutes; the first use is reported as an audit event."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from hubbub import actions
from hubbub.models import Member, Token
from hubbub.realtime.logins import token_uses
from hubbub.realtime.logins.sign_in import login_from_secret
from hubbub.realtime.logins.token_uses import TokenUses, write_uses
from hubbub.signals import AuditEvent, audit_event
from tests.people import counted


@pytest.fixture
def audit_events() -> Iterator[list[dict[str, Any]]]:
    heard: list[dict[str, Any]] = []

    def hear(**event: Any) -> None:
        heard.append(event)

    audit_event.connect(hear)
    yield heard
    audit_event.disconnect(hear)


def test_the_first_use_is_reported_once_with_its_address(
    bob: Member, audit_events: list[dict[str, Any]]
) -> None:
    token, _ = actions.create_token(member=bob)
    write_uses({token.pk: "192.0.2.7"})
    write_uses({token.pk: "192.0.2.8"})
    first = [event for event in audit_events if event["what"] == AuditEvent.TOKEN_FIRST_USED]
    assert [(event["by"], event["address"]) for event in first] == [(bob, "192.0.2.7")]


def test_a_thousand_uses_are_one_write(bob: Member) -> None:
    token, _ = actions.create_token(member=bob)
    Token.objects.filter(pk=token.pk).update(last_used_at=timezone.now() - timedelta(days=2))
    uses = TokenUses()
    for _ in range(1000):
        uses.note(token.pk, "192.0.2.7")
    with counted() as queries:
        uses.write()
    assert len(queries) == 2, queries  # one query for first uses, one update
    uses.note(token.pk, "192.0.2.7")
    assert not uses.due()
    token.refresh_from_db()
    assert token.last_used_at
    assert timezone.now() - token.last_used_at < timedelta(minutes=1)


def test_after_ten_minutes_a_use_is_written_again(bob: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    token, _ = actions.create_token(member=bob)
    now = 1000.0
    monkeypatch.setattr(token_uses.time, "monotonic", lambda: now)
    uses = TokenUses()
    uses.note(token.pk)
    uses.write()
    now += token_uses.NOTED_EVERY_SECONDS
    uses.note(token.pk)
    assert uses.due()


def test_a_request_says_whether_a_write_is_due(bob: Member) -> None:
    token, secret = actions.create_token(member=bob)
    assert login_from_secret(secret).used_long_ago
    write_uses({token.pk: ""})
    assert not login_from_secret(secret).used_long_ago
