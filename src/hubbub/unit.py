"""A unit of work: collects what one transaction changes, places it in its rooms' order, publishes it after commit.

Actions call `post` (a new message), `touch` (a changed one) and `announce` (an event without seq). Placing comes last:
the unit locks the rooms in order of id, advances their counters and writes the rows; each changed message gets one new
seq, however many actions changed it. Units nest: an inner one is a savepoint, and drops its changes if it fails.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from uuid import UUID

from django.db import transaction

from hubbub import signals
from hubbub.errors import Conflict, HubbubError, NotFound
from hubbub.message_states import states_of
from hubbub.models import Membership, Message, Room
from hubbub.models.room import Head
from hubbub.publish import Batch, Notice, RoomFrame, frame_of, publish

MICROSECOND = timedelta(microseconds=1)


@dataclass(slots=True)
class Posting:
    """A new message inside a unit. After placing, `message` has its number and seq, or `refusal` the reason why not."""

    message: Message
    author_name: str
    dup: bool = False
    refusal: HubbubError | None = None


class Unit:
    """The changes of one transaction. `unit()` returns the current one."""

    def __init__(self) -> None:
        self._postings: list[Posting] = []
        self._touched: list[tuple[Message, str]] = []
        self._notices: list[Callable[[], Notice | None]] = []
        self._batch = Batch()

    def post(self, message: Message, *, author_name: str) -> Posting:
        """Add a new message, or a retry of one. The Posting has the result once it is placed."""
        posting = Posting(message, author_name)
        self._postings.append(posting)
        return posting

    def touch(self, message: Message, *, author_name: str) -> None:
        """Add a changed message, whose row is saved already. Placing gives it the room's next seq."""
        self._touched.append((message, author_name))

    def announce(self, notice: Callable[[], Notice | None]) -> None:
        """Add an event without seq. It is built after placing, and so shows the final state (None: nothing to send)."""
        self._notices.append(notice)

    def place(self) -> None:
        """Give every new and changed message its seq, and write it. May be called several times."""
        if self._postings or self._touched:
            postings, touched = self._postings, self._touched
            self._postings, self._touched = [], []
            heads = Room.objects.lock_heads(
                {p.message.room_id for p in postings} | {message.room_id for message, _ in touched}
            )
            new = _place_new(postings, heads)
            changed = _place_touched(touched, heads)
            _update_retries(postings, changed)
            Room.objects.save_heads(heads.values())
            self._batch.frames += _frames(changed, new)

    def build_notices(self) -> None:
        """Build the announced notices, which gives each change its version. Call it after placing, once or more."""
        notices, self._notices = self._notices, []
        self._batch.notices += [built for notice in notices if (built := notice())]

    def publish_on_commit(self) -> None:
        """Publish the batch after the commit. Nothing is placed or announced after this."""
        if batch := self._batch:
            transaction.on_commit(lambda: _publish(batch))

    def mark(self) -> tuple[int, int, int]:
        return len(self._postings), len(self._touched), len(self._notices)

    def rewind(self, mark: tuple[int, int, int]) -> None:
        del self._postings[mark[0] :], self._touched[mark[1] :], self._notices[mark[2] :]


@contextmanager
def unit() -> Iterator[Unit]:
    """The current unit, or a new transaction with one. An exception undoes exactly what happened inside."""
    current: Unit | None = getattr(_here, "unit", None)
    if current is not None:
        mark = current.mark()
        try:
            with transaction.atomic():
                yield current
        except BaseException:
            current.rewind(mark)
            raise
        return
    fresh = _here.unit = Unit()
    try:
        with transaction.atomic():
            yield fresh
            fresh.place()
            fresh.build_notices()
            fresh.publish_on_commit()
            # The unit ends before the commit, so that actions of signal receivers get a unit of their own.
            _here.unit = None
    finally:
        _here.unit = None


_here = threading.local()


def _place_new(postings: list[Posting], heads: dict[int, Head]) -> list[tuple[Message, str]]:
    if not postings:
        return []
    seen = Message.objects.present([posting.message.pk for posting in postings])
    new: list[tuple[Message, str]] = []
    read: dict[tuple[int, int], tuple[int, int]] = {}
    now = datetime.now(UTC)
    for posting in postings:
        message = posting.message
        if earlier := seen.get(message.pk):
            _resolve_retry(posting, earlier)
            continue
        if (head := heads.get(message.room_id)) is None:
            posting.refusal = NotFound("There is no such room.")
            continue
        # Some clients identify messages by time, so times rise and are unique in a room, whatever the clock does.
        message.created_at = max(now, head.last_at + MICROSECOND)
        message.seq, message.number = head.seq + 1, head.last_number + 1
        message.post = head.posts + (message.system is None)
        heads[head.room] = Head(head.room, message.seq, message.number, message.post, message.created_at)
        seen[message.pk] = message
        if message.system is None:  # posting marks everything before as read; renaming a room does not
            read[head.room, message.author_id] = (message.number, message.post)
        new.append((message, posting.author_name))
    Message.objects.insert_many([message for message, _ in new])
    Membership.objects.advance_authors((*position, *who) for who, position in read.items())
    return new


def _resolve_retry(posting: Posting, earlier: Message) -> None:
    """A retry returns the first message (contract G2). Another member's id, or another text, reveals nothing."""
    retried = posting.message
    same_room = (earlier.author_id, earlier.room_id) == (retried.author_id, retried.room_id)
    changed_since = earlier.edited_at is not None or earlier.deleted
    if same_room and earlier.system is None and (changed_since or earlier.text == retried.text):
        posting.message, posting.dup = earlier, True
    else:
        posting.refusal = Conflict("This message id is taken. Make a new one for a new message.")


def _place_touched(touched: list[tuple[Message, str]], heads: dict[int, Head]) -> list[tuple[Message, str]]:
    if not touched:
        return []
    by_id: dict[UUID, list[tuple[Message, str]]] = {}
    for message, name in touched:
        by_id.setdefault(message.pk, []).append((message, name))
    latest = []
    for states in by_id.values():
        last, name = states[-1]
        head = heads[last.room_id]
        last.seq = head.seq + 1
        for message, _ in states:
            # All objects of this message show its final state: one seq identifies one state (contract I4).
            message.__dict__.update(last.__dict__)
        heads[last.room_id] = head._replace(seq=head.seq + 1)
        latest.append((last, name))
    Message.objects.save_seqs(message for message, _ in latest)
    return latest


def _frames(changed: list[tuple[Message, str]], new: list[tuple[Message, str]]) -> list[RoomFrame]:
    """The frames of changed and new messages with their authors' names, by room and seq."""
    states = iter(states_of(message for message, _ in [*changed, *new]))
    frames = [frame_of(next(states), name, new=False) for _, name in changed]
    frames += [frame_of(next(states), name, new=True) for _, name in new]
    return sorted(frames, key=attrgetter("room", "seq"))


def _update_retries(postings: list[Posting], changed: list[tuple[Message, str]]) -> None:
    """If a message is edited and sent again in one transaction, the answer to the retry shows the edited state."""
    latest = {message.pk: message for message, _ in changed}
    for posting in postings:
        if posting.dup and (message := latest.get(posting.message.pk)):
            posting.message = message


def _publish(batch: Batch) -> None:
    publish(batch)
    if signals.message_changed.has_listeners(Message):
        for frame in batch.frames:
            signals.message_changed.send_robust(Message, message=frame.message, new=frame.new)
