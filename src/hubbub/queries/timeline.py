"""Pages of a room's messages, by number. Never by offset: message 900 000 is as near as message 1."""

from __future__ import annotations

from hubbub.message_states import states_of
from hubbub.models import Room
from hubbub.protocol.replies import Timeline


def timeline(
    room: Room,
    *,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
    limit: int = 50,
) -> Timeline:
    """Up to `limit` messages, oldest first: before or after a number (exclusive), around one, or the newest.

    The seq that comes with them was read first, so a change in between is seen twice rather than never.
    """
    head = Room.objects.only("seq", "last_number", "floor").get(pk=room.pk)
    messages = room.messages.all()
    if after is not None:
        found = list(messages.after(after)[:limit])
    elif around is not None:
        half = limit // 2
        older = list(messages.before(around)[:half])
        found = older[::-1] + list(messages.after(around - 1)[: limit - len(older)])
        if len(found) < limit:
            found = list(messages.before(found[-1].number + 1 if found else around)[:limit])[::-1]
    else:
        newest = messages.order_by("-number") if before is None else messages.before(before)
        found = list(newest[:limit])[::-1]
    # An empty page lies between two numbers, and on either side of it there may be messages.
    gap = before if before is not None else after + 1 if after is not None else head.last_number + 1
    first = found[0].number if found else min(gap, head.last_number + 1)
    last = found[-1].number if found else first - 1
    return Timeline(
        room=room.pk,
        seq=head.seq,
        messages=states_of(found),
        before=first > head.floor + 1,
        after=last < head.last_number,
    )
