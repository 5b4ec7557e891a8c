"""Creates accounts: always both a user, who signs in, and a member, whom others see.

Each function hashes the password before its transaction begins: a hash may wait in a queue, and on SQLite an open
transaction blocks all other writes.
"""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.db import transaction

from hubbub import actions
from hubbub.actions import quotas
from hubbub.admission import Admission
from hubbub.models import Member, Workspace
from hubbub.protocol.objects import Role
from hubbub_site.accounts.audit import record
from hubbub_site.accounts.audit_codes import What
from hubbub_site.accounts.invitations import named, use
from hubbub_site.accounts.models import Invitation, User


class AlreadyClaimed(Exception):
    """Another request has created the owner first."""


def create_account(*, username: str, name: str, password: str | None, role: Role = Role.MEMBER) -> User:
    return _create(username=username, name=name, password_hash=make_password(password), role=role)


def claim_workspace(*, workspace: str, username: str, name: str, password: str) -> User:
    """The first run: name the workspace and become its owner. Of two concurrent requests one succeeds."""
    password_hash = make_password(password)
    with transaction.atomic():
        # The request that locks the workspace's row first succeeds; the other then finds a user.
        the_one = Workspace.objects.the_one()
        Workspace.objects.select_for_update().get(pk=the_one.pk)
        if User.objects.exists():
            raise AlreadyClaimed
        actions.name_workspace(name=workspace)
        owner = _create(username=username, name=name, password_hash=password_hash, role=Role.OWNER)
        record(What.WORKSPACE_CLAIMED, by=owner, about=owner)
        return owner


def accept_invitation(invitation: Invitation, *, username: str, name: str, password: str) -> User:
    """Create the account of an invited person. Raises NoLongerOpen, and then no account was made."""
    password_hash = make_password(password)
    with transaction.atomic():
        invitation = use(invitation)
        role = Role(invitation.role)
        user = _create(username=username, name=name, password_hash=password_hash, role=role)
        record(What.INVITATION_USED, by=user, about=user, details=named(invitation))
        if invitation.room:
            host = actions.member_for(invitation.created_by)
            newcomer = Member.objects.get(user=user)
            with quotas.lifted():  # the new member acts here, not the maker of the link
                actions.invite_members(by=host, room=invitation.room, members=[newcomer])
    return user


def _create(*, username: str, name: str, password_hash: str, role: Role) -> User:
    with transaction.atomic():
        username = User.normalize_username(username)
        user = User.objects.create(username=username, name=name, password=password_hash)
        actions.admit(user=user, admission=Admission(username, name or username, role))
    return user
