"""How the database in memory answers the queries of the realtime layer.

A query that reads several tables is a generator: it stops between two reads, and commits may come in between.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import Any

from hubbub import actions, dispatch, queries
from hubbub.dispatch import Job
from hubbub.errors import HubbubError, NotFound, SignInRequired
from hubbub.models import Member, Workspace
from hubbub.protocol import limits, replies
from hubbub.protocol.objects import Changes, Reach, Role, Room
from hubbub.publish import frame_of, member_changed, room_changed
from hubbub.realtime.logins import sign_in as auth
from hubbub.realtime.logins.sign_in import Login
from hubbub.realtime.presence import guest_visibility
from hubbub.realtime.recovery import head_poll, repair, repair_notices
from hubbub.realtime.storage import catch_up as catchup
from tests.realtime.model.database import Database

Reading = Generator[None, None, Any]


def heads(db: Database, rooms: Iterable[int]) -> list[tuple[int, int]]:
    return [(room, db.rooms[room].seq) for room in rooms]


def versions(db: Database, members: Iterable[int]) -> list[tuple[int, int]]:
    return [(member, db.people[member].version) for member in members]


def workspace(db: Database) -> Workspace:
    return Workspace(pk=1, name=db.name, version=db.version, directory=db.directory, epoch=db.epoch)


def begin_epoch(db: Database, *, after: str | None = None) -> Workspace:
    if after in (None, db.epoch):
        db.epoch = f"epoch {int(db.epoch.split()[1]) + 1}"
    return workspace(db)


def missed(db: Database, room: int, seq: int) -> Reading:
    found = db.rooms[room]
    head, last_number = found.seq, found.last_number
    yield
    messages = found.changed_after(seq)[: limits.RESUME_MESSAGES + 1]
    if len(messages) > limits.RESUME_MESSAGES:
        yield
        members = {member for of, member in db.places if of == room}
        return repair._Missed([], head, last_number, members)
    frames, before = [], seq
    for message in messages:
        frames.append(frame_of(message, db.people[message.author].name, new=False, after=before))
        before = message.seq
    return repair._Missed(frames, max(head, before), last_number)


def room_notice(db: Database, room: int) -> Any:
    return room_changed(db.rooms[room].as_object())


def member(db: Database, member: int) -> Reading:
    version = db.people[member].version
    yield
    return version, set(db.rooms_of(member))


def directory(db: Database, since: int) -> Reading:
    count = db.directory
    yield
    changed = sorted((p for p in db.people.values() if p.changed > since), key=lambda p: p.changed)
    return count, [member_changed(p.as_object()) for p in changed[: repair_notices.MEMBERS_AT_ONCE + 1]]


def snapshots(db: Database, asked: Iterable[queries.SnapshotRequest]) -> Reading:
    asked = list(asked)
    members = {a.member: db.people[a.member].row() for a in asked}
    yield
    name, version, epoch, count = db.name, db.version, db.epoch, db.directory
    yield
    ids = {room for room, member in db.places if member in members}
    yield
    rooms: dict[int, Room] = {room: db.rooms[room].as_object() for room in ids}
    yield
    places = sorted(db.places.values(), key=lambda place: place.room)
    mine = {m: [p.as_object() for p in places if p.member == m and p.room in rooms] for m in members}
    yield
    found = {}
    for a in asked:
        person, row = db.people[a.member], members[a.member]
        people = db.visible_to(person) if row.role == Role.GUEST else list(db.people.values())
        if row.role != Role.GUEST and a.directory is not None:
            people = sorted((p for p in people if p.changed > a.directory), key=lambda p: p.changed)
        found[a] = (
            row,
            replies.Snapshot.model_construct(
                epoch=epoch,
                me=row.as_object(),
                workspace=replies.Workspace(name=name, open_rooms=row.role != Role.GUEST, version=version),
                version=row.version,
                reach=Reach(row.reach),
                rooms=[rooms[place.room] for place in mine[a.member]],
                memberships=mine[a.member],
                directory=0 if row.role == Role.GUEST else count,
                members=[p.as_object() for p in people],
                presence=[],
            ),
        )
    return found


def ranges(db: Database, wanted: list[tuple[int, int]]) -> Reading:
    known = {room: db.rooms[room].seq for room, _ in wanted}
    found = {}
    for room, seq in wanted:
        yield
        found[room, seq] = _changes_since(db, room, seq, known[room])
    return found


def _changes_since(db: Database, room: int, seq: int, head: int) -> Changes:
    if seq == head:
        return Changes(room=room, seq=head)
    messages = db.rooms[room].changed_after(seq)
    if seq > head or len(messages) > limits.RESUME_MESSAGES:
        return Changes(room=room, seq=head, reset=True)
    return Changes(room=room, seq=max(head, messages[-1].seq) if messages else head, messages=messages)


def visible(db: Database, guest: Member, members: list[int]) -> set[int]:
    return {person.id for person in db.visible_to(db.people[guest.pk])} & set(members)


def logins_from_secrets(db: Database, secrets: Iterable[str]) -> dict[str, Login | HubbubError]:
    found: dict[str, Login | HubbubError] = {}
    for secret in secrets:
        member, holds = db.logins[secret]
        person = db.people[member].row()
        found[secret] = Login(person, key=secret) if holds else SignInRequired("This login was ended.")
    return found


def still_valid(db: Database, logins: Iterable[Login]) -> set[str]:
    return {login.key for login in logins if db.logins[login.key][1]}


def room_state(db: Database, member: int, room: int) -> Reading:
    version = db.people[member].version
    yield
    found = db.rooms[room].as_object()
    yield
    place = db.places.get((room, member))
    return replies.RoomState(room=found, membership=place.as_object() if place else None, version=version)


def run_read(db: Database, job: Job) -> Reading:
    command: Any = job.command
    if command.type != "room.get":
        job.refusal = NotFound("The model has no such command.")
    else:
        job.answer = yield from room_state(db, job.member.pk, command.room)


Query = Callable[..., Any]


def _name(query: Query) -> str:
    return f"{query.__module__}.{query.__qualname__}"


ANSWERS: dict[str, Query] = {
    _name(real): modelled
    for real, modelled in {
        head_poll._heads: heads,
        head_poll._versions: versions,
        repair._missed: missed,
        repair_notices._room: room_notice,
        repair_notices._member: member,
        repair_notices._directory: directory,
        Workspace.objects.with_history: workspace,
        actions.begin_epoch: begin_epoch,
        catchup._versions: lambda db, members: dict(versions(db, members)),
        catchup._heads: lambda db, rooms: dict(heads(db, rooms)),
        catchup._ranges: ranges,
        catchup._epoch: lambda db, _: {None: db.epoch},
        queries.snapshots: snapshots,
        guest_visibility._visible: visible,
        auth.logins_from_secrets: logins_from_secrets,
        auth.still_valid: still_valid,
        dispatch.run_read: run_read,
    }.items()
}


def answer_to(query: Query) -> Query:
    """The model's answer to a query: called with the database and the query's arguments."""
    return ANSWERS[_name(query)]
