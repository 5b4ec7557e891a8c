"""The rules of docs/architecture.md as tests: layers, sizes, names, complete documents."""

from __future__ import annotations

import io
import json
import keyword
import re
import statistics
import subprocess
import sys
import tokenize
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from hubbub import conf, errors
from hubbub.protocol import commands, events
from hubbub.protocol.closing import Close
from hubbub_site import cli
from hubbub_site.config import Config

pytestmark = pytest.mark.standalone

ROOT = Path(__file__).parents[1]
SOURCE_KINDS = {".py", ".ts", ".js", ".svelte", ".css"}
GENERATED = {"client/src/protocol/types.ts"}

HARD_CEILING = 400  # lines of one file; a longer file does more than one thing
HARD_CEILING_OF_SRC = 300
MEDIAN_CEILING = 80


@cache
def names_in_git() -> list[str]:
    """Everything in git or not ignored by it, relative to the root: files and symbolic links."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted(name for name in set(listed.stdout.split("\0")) if name)


def files_of_the_project() -> list[str]:
    return [name for name in names_in_git() if (ROOT / name).is_file()]


def sources() -> list[str]:
    return [
        name
        for name in files_of_the_project()
        if Path(name).suffix in SOURCE_KINDS and "/migrations/" not in name and name not in GENERATED
    ]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def lines_of(name: str) -> int:
    return len(read(name).splitlines())


# ── layers ────────────────────────────────────────────────────────────────────────────────────────


def test_a_module_imports_only_from_lower_layers() -> None:
    kept = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert kept.returncode == 0, kept.stdout + kept.stderr


# ── sizes ─────────────────────────────────────────────────────────────────────────────────────────


def test_no_source_file_is_too_long_to_read() -> None:
    too_long = {
        name: lines
        for name in sources()
        if (lines := lines_of(name)) > (HARD_CEILING_OF_SRC if name.startswith("src/") else HARD_CEILING)
    }
    assert not too_long


def test_the_median_file_has_fewer_than_80_lines() -> None:
    assert statistics.median(lines_of(name) for name in sources()) < MEDIAN_CEILING


# ── names ─────────────────────────────────────────────────────────────────────────────────────────

EMPTY_NAMES = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc"}

# Django Channels and the browser have their own channels; everything that holds messages is a room.
FOREIGN_CHANNELS = re.compile(r"channels|channel_?layer|BroadcastChannel|MessageChannel", re.IGNORECASE)
USERS_OF_CHANNELS = {
    "src/hubbub/realtime/bus/channel_layer.py",
    "src/hubbub/realtime/bus/relay.py",
    "src/hubbub/routing.py",
}


def test_no_module_has_an_empty_name() -> None:
    empty = [
        name for name in sources() if EMPTY_NAMES & {part.split(".")[0].lower() for part in Path(name).parts}
    ]
    assert not empty


def test_a_room_is_never_called_a_channel_in_code() -> None:
    wrong = [
        f"{name}: {identifier}"
        for name in sources()
        if name.startswith(("src/", "client/src/")) and name not in USERS_OF_CHANNELS
        for identifier in identifiers_of(name)
        if "channel" in FOREIGN_CHANNELS.sub("", identifier).lower()
    ]
    assert not wrong


def identifiers_of(name: str) -> Iterator[str]:
    text = read(name)
    if name.endswith(".py"):
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
                yield token.string
    elif name.endswith((".ts", ".js")):
        yield from re.findall(r"[A-Za-z_$][\w$]*", without_prose(text))
    elif name.endswith(".svelte"):
        for script in re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL):
            yield from re.findall(r"[A-Za-z_$][\w$]*", without_prose(script))


def without_prose(script: str) -> str:
    """TypeScript without comments and strings: texts for people may say "channel"."""
    return re.sub(
        r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`""",
        " ",
        script,
        flags=re.DOTALL,
    )


def test_prose_and_strings_are_not_identifiers() -> None:
    script = "const a = \"channel\" // channel\n/* channel */ const b = `channel` + 'channel'"
    assert "channel" not in without_prose(script)
    assert "const b" in without_prose(script)


# ── documents ─────────────────────────────────────────────────────────────────────────────────────


def test_every_command_is_documented() -> None:
    assert not undocumented([commands.type_of(command) for command in commands.ALL], "docs/protocol.md")


def test_every_event_is_documented() -> None:
    assert not undocumented([event.model_fields["type"].default for event in events.ALL], "docs/protocol.md")


def test_every_close_code_is_documented() -> None:
    assert not [int(code) for code in Close if f"| {int(code)} |" not in read("docs/protocol.md")]


def test_every_error_code_is_documented() -> None:
    assert not undocumented([error.code for error in errors.ALL], "docs/protocol.md")


def test_every_setting_of_the_app_is_documented() -> None:
    assert not undocumented(conf.SETTINGS, "docs/embedding.md")


def test_every_setting_of_the_server_is_documented() -> None:
    shared_with_others = {"database_url": "DATABASE_URL", "redis_url": "REDIS_URL"}
    variables = [shared_with_others.get(name, f"HUBBUB_{name.upper()}") for name in Config.model_fields]
    assert not undocumented(variables, "docs/self-hosting.md")


def test_every_command_of_the_server_is_documented() -> None:
    assert not [name for name in cli.COMMANDS if f"hubbub {name}" not in read("docs/self-hosting.md")]


def undocumented(names: Iterable[str], document: str) -> list[str]:
    """The names that `document` does not contain in `code` style."""
    text = read(document)
    return [name for name in names if f"`{name}`" not in text]


def test_every_link_between_documents_leads_to_a_file() -> None:
    broken = []
    for name in files_of_the_project():
        if name.endswith(".md"):
            links = re.findall(r"\]\((?!\w+:|#|/)([^)#\s]+)", read(name))
            broken += [
                f"{name}: {link}" for link in links if not (ROOT / name).parent.joinpath(link).exists()
            ]
    assert not broken


# ── no traces of one machine ──────────────────────────────────────────────────────────────────────

PRIVATE_PLACE = re.compile(r"(?<![\w.~-])/(?:work|opt|root)/\w")
PUBLIC_REGISTRIES = {"https://pypi.org", "https://files.pythonhosted.org"}


def test_no_file_contains_a_path_of_one_machine() -> None:
    named = []
    for name in names_in_git():
        path = ROOT / name
        if not (path.is_symlink() or path.is_file()):
            continue
        try:
            text = str(path.readlink()) if path.is_symlink() else read(name)
        except UnicodeDecodeError:  # an image
            continue
        named += [f"{name}: {found}" for found in PRIVATE_PLACE.findall(text)]
    assert not named


def test_the_locks_name_public_registries_only() -> None:
    assert set(re.findall(r"https?://[^/\"]+", read("uv.lock"))) == PUBLIC_REGISTRIES
    assert '"resolved"' not in read("client/package-lock.json")


def test_the_npm_lock_serves_every_platform() -> None:
    """npm omits binaries that its registry lacks, and then `npm ci` refuses the lock on every platform."""
    packages = json.loads(read("client/package-lock.json"))["packages"]
    wanted = {name for package in packages.values() for name in package.get("optionalDependencies", {})}
    locked = {place.rpartition("node_modules/")[2] for place in packages}
    assert not wanted - locked


@pytest.mark.parametrize("script", ["run", "test", "setup", "dev", "lint", "generate", "bench", "ci"])
def test_every_task_is_a_script_with_a_description(script: str) -> None:
    first, says = read(f"bin/{script}").splitlines()[:2]
    assert first == "#!/usr/bin/env bash"
    assert says.startswith("# ")
