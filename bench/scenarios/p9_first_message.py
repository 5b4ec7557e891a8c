"""P9: from `hubbub serve` in an empty directory, over the first-run page, to the first message delivered."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.request import HTTPCookieProcessor, build_opener

from bench.asking import line
from bench.browsing import submit
from bench.product import PASSWORD, Workspace
from bench.rounds import Plan, say, spread
from bench.scenarios.scenario import Bar, Scenario
from hubbub.protocol.ids import make_message_id

FIGURE = "seconds"


def measure(plan: Plan) -> dict[str, Any]:
    seen = []
    for turn in range(1 + plan.runs):
        with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as place:
            seconds = _first_message(Path(place))
        say(f"Hubbub: {seconds:.2f} s{' (warm-up)' if not turn else ''}")
        if turn:
            seen.append(seconds)
    took = spread(seen)
    found = {"Hubbub": {"seconds": took, "runs": seen}}
    return {"contenders": found, "values": {FIGURE: took["median"]}}


def _first_message(place: Path) -> float:
    started = time.perf_counter()
    with Workspace(place, (), "", 0).served() as server:
        site = f"http://127.0.0.1:{server.port}"
        cookies = HTTPCookieProcessor()
        owner = {"workspace": "Bench", "name": "Alice", "username": "alice", "password": PASSWORD}
        submit(build_opener(cookies), f"{site}/welcome/", owner)
        session = "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies.cookiejar)
        with line(server.port, Cookie=session, Origin=site) as alice:
            snapshot, _ = alice.ask("snapshot")
            room = snapshot["rooms"][0]["id"]
            alice.ask("message.send", room=room, message=str(make_message_id()), text="hello, world")
            return time.perf_counter() - started


scenario = Scenario("P9", "Empty directory to first message", measure, [Bar(FIGURE, most=2)])
