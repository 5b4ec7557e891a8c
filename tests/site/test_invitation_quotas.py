"""An invitation adds members to a room even if its maker has used up the daily quota."""

from __future__ import annotations

from hubbub import actions
from hubbub.actions import quotas
from hubbub.models import Allowance, Member
from hubbub_site.accounts.account_creation import accept_invitation
from hubbub_site.accounts.invitations import create_invitation
from hubbub_site.accounts.models import User
from tests.site.conftest import PASSWORD


def test_uses_of_a_link_do_not_count_for_its_makers_quota(alice: User) -> None:
    maker = actions.member_for(alice)
    room = actions.create_room(by=maker, name="customers", private=True)
    Allowance.objects.update_or_create(
        member=maker, quota=quotas.ADDITIONS.name, defaults={"spent": quotas.ADDITIONS.of(maker)}
    )
    invitation, _ = create_invitation(by=alice, room=room)
    accept_invitation(invitation, username="dave", name="Dave", password=PASSWORD)
    assert room.memberships.filter(member=Member.objects.get(handle="dave")).exists()
