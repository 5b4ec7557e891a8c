"""Members: admitting a user, changing a profile or role, and ending a member's access."""

from __future__ import annotations

from typing import Any, NamedTuple

from hubbub import conf, policy
from hubbub.actions.announcements import announce_member_changed, announce_membership, announce_permissions
from hubbub.actions.checking import checked, require
from hubbub.actions.identities import make_member
from hubbub.actions.logins import end_logins_of
from hubbub.actions.memberships import hand_over, join_room
from hubbub.actions.namesakes import lock_names, mark_namesakes
from hubbub.actions.quotas import lifted
from hubbub.actions.rooms import create_room
from hubbub.admission import Admission, admission_of
from hubbub.errors import Forbidden, Invalid
from hubbub.models import Member, Room
from hubbub.protocol.appearance import appearance, is_reserved
from hubbub.protocol.fields import PersonName, ShortText
from hubbub.protocol.objects import Reach, Role, RoomRole
from hubbub.signals import AuditEvent, report
from hubbub.unit import Unit, unit


def member_for(user: Any) -> Member:
    """The member of a host's user, created on first use. Forbidden if ADMIT refuses or one of both is inactive."""
    member = Member.objects.filter(user=user).first()
    if member is None:
        admission = admission_of(user)
        if admission is None:
            raise Forbidden("You have no access to this chat.")
        member = admit(user=user, admission=admission)
    if not member.active or not user.is_active:
        raise Forbidden("Your account is deactivated.")
    return member


def admit(*, user: Any, admission: Admission) -> Member:
    """Make a user a member and add them to the first room, unless they are a guest or bot."""
    with unit() as work:
        # One new member at a time: two could want the same handle, and both would create the first room.
        lock_names()
        member = Member.objects.filter(user=user).first()
        if member is None:
            member = make_member(work, admission, user=user)
            with lifted():  # the member does not act here
                _join_first_room(member)
    return member


def create_bot(*, by: Member, handle: str, name: str) -> Member:
    """Create a member without a user, which signs in with a token (`create_token`)."""
    require(by.is_admin, "Only admins can make bots.")
    with unit() as work:
        member = make_member(work, Admission(handle, checked(PersonName, name), Role.BOT))
        report(AuditEvent.BOT_MADE, by=by, about=member)
    return member


def update_profile(
    *,
    member: Member,
    name: str | None = None,
    about: str | None = None,
    hue: int | None = None,
    reach: Reach | None = None,
) -> Member:
    """Change how others see a member, and who may add them to rooms. None leaves a field unchanged."""
    changes: dict[str, str | int] = {}
    if name is not None:
        changes["name"] = checked(PersonName, name)
    if about is not None:
        changes["about"] = checked(ShortText, about)
    if hue is not None:
        changes["hue"] = hue % 360
    with unit() as work:
        looks = _new_appearance(member, str(changes["name"])) if "name" in changes else None
        if looks:
            changes["appearance"] = looks.after
        if changes:
            # Only these columns: another tab may have changed the others since the caller read the row.
            Member.objects.filter(pk=member.pk).update(**changes)
            announce_member_changed(work, member)
        if looks:
            mark_namesakes(work, *looks)
        if reach is not None:
            Member.objects.filter(pk=member.pk).update(reach=reach)
            announce_permissions(work, member)
    member.refresh_from_db()
    return member


def change_role(*, by: Member, member: Member, role: Role) -> Member:
    """Give a member another role: owner, admin, member or guest. The last owner stays one."""
    require(policy.can_change_role(by, member, role), "You cannot give this role.")
    with unit() as work:
        if role != Role.OWNER:
            _keep_an_owner(member)
        before = Member.objects.select_for_update().get(pk=member.pk).role
        member.role = role
        member.save(update_fields=["role"])
        if role == Role.GUEST:
            _hand_over_rooms(work, member)
        if before != role:
            report(AuditEvent.ROLE_CHANGED, by=by, about=member, before=before, role=role)
        announce_member_changed(work, member)
        announce_permissions(work, member)
    return member


def deactivate_member(*, by: Member, member: Member) -> Member:
    """End a member's access everywhere, at once. Their messages stay."""
    require(policy.can_deactivate(by, member), "You cannot deactivate this member.")
    with unit():
        _keep_an_owner(member)
        return _set_active(member, by=by, active=False)


def reactivate_member(*, by: Member, member: Member) -> Member:
    require(policy.can_deactivate(by, member), "You cannot reactivate this member.")
    return _set_active(member, by=by, active=True)


def _hand_over_rooms(work: Unit, member: Member) -> None:
    """A guest manages nothing: they become an ordinary member of the rooms they managed, which get another admin."""
    rooms = list(Room.objects.filter(memberships__member=member, memberships__role=RoomRole.ADMIN))
    Room.objects.lock(room.pk for room in rooms)
    for place in member.memberships.filter(role=RoomRole.ADMIN).order_by("room"):
        place.role = RoomRole.MEMBER
        place.save(update_fields=["role"])
        announce_membership(work, place)
    for room in rooms:
        hand_over(work, room)


def _set_active(member: Member, *, by: Member, active: bool) -> Member:
    with unit() as work:
        member.active = active
        member.save(update_fields=["active"])
        report(AuditEvent.REACTIVATED if active else AuditEvent.DEACTIVATED, by=by, about=member)
        announce_member_changed(work, member)
        if not active:
            end_logins_of(member)
    return member


def _keep_an_owner(member: Member) -> None:
    # Locked: if two owners demote each other at once, the second one finds no other owner. An owner whose user is
    # inactive cannot sign in and does not count. Only members are locked: PostgreSQL cannot lock an outer join.
    owners = Member.objects.active().filter(role=Role.OWNER).select_related("user").order_by("pk")
    usable = [owner for owner in owners.select_for_update(of=("self",)) if _can_sign_in(owner)]
    if usable == [member]:
        raise Invalid("This is the last owner. Make somebody else owner first.")


def _can_sign_in(member: Member) -> bool:
    return member.user is not None and bool(member.user.is_active)


class _Appearances(NamedTuple):
    before: str
    after: str


def _new_appearance(member: Member, name: str) -> _Appearances | None:
    """The appearances of a member's old and new name, with names locked. None if the name does not change."""
    workspace = lock_names()
    present = Member.objects.only("name", "appearance").get(pk=member.pk)
    if name == present.name:
        return None
    if is_reserved(name, workspace=workspace.name, owner=member.role == Role.OWNER):
        raise Invalid(f"“{name}” could be mistaken for the workspace itself. Choose another name.")
    return _Appearances(present.appearance, appearance(name))


def _join_first_room(member: Member) -> None:
    name = conf.get("FIRST_ROOM")
    if not name or member.role in (Role.GUEST, Role.BOT):
        return
    room = Room.objects.named(name).first()
    if room is None:
        create_room(by=member, name=name)
    elif policy.can_join(member, room):
        join_room(member=member, room=room)
