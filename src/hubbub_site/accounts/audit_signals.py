"""Writes signals into the audit log: the chat's audit events, sign-ins, passwords, addresses, Django's admin."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from django.contrib.admin.models import LogEntry
from django.contrib.auth import signals as auth
from django.db.models import F
from django.db.models.signals import post_save
from django.http import HttpRequest

from hubbub.models import Member
from hubbub.signals import AuditEvent, audit_event
from hubbub_site.accounts.audit import record
from hubbub_site.accounts.audit_codes import What
from hubbub_site.accounts.devices import device_of
from hubbub_site.accounts.models import User

ENDS_LINKS = {AuditEvent.ROLE_CHANGED, AuditEvent.DEACTIVATED, AuditEvent.REACTIVATED}


def connect() -> None:
    """Connect the receivers. Called once, when Django is ready."""
    receivers = (
        (audit_event, _deed),
        (auth.user_logged_in, _signed_in),
        (auth.user_login_failed, _failed),
        (auth.user_logged_out, _signed_out),
        (account.password_changed, _password_changed),
        (account.password_set, _password_changed),
        (account.email_changed, _email_changed),
    )
    for signal, receiver in receivers:
        signal.connect(receiver, dispatch_uid=f"hubbub_site.audit{receiver.__name__}")
    post_save.connect(_admin_changed, sender=LogEntry, dispatch_uid="hubbub_site.audit_admin")


def _deed(
    what: AuditEvent,
    by: Member | None,
    about: Member | None,
    address: str,
    details: dict[str, str | int],
    **_: Any,
) -> None:
    if what in ENDS_LINKS and about is not None:
        User.objects.filter(hubbub_member=about).update(rights=F("rights") + 1)
    record(What(what), by=by, about=about, address=address, details=details)


def _signed_in(request: HttpRequest | None, user: User, **_: Any) -> None:
    device = device_of(request.headers.get("User-Agent", "")) if request else ""
    record(What.SIGNED_IN, by=user, about=user, details={"device": device})


def _failed(credentials: dict[str, Any], **_: Any) -> None:
    """An unknown name is not stored: it may be a password that was typed into the wrong field."""
    named = User.normalize_username(str(credentials.get("username", ""))[:200])
    # The same queries for known and unknown accounts, so that the time does not reveal which exist.
    record(What.SIGN_IN_FAILED, about=Member.objects.filter(user__username=named).first())


def _signed_out(user: User | None, **_: Any) -> None:
    if user is not None:
        record(What.SIGNED_OUT, by=user, about=user)


def _password_changed(user: User, **_: Any) -> None:
    record(What.PASSWORD_CHANGED, by=user, about=user)


def _email_changed(user: User, **_: Any) -> None:
    record(What.EMAIL_CHANGED, by=user, about=user)


def _admin_changed(instance: LogEntry, **_: Any) -> None:
    """Copy each line of the admin's own log of changes."""
    by = User.objects.filter(pk=instance.user_id).first()
    kind = str(instance.content_type) if instance.content_type else ""
    change = {"kind": kind, "object": instance.object_repr, "change": instance.get_change_message()}
    record(What.ADMIN_CHANGED, by=by, details=change)
