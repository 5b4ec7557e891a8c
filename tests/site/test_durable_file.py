"""Files that Hubbub writes survive a power cut: each file is either complete or unchanged."""

from __future__ import annotations

import ast
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from hubbub_site import backup, backup_format, durable_file, heads_file, secret_key_file
from hubbub_site.accounts.first_run import SETUP_CODE, make_setup_code
from hubbub_site.config import Config
from tests.power_cuts import PowerCuts
from tests.serving import Site

pytestmark = pytest.mark.standalone

SOURCE = Path(__file__).parents[2] / "src" / "hubbub_site"


@pytest.fixture
def power(monkeypatch: pytest.MonkeyPatch) -> PowerCuts:
    return PowerCuts(monkeypatch)


def the_key(folder: Path) -> list[Path]:
    secret_key_file.prepare(folder)
    return [folder / secret_key_file.NAME]


def the_setup_code(folder: Path) -> list[Path]:
    make_setup_code(folder)
    return [folder / SETUP_CODE]


def the_heads(folder: Path) -> list[Path]:
    heads_file.write(folder / heads_file.NAME, "an epoch", {1: 7})
    return [folder / heads_file.NAME]


def what_comes_out_of_a_backup(folder: Path) -> list[Path]:
    file = folder / "chat.zip"
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("secret-key", "x" * 67 + "\n")
        made.writestr("hubbub.toml", 'language = "ar"\n')
    with backup_format.key_and_settings(file, folder):
        pass
    return [folder / "secret-key", folder / "hubbub.toml"]


@pytest.mark.parametrize("write", [the_key, the_setup_code, the_heads, what_comes_out_of_a_backup])
def test_a_new_file_is_complete_at_every_moment(
    write: Callable[[Path], list[Path]], tmp_path: Path, power: PowerCuts
) -> None:
    for path in write(tmp_path):
        assert path.read_bytes()
        assert power.left(path) == {path.read_bytes()}
        assert power.ever(path) <= {None, path.read_bytes()}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_replaced_file_is_either_the_old_or_the_new_one(tmp_path: Path, power: PowerCuts) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    power.was_there(path)
    assert durable_file.write(path, b"new")
    assert power.ever(path) == {b"old", b"new"}
    assert power.left(path) == {b"new"}


def test_a_backup_file_is_either_the_old_or_the_new_one(
    house: Site, tmp_path: Path, power: PowerCuts, django_db_blocker: DjangoDbBlocker
) -> None:
    file = tmp_path / "chat.zip"
    file.write_bytes(b"yesterday's")
    power.was_there(file)
    with django_db_blocker.unblock():  # the backup needs its database
        backup.write(Config(data=house.data), file, lambda done, total: None)
    assert zipfile.is_zipfile(file)
    assert power.ever(file) == {b"yesterday's", file.read_bytes()}
    assert power.left(file) == {file.read_bytes()}


def test_the_model_detects_missing_syncs(tmp_path: Path, power: PowerCuts) -> None:
    """A file that is linked without a sync may be empty or missing."""
    (tmp_path / "draft").write_text("a key")
    os.link(tmp_path / "draft", tmp_path / "key")
    assert power.left(tmp_path / "key") == {b"", None}


def test_two_processes_use_the_file_of_the_first(tmp_path: Path) -> None:
    assert durable_file.write(tmp_path / "file", b"first", replace=False)
    assert not durable_file.write(tmp_path / "file", b"second", replace=False)
    assert (tmp_path / "file").read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_a_draft_left_by_a_crash_is_no_obstacle(tmp_path: Path) -> None:
    """In a container the process has the same id after each start."""
    (tmp_path / f".file.{os.getpid()}").write_text("half")
    durable_file.write(tmp_path / "file", b"whole")
    assert (tmp_path / "file").read_bytes() == b"whole"


def test_folders_are_synced_into_the_ones_above_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(os.readlink(f"/proc/self/fd/{file}")))
    durable_file.make_folder(tmp_path / "srv" / "chat")
    assert {str(tmp_path), str(tmp_path / "srv")} <= set(synced)


# ── no other code writes files ──────────────────────────────────────────────────────────

OTHER_WAYS = {
    "durable_file.py": "is the module itself",
    "server/lock.py": "a lock matters only while its process runs",
    "heads_file.py": "is mapped into memory; `write` installs it",
    "backup.py": "unpacks into a draft that `durable_file` made and installs",
}
OF_A_MODULE = {
    *(f"os.{name}" for name in ("open", "replace", "rename", "link", "write", "pwrite")),
    *(f"shutil.{name}" for name in ("copy", "copy2", "copyfile", "move")),
}
OF_A_PATH = {"write_text", "write_bytes", "rename", "hardlink_to", "touch"}


def test_every_other_module_writes_files_through_it() -> None:
    found = {
        str(path.relative_to(SOURCE)): writes
        for path in SOURCE.rglob("*.py")
        if (writes := sorted(set(writes_of(ast.parse(path.read_text())))))
    }
    assert not {name: writes for name, writes in found.items() if name not in OTHER_WAYS}
    assert set(OTHER_WAYS) <= set(found), "an exception is no longer needed"


def writes_of(tree: ast.Module) -> Iterator[str]:
    """Calls that write, name or rename a file."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        function = ast.unparse(call.func)
        module, _, name = function.rpartition(".")
        if function in OF_A_MODULE or (name in OF_A_PATH and module):
            yield function
        elif name == "open" and any(mode_of(argument) for argument in call.args[:2]):
            yield "open"


def mode_of(argument: ast.expr) -> bool:
    """Whether the argument is a writing mode of `open`."""
    value = argument.value if isinstance(argument, ast.Constant) else ""
    return isinstance(value, str) and value.rstrip("b") in {"w", "a", "x", "r+", "w+"}
