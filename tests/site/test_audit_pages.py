"""Reading the audit log: the owner's page, each member's own page, and the command."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hubbub import actions
from hubbub_site import cli
from hubbub_site.accounts.audit import record
from hubbub_site.accounts.audit_codes import What
from hubbub_site.accounts.models import AuditEntry, User


class TestThePages:
    def test_alice_reads_it_and_filters(self, alices: Client, bob: User, bobs: Client) -> None:
        page = alices.get("/audit/").content.decode()
        assert "Signed in" in page and "Workspace renamed" in page
        of_bob = alices.get("/audit/?who=@BOB&what=signed_in").content.decode()
        assert of_bob.count('<div class="what line">') == 1
        assert "There is no such line." in alices.get("/audit/?who=nobody").content.decode()

    def test_it_has_pages(self, alices: Client, bob: User) -> None:
        for _ in range(60):
            record(What.SIGNED_IN, by=bob, about=bob)
        first = alices.get("/audit/?who=bob&what=signed_in").content.decode()
        assert "1–50 of 60" in first
        assert "51–60 of 60" in alices.get("/audit/?who=bob&what=signed_in&page=2").content.decode()

    def test_nobody_else_reads_it(
        self, alices: Client, bob: User, bobs: Client, carols: Client, dave: Client
    ) -> None:
        alices.post(f"/people/{bob.hubbub_member.pk}/role/", {"role": "admin"})
        assert [browser.get("/audit/").status_code for browser in (bobs, carols, dave)] == [403, 403, 302]
        assert "/audit/" not in bobs.get("/account/").content.decode()

    def test_bob_reads_his_own_and_no_more(self, alice: User, bobs: Client, carols: Client) -> None:
        page = bobs.get("/account/activity/").content.decode()
        assert "Signed in" in page
        assert "alice" not in page and "carol" not in page

    def test_markup_in_a_label_is_text(self, alices: Client) -> None:
        alices.post("/account/tokens/", {"label": "<script>alert(1)</script>", "expires": ""})
        page = alices.get("/audit/").content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


class TestTheCommand:
    def test_it_prints_lines_and_filters(self, bob: User, bobs: Client, capsys: Any) -> None:
        assert cli.main(["audit", "--who", "bob", "--what", "signed_in"]) == 0
        [line] = capsys.readouterr().out.splitlines()
        assert "signed_in  by bob  from 127.0.0.1" in line

    def test_as_json(self, bob: User, bobs: Client, capsys: Any) -> None:
        assert cli.main(["audit", "--json", "--what", "signed_in"]) == 0
        document = json.loads(capsys.readouterr().out)
        assert document["by"] == document["about"] == "bob"
        assert document["details"] == {"device": "Firefox on Linux"}

    @pytest.mark.parametrize(
        ("since", "lines"), [("1h", 0), ("2d", 1), ("2020-01-01", 1), ("2020-01-01T10:00Z", 1)]
    )
    def test_since(self, db: None, since: str, lines: int, capsys: Any) -> None:
        AuditEntry.objects.create(what=What.SIGNED_IN, at=timezone.now() - timedelta(days=1))
        assert cli.main(["audit", "--since", since]) == 0
        assert len(capsys.readouterr().out.splitlines()) == lines

    @pytest.mark.parametrize("wrong", [["--since", "soon"], ["--what", "everything"]])
    def test_invalid_arguments_are_named(self, db: None, wrong: list[str], capsys: Any) -> None:
        assert cli.main(["audit", *wrong]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1

    def test_a_label_cannot_forge_a_line(self, bob: User, capsys: Any) -> None:
        actions.create_token(
            member=actions.member_for(bob), label="x\n2026-01-01 00:00:00Z  role_changed\x1b[2J"
        )
        assert cli.main(["audit", "--what", "token_made"]) == 0
        told = capsys.readouterr().out
        assert len(told.splitlines()) == 1
        assert "\x1b" not in told
