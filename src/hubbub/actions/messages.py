"""Posting, editing and deleting messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from hubbub import policy
from hubbub.actions.checking import checked, require
from hubbub.errors import Conflict, Forbidden, HubbubError, NotFound
from hubbub.models import Member, Membership, Message, Room
from hubbub.models.membership import Standing
from hubbub.protocol.fields import MessageText
from hubbub.protocol.ids import make_message_id
from hubbub.unit import Posting, Unit, unit


@dataclass(slots=True)
class Post:
    """A message to post: its author, its room, its id (made by the sender) and its text."""

    author: Member
    room: int
    id: UUID
    text: str


def send_messages(posts: Sequence[Post]) -> list[Posting]:
    """Post messages with a constant number of queries. A single post is a batch of one.

    Returns one Posting for each, in order: placed, or recognised as a retry (`dup`), or with a `refusal`, which does
    not affect the others. The results are final once the outermost unit has ended.
    """
    with unit() as work:
        # Lock the rooms before checking memberships: a member who is being removed posts before that, or not at all.
        Room.objects.lock({post.room for post in posts})
        standings = Membership.objects.standings({(post.room, post.author.pk) for post in posts})
        return [_place(work, post, standings.get((post.room, post.author.pk))) for post in posts]


def send_message(*, author: Member, room: Room | int, text: str, id: UUID | None = None) -> Message:  # noqa: A002
    """Post a message and return it. With the id of an earlier message of the same member, return that one.

    Raises Invalid (empty or too long), NotFound, Forbidden (not a member, archived), Conflict (id taken).
    """
    room_id = room.pk if isinstance(room, Room) else room
    post = Post(author=author, room=room_id, id=id or make_message_id(), text=checked(MessageText, text))
    with unit():
        (posting,) = send_messages([post])
    if posting.refusal:
        raise posting.refusal
    return posting.message


def edit_message(*, by: Member, message: Message, text: str, seq: int | None = None) -> Message:
    """Change the text of one's own message. Conflict if its seq is not `seq`, the state that the author has seen."""
    text = checked(MessageText, text)
    with unit() as work:
        message = _locked(message)
        require(policy.can_edit(by, message, _membership(by, message)), "Only its author can edit a message.")
        if seq is not None and seq != message.seq and text != message.text:
            raise Conflict("The message has changed since. Look at it again before you edit it.")
        if text != message.text:
            message.text, message.edited_at = text, datetime.now(UTC)
            message.save(update_fields=["text", "edited_at"])
            work.touch(message, author_name=message.author.name)
    return message


def delete_message(*, by: Member, message: Message) -> Message:
    """Delete a message: its text is gone for good, its number stays. Idempotent."""
    with unit() as work:
        message = _locked(message)
        require(policy.can_delete(by, message, _membership(by, message)), "You cannot delete this message.")
        if not message.deleted:
            message.text, message.deleted = "", True
            message.save(update_fields=["text", "deleted"])
            work.touch(message, author_name=message.author.name)
    return message


def _place(work: Unit, post: Post, standing: Standing | None) -> Posting:
    message = Message.unplaced(id=post.id, room=post.room, author=post.author.pk, text=post.text)
    may_post = standing is not None and standing.active and policy.can_post(archived=standing.archived)
    if not may_post and not _is_retry(post, standing):
        return Posting(message, post.author.name, refusal=_refusal_of(post, standing))
    return work.post(message, author_name=standing.name if standing else post.author.name)


def _is_retry(post: Post, standing: Standing | None) -> bool:
    """Whether this is a retry of a message that was placed while its author could still post: a `dup` (contract G2).

    An author who has left or was removed since gets only what they already know: nobody else can have edited the
    message, and if it was deleted, it does not exist for them.
    """
    if standing is not None and not standing.active:
        return False
    earlier = Message.objects.filter(pk=post.id)
    if standing is None:
        earlier = earlier.filter(room=post.room, author=post.author, deleted=False)
    return earlier.exists()


def _refusal_of(post: Post, standing: Standing | None) -> HubbubError:
    if standing is None:
        try:
            policy.room_for(post.author, post.room)
        except NotFound as refusal:
            return refusal
        return Forbidden("Join the room before you post in it.")
    return Forbidden("Your account is deactivated." if not standing.active else "This room is archived.")


def _locked(message: Message) -> Message:
    """Read the message again and lock its room, because it may have changed since the caller read it."""
    Room.objects.lock([message.room_id])
    return Message.objects.select_related("room", "author").get(pk=message.pk)


def _membership(member: Member, message: Message) -> Membership | None:
    return Membership.objects.filter(member=member, room=message.room_id).first()
