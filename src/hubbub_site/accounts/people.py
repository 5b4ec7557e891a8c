"""Actions of owners and admins on an account: deactivate, reactivate, make owner, set or reset the password."""

from __future__ import annotations

import logging

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from hubbub import actions, policy
from hubbub.admission import Admission
from hubbub.errors import Forbidden
from hubbub.models import Member
from hubbub.protocol.objects import Role
from hubbub_site.accounts.audit import record
from hubbub_site.accounts.audit_codes import What
from hubbub_site.accounts.logins import end_all_logins, forget_unconfirmed_addresses
from hubbub_site.accounts.models import Invitation, User
from hubbub_site.accounts.reset_links import reset_path

log = logging.getLogger("hubbub")

LINK_WAS_MADE = """{maker} (@{handle}) made a link with which a new password can be set for your account “{username}”.

It works for one day, once. If you did not ask for it, sign in: that ends the link. Then ask {maker} or another owner or
admin about it. Your page “Activity” lists what was done to your account.
"""


def deactivate(*, by: Member, member: Member) -> None:
    """End a member's access: no sign-in, and their logins, tokens and open invitations end now."""
    with transaction.atomic():
        actions.deactivate_member(by=by, member=member)
        actions.end_tokens(member=member, by=by)
        if user := _user_of(member):
            user.is_active = False
            user.save(update_fields=["is_active"])
            Invitation.objects.open().filter(created_by=user).update(revoked_at=timezone.now())
            end_all_logins(user)


def reactivate(*, by: Member, member: Member) -> None:
    """Allow sign-in again. Ended tokens and invitations are not restored."""
    with transaction.atomic():
        actions.reactivate_member(by=by, member=member)
        if user := _user_of(member):
            User.objects.filter(pk=user.pk).update(is_active=True)
            # A script that deactivated the account may have left its logins.
            end_all_logins(user)


def make_owner(*, by: Member | None, user: User) -> None:
    """Make a user an owner, from the shell. Reactivates the account if needed."""
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


def set_password(user: User, password: str) -> None:
    """Set a password from the shell. Like a reset, this ends all logins and tokens of the account."""
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        record(What.PASSWORD_SET, about=user)
        end_all_logins(user)
        forget_unconfirmed_addresses(user)
        if member := Member.objects.filter(user=user).first():
            actions.end_tokens(member=member)


def make_reset_link(*, by: Member, member: Member) -> str:
    """The path of a page on which the member sets a new password, made for them by an owner or admin.

    The member is notified on their page “Activity”, and by mail if they have a confirmed address. Raises Forbidden if
    `by` may not do this.
    """
    if not policy.can_deactivate(by, member) or not member.active:
        raise Forbidden("You cannot make a link for this person.")
    with transaction.atomic():
        user = User.objects.get(hubbub_member=member)
        record(What.RESET_LINK_MADE, by=by, about=member)
        path = reset_path(user, maker=by)
        transaction.on_commit(lambda: _mail_about_link(user, by))
    return path


def _mail_about_link(user: User, by: Member) -> None:
    """Notify by mail. The mail does not contain the link, because the mailbox may be compromised."""
    address = EmailAddress.objects.filter(user=user, verified=True, primary=True).first()
    if address and settings.EMAIL_HOST:
        text = LINK_WAS_MADE.format(maker=by.name, handle=by.handle, username=user.username)
        try:
            send_mail("A link for a new password was made for you", text, None, [address.email])
        except OSError as error:  # the page “Activity” shows it too
            log.warning("Could not mail %s about a link for a new password: %s", user.username, error)


def _user_of(member: Member) -> User | None:
    return User.objects.filter(hubbub_member=member).first()
