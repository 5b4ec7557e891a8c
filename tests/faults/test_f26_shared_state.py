"""F26: rooms, members and memberships change while notices between the nodes are late, lost, doubled or overtaken.

Nobody is deaf, nobody hears what they must not, and in the end every client has the same whole state. First at random,
then case by case.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.faults.cluster import Cluster
from tests.faults.conftest import Record
from tests.faults.faulty_bus import FaultyBus
from tests.faults.late_messages import AT, PEOPLE, STILL_SECONDS, Town, end_logins, notice
from tests.faults.proxied import behind_redis_proxies
from tests.faults.redis_proxy import RedisProxy
from tests.faults.rounds import Rounds
from tests.faults.run_settings import LONG, turns
from tests.faults.shared_scenario import AGREED_SECONDS, BACK_SECONDS, shared_scenario

pytestmark = pytest.mark.asyncio(loop_scope="module")
patient = pytest.mark.patient
STALLED_SECONDS = {"late": 0.0, "stalled": 0.0, "stalled for long": 3.0}
late_or_stalled = pytest.mark.parametrize(
    "how", ["late", "stalled", pytest.param("stalled for long", marks=patient)]
)
OTHERS, NOBODY = "others listen there", "nobody else listens there"
listened_or_not = pytest.mark.parametrize(
    "listened", [pytest.param(True, id=OTHERS), pytest.param(False, id=NOBODY, marks=patient)]
)
RENAMED, AT_ONCE_SECONDS = 3, 1.0
AWAY_SECONDS = 4.0 if LONG else 0.5


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def proxies(lonely_cluster: Cluster) -> AsyncIterator[list[RedisProxy]]:
    async with behind_redis_proxies(lonely_cluster, 3) as proxies:
        yield proxies


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_town(lonely_cluster: Cluster, proxies: list[RedisProxy]) -> AsyncIterator[Town]:
    async with shared_scenario(lonely_cluster) as scene:
        await scene.move_in(PEOPLE, at=AT)
        yield Town(scene, proxies)


@pytest.fixture
def town(whole_town: Town) -> Iterator[Town]:
    whole_town.said.clear()
    yield whole_town
    whole_town.proxy.end_all()
    whole_town.cluster.heal()


async def test_all_agree_in_the_end_whatever_the_bus_does(
    lonely_cluster: Cluster, proxies: list[RedisProxy], seconds: float, seed: int, record: Record
) -> None:
    """People with two clients each change everything, at three nodes and in a shell."""
    async with shared_scenario(lonely_cluster, seed=seed) as scene:
        await scene.move_in(8 if LONG else 5)
        bus = FaultyBus(proxies, seed)
        rounds = Rounds(scene, bus, lonely_cluster, seed)
        await rounds.begin()
        messages = bus.messages
        for turn in turns(seconds):
            await rounds.play(turn)
        figures = await scene.verdict()
    figures |= {
        "faults": rounds.faults,
        "converged_s": rounds.slowest,
        "changes": rounds.random_changes.changes,
    }
    figures |= {"bus_messages": bus.messages - messages, "states": rounds.compared}
    record("F26 at random", lonely_cluster, figures)
    assert bus.kinds == {"drop", "double", "swap", "hold"} or not LONG


@late_or_stalled
@listened_or_not
async def test_an_invitation_that_arrives_after_the_removal_attaches_nobody(
    town: Town, record: Record, how: str, listened: bool
) -> None:
    room = await town.room_of(*([town.erin] if listened else []))
    invited = notice(f"member.{town.bob}", "membership")
    fault = town.delays(invited, how)
    await town.does(town.alice, "room.invite", room=room, members=[town.bob])
    await town.has(fault, invited)
    gone = await town.does(town.alice, "room.remove", room=room, member=town.bob)
    await town.says(room)
    await asyncio.sleep(STALLED_SECONDS[how])
    fault.end()
    await town.says(room, 20)
    await asyncio.sleep(STILL_SECONDS)
    await town.finish(record, f"{how} invitation", fault.seen)
    heard = {heard for client in town.scene.of(town.bob) for heard in client.heard if heard.room == room}
    assert max((one.seq for one in heard), default=0) <= gone["room"]["seq"]


@late_or_stalled
@listened_or_not
async def test_a_removal_that_arrives_after_the_rejoin_detaches_nobody(
    town: Town, record: Record, how: str, listened: bool
) -> None:
    room = await town.room_of(town.bob, *([town.erin] if listened else []))
    removed = notice(f"member.{town.bob}", "left")
    fault = town.delays(removed, how)
    await town.does(town.alice, "room.remove", room=room, member=town.bob)
    await town.has(fault, removed)
    await town.says(room)
    await town.does(town.alice, "room.invite", room=room, members=[town.bob])
    await town.says(room)
    await asyncio.sleep(STALLED_SECONDS[how])
    fault.end()
    await town.says(room, 20)
    await town.scene.agree(AGREED_SECONDS)
    await town.says(room)
    await town.finish(record, f"{how} removal", fault.seen)


async def test_an_invitation_overtaken_by_a_later_change_attaches(town: Town, record: Record) -> None:
    room = await town.room_of()
    fault = town.proxy.swap(notice(f"member.{town.bob}"), times=1)
    await town.does(town.alice, "room.invite", room=room, members=[town.bob])
    await town.scene.ask("command", member=town.bob, type="room.notify", room=room, level="mentions")
    await fault.happened(within=5)
    await town.says(room)
    await town.finish(record, "overtaken invitation", fault.seen)


@patient
async def test_a_removal_and_a_rejoin_that_are_both_lost(town: Town, record: Record) -> None:
    """Bob's node hears by the messages that he was removed, and nothing of his return; then nothing more is said."""
    room = await town.room_of(town.bob, town.erin)
    fault = town.proxy.drop(notice(f"member.{town.bob}"), times=2)
    await town.does(town.alice, "room.remove", room=room, member=town.bob)
    await town.says(room)
    await town.does(town.alice, "room.invite", room=room, members=[town.bob])
    await fault.happened(2, within=5)
    await town.finish(record, "lost removal and return", fault.seen)


