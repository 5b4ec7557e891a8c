"""Daily quotas: rooms, direct rooms, additions to rooms and changes of rooms by one member.

`spend` counts in the database, in the transaction of the action itself: a refused action spends nothing, and several
processes and restarts share one count. Sending a message spends nothing here; `command_rates.py` bounds it.

A host's own script that sets up a workspace runs its actions inside `quotas.lifted()`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import NamedTuple

from django.db.models import Count
from django.utils import timezone

from hubbub import conf
from hubbub.errors import Forbidden, RateLimited
from hubbub.models import Allowance, Member, Membership
from hubbub.protocol import limits
from hubbub.protocol.objects import Role

DAY = timedelta(days=1)


class Quota(NamedTuple):
    """A quota: its name in the database, the usual amount per day, and the activity as people say it."""

    name: str
    usual: int
    activity: str

    def of(self, member: Member) -> int:
        """The amount per day for this member."""
        if member.is_admin:
            return self.usual * limits.ADMINS_TIMES
        return self.usual // limits.NEWCOMERS_PART if is_newcomer(member) else self.usual


ROOMS = Quota("rooms", limits.ROOMS_PER_DAY, "make {most} channels")
DIRECTS = Quota("directs", limits.DIRECTS_PER_DAY, "start {most} conversations")
ADDITIONS = Quota("additions", limits.ADDITIONS_PER_DAY, "add {most} people to channels")
CHANGES = Quota("changes", limits.ROOM_CHANGES_PER_DAY, "join or change {most} channels")


@contextmanager
def lifted() -> Iterator[None]:
    """Actions of this thread or task spend nothing inside the block. For imports and scripts that the host trusts."""
    before = _lifted.set(True)
    try:
        yield
    finally:
        _lifted.reset(before)


_lifted: ContextVar[bool] = ContextVar("hubbub_quotas_lifted", default=False)


def is_newcomer(member: Member) -> bool:
    """Whether the smaller quotas apply: to guests always, to members on their first day, never to bots."""
    if member.role == Role.GUEST:
        return True
    young = timezone.now() - member.created_at < timedelta(hours=limits.NEWCOMER_HOURS)
    return member.role == Role.MEMBER and young


def spend(member: Member, quota: Quota, amount: int = 1) -> None:
    """Spend `amount` of a quota in the current transaction. RateLimited if less is left for the day."""
    if _lifted.get() or not conf.get("RATE_LIMITS"):
        return
    most = quota.of(member)
    # Locked, so that two processes that spend for the same member count one after the other.
    allowance, _ = Allowance.objects.select_for_update().get_or_create(member=member, quota=quota.name)
    now = (
        timezone.now()
    )  # read under the lock: a day that another process has just begun is not in the future
    if not now - DAY < allowance.since <= now:
        allowance.since, allowance.spent = now, 0
    if allowance.spent + amount > most:
        raise _refusal(quota, most, allowance.since + DAY - now)
    allowance.spent += amount
    allowance.save(update_fields=["since", "spent"])


def require_places(members: Collection[Member], *, by: Member) -> None:
    """Forbidden if one of them is in the largest allowed number of rooms already."""
    counted = Membership.objects.filter(member__in=members).values("member").annotate(rooms=Count("pk"))
    full = {row["member"] for row in counted if row["rooms"] >= limits.MEMBERSHIPS}
    if by.pk in full:
        raise Forbidden(f"You are in {limits.MEMBERSHIPS} channels, which is the most. Leave one first.")
    if full:
        names = ", ".join(sorted(member.name for member in members if member.pk in full))
        raise Forbidden(f"Already in {limits.MEMBERSHIPS} channels, which is the most: {names}.")


def _refusal(quota: Quota, most: int, wait: timedelta) -> RateLimited:
    hours = max(1, round(wait / timedelta(hours=1)))
    when = "in about an hour" if hours == 1 else f"in about {hours} hours"
    activity = quota.activity.format(most=most)
    return RateLimited(
        f"You can {activity} in a day, and not more. Try again {when}, or ask an admin.",
        retry_after=wait.total_seconds(),
    )
