"""What owners and admins do about somebody's account: closing it, opening it again, a new password."""

from __future__ import annotations

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from hubbub import actions
from hubbub.admission import Admission
from hubbub.models import Member
from hubbub.protocol.objects import Role
from hubbub_site.accounts.logins import end_all_logins
from hubbub_site.accounts.models import Invitation, User


def deactivate(*, by: Member, member: Member) -> None:
    """End somebody's access: they cannot sign in, their logins, tokens and open invitations end now."""
    with transaction.atomic():
        actions.deactivate_member(by=by, member=member)
        member.tokens.all().delete()
        if user := _user_of(member):
            user.is_active = False
            user.save(update_fields=["is_active"])
            Invitation.objects.open().filter(created_by=user).update(revoked_at=timezone.now())
            end_all_logins(user)


def reactivate(*, by: Member, member: Member) -> None:
    """Let them sign in again. Tokens and invitations that ended stay ended."""
    with transaction.atomic():
        actions.reactivate_member(by=by, member=member)
        User.objects.filter(hubbub_member=member).update(is_active=True)


def make_owner(*, by: Member | None, user: User) -> None:
    """Give a user the workspace, from the shell: active again if need be, whatever their role was."""
    User.objects.filter(pk=user.pk).update(is_active=True)
    user.is_active = True
    member = Member.objects.filter(user=user).first()
    if member is None:
        admission = Admission(user.username, user.name or user.username, Role.OWNER)
        actions.admit(user=user, admission=admission)
        return
    by = by or member
    if not member.active and by != member:
        actions.reactivate_member(by=by, member=member)
    if member.role != Role.OWNER:
        actions.change_role(by=by, member=member, role=Role.OWNER)


def reset_path(user: User) -> str:
    """A page on which the user sets a new password. It works once, for PASSWORD_RESET_TIMEOUT, and dies when they
    sign in or their password or e-mail address changes: its signature covers all of these. It is the same link
    that a reset by mail sends."""
    key = EmailAwarePasswordResetTokenGenerator().make_token(user)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})


def _user_of(member: Member) -> User | None:
    return User.objects.filter(hubbub_member=member).first()
