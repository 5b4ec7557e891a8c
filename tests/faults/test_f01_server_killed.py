"""F1: the server is killed at random points, again and again."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from tests.faults.nodes import Node
from tests.faults.scene import scene


async def test_a_server_that_is_killed_again_and_again_loses_and_doubles_nothing(tmp_path: Path) -> None:
    async with scene(tmp_path, seed=1) as s:
        node = Node(tmp_path).start()
        s.nodes.append(node)
        await node.ready()
        s.enter(20, 3)
        await s.all_live()

        async def kills() -> None:
            while True:
                await asyncio.sleep(s.random.uniform(0.3, 2.0))
                node.kill()
                node.start()
                await node.ready()

        await s.while_talking(kills, seconds=15, per_second=100)
        await s.peace()
        figures = await s.verdict()
        node.terminate()

    print(figures)
    assert node.starts > 3
    assert figures["acked"] == figures["said"]
    with sqlite3.connect(tmp_path / "hubbub.sqlite3") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
