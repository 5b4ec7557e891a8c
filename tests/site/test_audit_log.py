"""The audit log: which lines are written, that nothing changes them, and that visitors cannot fill it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from hubbub import actions
from hubbub.models import Member
from hubbub.protocol.objects import Role
from hubbub_site import cli
from hubbub_site.accounts import audit, people
from hubbub_site.accounts.audit import record
from hubbub_site.accounts.audit_codes import MERGED, What
from hubbub_site.accounts.models import AuditEntry, User
from hubbub_site.accounts.models.audit import AppendOnly
from tests.serving import Site, shell_of
from tests.site.conftest import PASSWORD, signed_in

ADDRESS = "127.0.0.1"


def written(*kinds: What) -> list[tuple[str, str, str]]:
    """(what, by, about) of the lines of these kinds (default: all), the oldest first."""
    lines = AuditEntry.objects.filter(what__in=kinds) if kinds else AuditEntry.objects.all()
    return list(lines.order_by("pk").values_list("what", "by_name", "about_name"))


def last(what: What) -> AuditEntry:
    return AuditEntry.objects.filter(what=what).latest("pk")


def test_signing_in_and_out(bob: User, bobs: Client) -> None:
    bobs.post("/account/logout/")
    assert written(What.SIGNED_IN, What.SIGNED_OUT) == [
        ("signed_in", "bob", "bob"),
        ("signed_out", "bob", "bob"),
    ]
    line = last(What.SIGNED_IN)
    assert (line.address, line.details) == (ADDRESS, {"device": "Firefox on Linux"})


def test_the_first_owner_and_a_new_name(alice: User) -> None:
    actions.name_workspace(by=actions.member_for(alice), name="The Harbour")
    assert ("workspace_claimed", "alice", "alice") in written()
    assert last(What.WORKSPACE_RENAMED).details == {"before": "The Lighthouse", "name": "The Harbour"}


def test_what_alice_does_about_bob(alices: Client, bob: User) -> None:
    for path, data in (
        ("role", {"role": "admin"}),
        ("reset-link", {}),
        ("deactivate", {}),
        ("reactivate", {}),
    ):
        alices.post(f"/people/{bob.hubbub_member.pk}/{path}/", data)
    kinds = (What.ROLE_CHANGED, What.RESET_LINK_MADE, What.DEACTIVATED, What.REACTIVATED)
    assert written(*kinds) == [(what, "alice", "bob") for what in kinds]
    line = last(What.ROLE_CHANGED)
    assert (line.address, line.details) == (ADDRESS, {"before": "member", "role": "admin"})


def test_a_changed_password_and_one_set_by_link(alice: User, bob: User, bobs: Client) -> None:
    new = "an even longer winter night"
    bobs.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new})
    assert written(What.PASSWORD_CHANGED) == [("password_changed", "bob", "bob")]
    path = people.make_reset_link(by=actions.member_for(alice), member=actions.member_for(bob))
    browser = Client()
    browser.post(browser.get(path).headers["Location"], {"password1": PASSWORD})
    assert written(What.PASSWORD_RESET) == [("password_reset", "", "bob")]
    assert last(What.PASSWORD_RESET).details == {"link of": "alice"}


def test_a_link_by_mail(bob: User, dave: Client, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example.org"
    EmailAddress.objects.create(user=bob, email="bob@example.org", verified=True, primary=True)
    User.objects.filter(pk=bob.pk).update(email="bob@example.org")
    dave.post("/account/password/reset/", {"email": "bob@example.org"})
    dave.post("/account/password/reset/", {"email": "nobody@example.org"})
    assert written(What.RESET_LINK_MAILED) == [("reset_link_mailed", "", "bob")]


def test_tokens(bob: User, bobs: Client) -> None:
    bobs.post("/account/tokens/", {"label": "doorbell", "expires": ""})
    token = actions.member_for(bob).tokens.get()
    Client().post(
        "/api/member.directory",
        "{}",
        content_type="application/json",
        headers={"Authorization": f"Bearer {actions.create_token(member=token.member)[1]}"},
    )
    bobs.post(f"/account/tokens/{token.pk}/renew/")
    bobs.post(f"/account/tokens/{token.pk}/revoke/")
    by_bob = (What.TOKEN_FIRST_USED, What.TOKEN_RENEWED, What.TOKEN_REVOKED)
    assert written(*by_bob) == [(what, "bob", "bob") for what in by_bob]
    assert last(What.TOKEN_FIRST_USED).address == ADDRESS
    assert AuditEntry.objects.filter(what=What.TOKEN_MADE)[0].details["label"] == "doorbell"


def test_an_invitation_from_making_to_revoking(alices: Client, dave: Client) -> None:
    from tests.site.test_invitations import DAVE, TERMS, link_from

    alices.post("/invite/", TERMS)
    dave.post(link_from(alices), DAVE)
    pk = last(What.INVITATION_MADE).details["invitation"]
    alices.post(f"/invite/{pk}/revoke/")
    assert written(What.INVITATION_MADE, What.INVITATION_USED, What.INVITATION_REVOKED) == [
        ("invitation_made", "alice", ""),
        ("invitation_used", "dave", "dave"),
        ("invitation_revoked", "alice", "alice"),
    ]


def test_logins_that_are_ended(bob: User, bobs: Client) -> None:
    phone = signed_in(bob, "iPhone Safari/604.1")
    from allauth.usersessions.models import UserSession

    login = UserSession.objects.get(session_key=phone.session.session_key)
    bobs.post(f"/account/logins/{login.pk}/revoke/")
    bobs.post("/account/logins/others/revoke/")
    assert [what for what, _, _ in written(What.LOGIN_ENDED, What.LOGINS_ENDED)] == [
        "login_ended",
        "logins_ended",
    ]


def test_what_is_changed_in_djangos_admin(alices: Client, bob: User) -> None:
    fields = {"username": "bob", "name": "Robert", "email": ""}
    alices.post(f"/admin/accounts/user/{bob.pk}/change/", fields)
    line = last(What.ADMIN_CHANGED)
    assert (line.by_name, line.details["object"]) == ("alice", "bob")


@pytest.mark.django_db(transaction=True)
def test_the_actor_in_the_shell_is_the_shell(bob: User) -> None:
    assert cli.main(["token", "bob", "--days", "7"]) == 0
    assert cli.main(["owner", "bob", "--generate"]) == 0
    lines = written()
    for what in (What.TOKEN_MADE, What.PASSWORD_SET, What.TOKENS_ENDED, What.ROLE_CHANGED, What.OWNER_MADE):
        assert (what, "shell", "bob") in lines


def test_no_secret_is_in_it(alices: Client, bob: User, bobs: Client) -> None:
    """No secret that was shown once, no typed password, and no unknown username."""
    bobs.post("/account/tokens/", {"label": "doorbell", "expires": ""})
    secret = bobs.get("/account/tokens/").content.decode().partition('value="hub_')[2].partition('"')[0]
    Client().post("/account/login/", {"login": "hunter2-typed-as-a-name", "password": "hunter3"})
    alices.post(f"/people/{bob.hubbub_member.pk}/reset-link/")
    everything = json.dumps(list(AuditEntry.objects.values()), default=str)
    assert len(secret) > 30
    for text in (secret, "hunter", PASSWORD, "/reset/key/"):
        assert text not in everything


def test_a_rolled_back_action_leaves_no_line(alice: User, bob: User) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        actions.change_role(by=actions.member_for(alice), member=actions.member_for(bob), role=Role.ADMIN)
        raise RuntimeError
    assert written(What.ROLE_CHANGED) == []


def test_a_line_outlives_its_accounts(alices: Client, bob: User) -> None:
    alices.post(f"/people/{bob.hubbub_member.pk}/role/", {"role": "admin"})
    Member.objects.filter(user=bob).update(user=None)
    bob.delete()
    assert written(What.ROLE_CHANGED) == [("role_changed", "alice", "bob")]


class TestFailures:
    def guess(self, name: str = "bob", address: str = "192.0.2.1") -> None:
        record(What.SIGN_IN_FAILED, about=User.objects.filter(username=name).first(), address=address)

    def test_a_wrong_password_is_written(self, bob: User, dave: Client) -> None:
        dave.post("/account/login/", {"login": "BOB", "password": "guessed"})
        line = last(What.SIGN_IN_FAILED)
        assert (line.by_name, line.about_name, line.address, line.times) == ("", "bob", ADDRESS, 1)

    def test_a_wrong_password_at_reauthentication_is_written(self, bob: User, bobs: Client) -> None:
        bobs.post("/account/reauthenticate/", {"password": "guessed"})
        assert last(What.SIGN_IN_FAILED).about_name == "bob"

    def test_a_thousand_failures_from_one_network_are_one_line(self, bob: User) -> None:
        for _ in range(1000):
            self.guess()
        assert (last(What.SIGN_IN_FAILED).times, len(written(What.SIGN_IN_FAILED))) in {(1000, 1), (999, 2)}

    def test_failures_with_unknown_names_are_one_line(self, bob: User) -> None:
        for number in range(50):
            self.guess(f"nobody{number}")
        assert len(written(What.SIGN_IN_FAILED)) <= 2  # two if the hour has just changed

    def test_addresses_of_one_ipv6_network_are_one(self, bob: User) -> None:
        for number in range(50):
            self.guess(address=f"2001:db8:0:{number:x}::{number:x}")
        assert len(written(What.SIGN_IN_FAILED)) <= 2

    @pytest.mark.parametrize("what", sorted(MERGED))
    def test_lines_of_unauthenticated_visitors_are_limited(
        self, bob: User, what: What, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(audit.limits, "AUDIT_STRANGER_LINES", 20)
        for number in range(100):
            record(what, about=bob, address=f"192.0.2.{number}")
        lines = AuditEntry.objects.filter(what=what)
        assert lines.count() in {21, 42}  # the hour may have just changed
        assert sum(lines.values_list("times", flat=True)) == 100


class TestLinesCannotBeChanged:
    @pytest.fixture
    def line(self, alice: User) -> AuditEntry:
        return AuditEntry.objects.latest("pk")

    @pytest.mark.parametrize(
        "tamper",
        [
            lambda line: line.save(),
            lambda line: line.delete(),
            lambda line: AuditEntry.objects.all().delete(),
            lambda line: AuditEntry.objects.update(by_name="bob"),
            lambda line: AuditEntry.objects.bulk_update([line], ["by_name"]),
            lambda line: AuditEntry.objects.update_or_create(pk=line.pk, defaults={"by_name": "bob"}),
        ],
    )
    def test_not_by_our_code(self, line: AuditEntry, tamper: Callable[[AuditEntry], Any]) -> None:
        before = list(AuditEntry.objects.values())
        line.by_name = "bob"
        with pytest.raises(AppendOnly), transaction.atomic():
            tamper(line)
        assert list(AuditEntry.objects.values()) == before

    @pytest.mark.parametrize("change", ["by_name = 'bob'", "times = times + 1", "details = '{}'"])
    def test_not_by_an_sql_statement(self, line: AuditEntry, change: str) -> None:
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE accounts_auditentry SET {change}")  # noqa: S608

    def test_a_counted_line_only_grows(self, bob: User) -> None:
        record(What.SIGN_IN_FAILED, about=bob, address="192.0.2.1")
        for change in ("times = 0", "times = 2, address = ''"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE accounts_auditentry SET {change} WHERE merge_key IS NOT NULL")  # noqa: S608

    def test_not_in_djangos_admin(self, alices: Client) -> None:
        assert "audit" not in alices.get("/admin/").content.decode().lower()
        assert alices.get("/admin/accounts/auditentry/").status_code == 404

    def test_another_program_deletes_no_new_line(self, house: Site) -> None:
        """On a database made by `hubbub migrate`; the tests' own database has no trigger against deletion."""
        with shell_of(house) as shell:
            shell.run(
                """
from datetime import timedelta
from django.db import DatabaseError, connection
from django.utils import timezone
from hubbub_site.accounts.models import AuditEntry
AuditEntry.objects.create(what="old", at=timezone.now() - timedelta(days=31))
AuditEntry.objects.create(what="new", at=timezone.now() - timedelta(days=29))
for what in ("old", "new"):
    try:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM accounts_auditentry WHERE what = %s", [what])
    except DatabaseError as error:
        assert "append-only" in str(error), error
left = set(AuditEntry.objects.values_list("what", flat=True))
assert left & {"old", "new"} == {"new"}, left
"""
            )


def test_old_lines_are_deleted(alice: User, settings: Any) -> None:
    for name, age in (("old", settings.AUDIT_DAYS + 1), ("new", settings.AUDIT_DAYS - 1)):
        AuditEntry.objects.create(what="signed_in", by_name=name, at=timezone.now() - timedelta(days=age))
    assert audit.prune() == 1
    names = set(AuditEntry.objects.values_list("by_name", flat=True))
    assert "new" in names
    assert "old" not in names
