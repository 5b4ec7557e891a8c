"""Compares what clients received with the database: the invariants I1–I8 (docs/reliability.md)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(slots=True)
class Said:
    """One message that a client tried to post: when it began, and what became of it."""

    id: UUID
    room: int
    author: int
    text: str
    begun: float
    outcome: str = "unknown"
    """`acked`, `failed` (refused for good) or `unknown` (no answer yet)."""
    number: int = 0
    settled: float = 0.0
    placed_again: bool = False
    """Whether it had been acknowledged and was lost, so that sending it again gave it another place."""


@dataclass(slots=True)
class View:
    """One client's picture of one room: where it stands, and the states it has."""

    start: int
    seq: int
    states: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    seen: dict[int, bytes] = field(default_factory=dict)
    """seq → the state's JSON, of what came as an event or in a resume."""
    left_at: int | None = None


@dataclass(slots=True)
class Truth:
    """A room as the database has it: counters, and every message in order of number."""

    seq: int
    last_number: int
    posts: int
    messages: list[dict[str, Any]]
    read: dict[str, tuple[int, int]] = field(default_factory=dict)
    """member → read up to which number, and how many posts that were."""


class Broken(AssertionError):
    """An invariant does not hold; the message says which and where."""


def check(
    said: list[Said],
    views: dict[str, dict[int, View]],
    truth: dict[int, Truth],
    members: dict[str, int] | None = None,
) -> dict[str, int]:
    """Compare everything. Raises Broken with the first few violations; returns figures for the report.

    `views`: by the name of the client and the room. `members`: who each client is, for removals (I7).
    """
    broken = [
        *_in_database_once(said, truth),
        *_stored_as_said(said, truth),
        *_without_holes(truth),
        *_author_order(said),
        *_views_are_the_database(views, truth),
        *_nothing_invented(views, truth),
        *_same_bytes(views),
        *_nothing_after_a_removal(views, members or {}, truth),
        *_unread(truth),
    ]
    if broken:
        raise Broken("\n".join(broken[:20]) + (f"\n… {len(broken)} in all" if len(broken) > 20 else ""))
    outcomes = Counter(message.outcome for message in said)
    return {
        "said": len(said),
        **outcomes,
        "stored": sum(room.last_number for room in truth.values()),
        "lost": sum(found.startswith(("I1", "I3")) for found in broken),
        "doubled": sum(found.startswith("I2") for found in broken),
    }


def _in_database_once(said: list[Said], truth: dict[int, Truth]) -> list[str]:
    """I1, I2: what was acknowledged is stored once; what failed is not; what is unknown at most once."""
    stored = Counter(UUID(m["id"]) for room in truth.values() for m in room.messages)
    texts = Counter((m["author"], m["text"]) for room in truth.values() for m in room.messages if m["text"])
    found = []
    for message in said:
        times = stored[message.id]
        if message.outcome == "acked" and times != 1:
            found.append(f"I1: {message.text!r} was acknowledged and is stored {times} times")
        elif message.outcome == "failed" and times:
            found.append(f"I1: {message.text!r} was refused and is stored")
        if texts[message.author, message.text] > 1:
            found.append(f"I2: {message.text!r} is stored {texts[message.author, message.text]} times")
    return found


def _stored_as_said(said: list[Said], truth: dict[int, Truth]) -> list[str]:
    """I1: what was acknowledged is stored where, as and by whom it was said, unless it was edited since."""
    stored = {UUID(m["id"]): m for room in truth.values() for m in room.messages}
    found = []
    for message in said:
        kept = stored.get(message.id)
        if message.outcome != "acked" or kept is None:
            continue
        if (kept["room"], kept["author"], kept["number"]) != (message.room, message.author, message.number):
            found.append(f"I1: {message.text!r} is not stored where it was acknowledged")
        elif kept["text"] != message.text and not (kept.get("edited_at") or kept.get("deleted")):
            found.append(f"I1: {message.text!r} is stored as {kept['text']!r}")
    return found


