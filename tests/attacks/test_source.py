"""Checks of our own source that rule out whole classes of attacks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.standalone

ROOT = Path(__file__).parents[2]
PYTHON = sorted(p for p in (ROOT / "src").rglob("*.py") if "migrations" not in p.parts)
CLIENT = sorted(
    p
    for kind in ("*.ts", "*.svelte")
    for p in (ROOT / "client" / "src").rglob(kind)
    if not p.name.endswith(".test.ts")
)
TEMPLATES = sorted((ROOT / "src").rglob("*.html"))

CODE_FROM_DATA = {"pickle", "marshal", "shelve", "dill", "yaml", "xml", "lxml", "ldap", "jinja2"}
WAYS_OUT = {"requests", "urllib.request", "http.client", "aiohttp", "httpx", "httpx2", "httpcore2", "ftplib"}
PROGRAMS = {"subprocess", "pexpect"}


def calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def parsed() -> Iterator[tuple[str, ast.AST]]:
    for file in PYTHON:
        yield file.relative_to(ROOT / "src").as_posix(), ast.parse(file.read_text(encoding="utf-8"))


def files_that_import(modules: set[str]) -> set[str]:
    return {
        name
        for name, tree in parsed()
        for found in imports(tree)
        if found in modules or found.partition(".")[0] in modules
    }


def test_no_text_is_executed() -> None:
    """Rows 14, 75: no eval, no pickle, no YAML, no XML, no LDAP and no second template language."""
    assert files_that_import(CODE_FROM_DATA) == set()
    evaluating = {name for name, tree in parsed() if {"eval", "exec", "compile"} & set(calls(tree))}
    assert evaluating == set()


def test_only_our_own_programs_are_started() -> None:
    """Row 75: no user input is on a command line. The sandbox starts this interpreter."""
    assert files_that_import(PROGRAMS) <= {"hubbub/sandbox/decoding.py", "hubbub_site/workers.py"}
    shells = {
        name
        for name, tree in parsed()
        if {"os.system", "os.popen", "os.execv", "os.spawnv"} & set(calls(tree))
    }
    assert shells == set()


def test_only_fetch_untrusted_makes_http_requests() -> None:
    """Row 57: a second HTTP client would bypass the checks."""
    assert {name for name in files_that_import(WAYS_OUT) if not name.startswith("hubbub/outside/")} == set()


def test_no_query_is_built_from_text() -> None:
    """Row 75: the ORM writes the SQL. `cursor.execute` gets texts without values in them."""
    writing = {
        f"{name}: {ast.unparse(node)}"
        for name, tree in parsed()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".raw", ".extra", "RawSQL"))
    }
    # A constant of ours, which queries PostgreSQL's timeline.
    assert writing <= {"hubbub/models/workspace.py: RawSQL(TIMELINE, ())"}


def test_templates_escape_everything() -> None:
    """Rows 47, 50: the only unescaped markup is our own QR code."""
    for file in TEMPLATES:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape off|safeseq", text), file
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text), file
    marked = {name for name, tree in parsed() if "mark_safe" in set(calls(tree))}
    assert marked <= {"hubbub_site/accounts/views/invitations.py"}


def test_the_client_never_turns_text_into_markup() -> None:
    """Rows 47, 48, 50: elements and text nodes only; and no messages of other windows are received."""
    dangerous = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|\{@html|document\.write|new Function|\beval\(|srcdoc"
        r"|addEventListener\(['\"]message|window\.onmessage"
    )
    found = [f"{file.name}: {hit}" for file in CLIENT for hit in dangerous.findall(file.read_text("utf-8"))]
    assert found == []


def test_secrets_come_from_the_systems_randomness() -> None:
    """Rows 39, 46: `random` can be predicted; it is for jitter and for demonstrations."""
    using = files_that_import({"random"})
    assert {name for name in using if "demo" not in name and "realtime" not in name} == set()


def test_no_weak_hash_protects_anything() -> None:
    """Row 46: no MD5 or SHA-1, and no cipher of our own."""
    weak = {
        name
        for name, tree in parsed()
        for call in calls(tree)
        if call in ("hashlib.md5", "hashlib.sha1", "md5", "sha1")
    }
    assert weak == set()
    assert files_that_import({"cryptography", "Crypto", "nacl"}) == set()


def test_the_source_contains_no_secrets() -> None:
    """Row 9: no key or password in the code or in deployment files."""
    secret = re.compile(
        r"(?i)(secret_key|password|token)\s*[:=]\s*[\"'][A-Za-z0-9+/_=-]{20,}[\"']|BEGIN [A-Z ]*PRIVATE KEY"
    )
    files = [*PYTHON, *(ROOT / "deploy").rglob("*")]
    found = [f.name for f in files if f.is_file() and secret.search(f.read_text("utf-8", "replace"))]
    assert found == []