async def test_a_profile_that_arrives_after_a_newer_one(town: Town, record: Record) -> None:
    fault = town.delays(old := notice("everyone", "member"), "late")
    await town.does(town.alice, "profile.update", name="Alice the old")
    await town.has(fault, old)
    await town.does(town.alice, "profile.update", name="Alice the new")
    bobs = [client.state for client in town.scene.of(town.bob)]
    await town.until(lambda: all(bob and bob.members[town.alice]["name"] == "Alice the new" for bob in bobs))
    fault.end()
    await town.finish(record, "late profile", fault.seen)


@pytest.mark.parametrize("kind", ["room", pytest.param("frames", marks=patient)])
async def test_a_new_name_of_which_only_a_part_arrives(town: Town, record: Record, kind: str) -> None:
    """The room's new state is lost and the message about it arrives, or the other way round: no poll is needed."""
    room = await town.room_of(town.bob)
    topic = f"room.{room}"
    lost = notice(topic) if kind == "room" else lambda m: m.kind == "frames" and m.group.endswith(topic)
    fault = town.proxy.drop(lost, times=RENAMED)
    for time in range(1, RENAMED + 1):
        await town.does(town.alice, "room.rename", room=room, name=f"{town.scene.name} {kind} {time}")
        await fault.happened(time, within=5)
        await town.scene.agree(AT_ONCE_SECONDS)
    await town.finish(record, f"lost {kind}", fault.seen)


async def test_an_end_of_logins_that_arrives_after_a_new_login(town: Town, record: Record) -> None:
    """Bob has a new password: his old login ends, and the one that he has begun meanwhile holds."""
    ended = end_logins(town.bob)
    fault = town.delays(ended, "late")
    before = town.scene.of(town.bob)
    await town.scene.sign_in_again(town.bob)
    await town.has(fault, ended)
    bobs = town.scene.of(town.bob)
    await asyncio.gather(*(bob.live.wait() for bob in bobs))
    fault.end()
    await town.until(lambda: all(old.ended == 4003 for old in before), within=1)
    await asyncio.sleep(STILL_SECONDS)
    assert not any(bob.closed for bob in bobs), "the new login holds"
    await town.finish(record, "late end of logins", fault.seen)


async def test_changes_while_redis_is_down(town: Town, record: Record) -> None:
    """It is known at the other node within five seconds, and within two when Redis comes back."""
    rooms = [await town.room_of(town.bob, town.erin) for _ in range(2)]
    redis = town.cluster.redis
    redis.kill()
    await town.changes_everything(rooms[0], "at once")
    without = await town.scene.agree(AGREED_SECONDS)
    await asyncio.sleep(AWAY_SECONDS)
    await town.scene.ask("change_role", by=town.alice, member=town.dave, role="member")
    await town.changes_everything(rooms[1], "in the end")
    redis.start()
    await asyncio.to_thread(redis.wait)
    await town.finish(record, "Redis away", 1, BACK_SECONDS)
    assert without > 0.1, "the other node heard without the bus, so it took a poll"
