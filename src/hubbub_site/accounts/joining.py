"""Making accounts: a user who signs in and the member that others see, always both."""

from __future__ import annotations

from django.db import transaction

from hubbub import actions
from hubbub.admission import Admission
from hubbub.models import Member, Workspace
from hubbub.protocol.objects import Role
from hubbub_site.accounts.invitations import use
from hubbub_site.accounts.models import Invitation, User


class AlreadyClaimed(Exception):
    """Somebody else has become the owner first."""


def create_account(*, username: str, name: str, password: str | None, role: Role = Role.MEMBER) -> User:
    with transaction.atomic():
        user = User.objects.create_user(username, password, name=name)
        actions.admit(user=user, admission=Admission(user.username, name or user.username, role))
    return user


def claim_workspace(*, workspace: str, username: str, name: str, password: str) -> User:
    """The first run: name the workspace and become its owner. Of two who try at once, one does."""
    with transaction.atomic():
        # Whoever locks the workspace's row first goes first; the other then finds a user.
        the_one = Workspace.objects.the_one()
        Workspace.objects.select_for_update().get(pk=the_one.pk)
        if User.objects.exists():
            raise AlreadyClaimed
        actions.name_workspace(name=workspace)
        return create_account(username=username, name=name, password=password, role=Role.OWNER)


def accept_invitation(invitation: Invitation, *, username: str, name: str, password: str) -> User:
    """An account for a newcomer. Raises NoLongerOpen, and then no account was made."""
    with transaction.atomic():
        use(invitation)
        user = create_account(username=username, name=name, password=password, role=Role(invitation.role))
        if invitation.room:
            host = actions.member_for(invitation.created_by)
            newcomer = Member.objects.get(user=user)
            actions.invite_members(by=host, room=invitation.room, members=[newcomer])
    return user