def _without_holes(truth: dict[int, Truth]) -> list[str]:
    """I6: numbers are 1…n, seqs are unique, the head is the last of them, posts are counted."""
    found = []
    for room, state in truth.items():
        numbers = [m["number"] for m in state.messages]
        seqs = [m["seq"] for m in state.messages]
        if numbers != list(range(1, state.last_number + 1)):
            found.append(f"I6: room {room} has numbers with holes: {len(numbers)} of {state.last_number}")
        if len(set(seqs)) != len(seqs) or max(seqs, default=0) != state.seq:
            found.append(
                f"I6: room {room}: seqs are not unique, or its head {state.seq} is not the last of them"
            )
        if state.posts != sum(1 for m in state.messages if not m.get("system")):
            found.append(f"I6: room {room} counts {state.posts} posts")
        times = [m["created_at"] for m in state.messages]
        if times != sorted(set(times)):
            found.append(f"I6: times fall or repeat in room {room}")
    return found


def _author_order(said: list[Said]) -> list[str]:
    """I5: what one client said in one room, in the order it said it; what was lost and came back, by itself."""
    found = []
    last: dict[tuple[int, int, bool], Said] = {}
    for message in said:
        if message.outcome == "acked":
            before = last.get(place := (message.author, message.room, message.placed_again))
            if before and before.number >= message.number:
                found.append(
                    f"I5: {before.text!r} ({before.number}) came after {message.text!r} ({message.number})"
                )
            last[place] = message
    return found


def _views_are_the_database(views: dict[str, dict[int, View]], truth: dict[int, Truth]) -> list[str]:
    """I1, I3: every client that still belongs to a room stands at its head and has every state as it is."""
    found = []
    for name, rooms in views.items():
        for room, view in rooms.items():
            if view.left_at is not None:
                continue
            state = truth[room]
            if view.seq != state.seq:
                found.append(f"I3: {name} stands at {view.seq} of room {room}, whose head is {state.seq}")
            for message in state.messages:
                if message["seq"] > view.start and view.states.get(UUID(message["id"])) != message:
                    found.append(
                        f"I3: {name} has message {message['number']} of room {room} otherwise, or not at all"
                    )
                    break
    return found


def _nothing_invented(views: dict[str, dict[int, View]], truth: dict[int, Truth]) -> list[str]:
    """I3: nobody was told of a message that is not stored, as if it had been published before its commit."""
    stored = {room: {UUID(m["id"]) for m in state.messages} for room, state in truth.items()}
    return [
        f"I3: {name} was told of message {pk} in room {room}, which is not stored"
        for name, rooms in views.items()
        for room, view in rooms.items()
        for pk in view.states.keys() - stored[room]
    ]


def _same_bytes(views: dict[str, dict[int, View]]) -> list[str]:
    """I4: the same seq of the same room is the same state for all."""
    known: dict[tuple[int, int], tuple[str, bytes]] = {}
    found = []
    for name, rooms in views.items():
        for room, view in rooms.items():
            for seq, state in view.seen.items():
                other, theirs = known.setdefault((room, seq), (name, state))
                if theirs != state:
                    found.append(f"I4: seq {seq} of room {room} is not the same for {other} and {name}")
    return found


def _nothing_after_a_removal(
    views: dict[str, dict[int, View]], members: dict[str, int], truth: dict[int, Truth]
) -> list[str]:
    """I7: a view that has ended has nothing after the message that ended the membership.

    That message counts, not when the client noticed: a resume may tell them that they left, and held events follow.
    """
    found = []
    for name, rooms in views.items():
        for room, view in rooms.items():
            if view.left_at is None:
                continue
            end = _last_removal(truth[room], members.get(name))
            if end is None or end < view.start:
                end = view.left_at  # a login that ended, while its member belongs to the room
            if after := sorted(seq for seq in view.seen if seq > end):
                found.append(f"I7: {name} left room {room} at {end} and heard {after[:3]}")
    return found


def _last_removal(state: Truth, member: int | None) -> int | None:
    """The seq of the last message that says that this member left or was removed."""
    seqs = [
        message["seq"]
        for message in state.messages
        if (what := message.get("system"))
        and (
            (what["kind"] == "left" and message["author"] == member)
            or (what["kind"] == "removed" and what.get("member") == member)
        )
    ]
    return max(seqs, default=None)


def _unread(truth: dict[int, Truth]) -> list[str]:
    """I8: what a member has read is counted as it is: unread = posts − posts up to the read position."""
    found = []
    for room, state in truth.items():
        posts = [0]
        for message in state.messages:
            posts.append(posts[-1] + (not message.get("system")))
        for member, (number, read) in state.read.items():
            if read != posts[min(number, len(posts) - 1)]:
                found.append(
                    f"I8: member {member} has read to {number} of room {room}: {read} posts are counted"
                )
    return found
