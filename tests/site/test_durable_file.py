"""What Hubbub writes survives a power cut: each file is whole afterwards, or as it was before."""

from __future__ import annotations

import ast
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from hubbub_site import backup, backup_file, durable_file, heads_file, secret_key_file
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
    with backup_file.key_and_settings(file, folder):
        pass
    return [folder / "secret-key", folder / "hubbub.toml"]


@pytest.mark.parametrize("write", [the_key, the_setup_code, the_heads, what_comes_out_of_a_backup])
def test_a_new_file_is_there_and_whole_and_was_never_half_there(
    write: Callable[[Path], list[Path]], tmp_path: Path, power: PowerCuts
) -> None:
    for path in write(tmp_path):
        assert path.read_bytes()
        assert power.left(path) == {path.read_bytes()}
        assert power.ever(path) <= {None, path.read_bytes()}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_replaced_file_is_the_old_one_until_it_is_the_new_one(tmp_path: Path, power: PowerCuts) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    power.was_there(path)
    assert durable_file.write(path, b"new")
    assert power.ever(path) == {b"old", b"new"}
    assert power.left(path) == {b"new"}


def test_a_backup_is_the_old_one_until_it_is_the_new_one(
    house: Site, tmp_path: Path, power: PowerCuts, django_db_blocker: DjangoDbBlocker
) -> None:
    file = tmp_path / "chat.zip"
    file.write_bytes(b"yesterday's")
    power.was_there(file)
    with django_db_blocker.unblock():  # for the database of the backup
        backup.write(Config(data=house.data), file, lambda done, total: None)
    assert zipfile.is_zipfile(file)
    assert power.ever(file) == {b"yesterday's", file.read_bytes()}
    assert power.left(file) == {file.read_bytes()}


def test_the_model_finds_what_is_not_synced(tmp_path: Path, power: PowerCuts) -> None:
    """A file that is linked into place unsynced may be there and empty, or not there."""
    (tmp_path / "draft").write_text("a key")
    os.link(tmp_path / "draft", tmp_path / "key")
    assert power.left(tmp_path / "key") == {b"", None}


def test_of_two_processes_the_first_ones_file_stays(tmp_path: Path) -> None:
    assert durable_file.write(tmp_path / "file", b"first", replace=False)
    assert not durable_file.write(tmp_path / "file", b"second", replace=False)
    assert (tmp_path / "file").read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_a_draft_that_a_crash_left_is_in_nobodys_way(tmp_path: Path) -> None:
    """In a container the process has the same number after each start."""
    (tmp_path / f".file.{os.getpid()}").write_text("half")
    durable_file.write(tmp_path / "file", b"whole")
    assert (tmp_path / "file").read_bytes() == b"whole"


def test_folders_are_synced_into_the_ones_above_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(os.readlink(f"/proc/self/fd/{file}")))
    durable_file.make_folder(tmp_path / "srv" / "chat")
    assert {str(tmp_path), str(tmp_path / "srv")} <= set(synced)


# ── nobody writes files in another way ──────────────────────────────────────────────────────────

OTHER_WAYS = {
    "durable_file.py": "is the one way",
    "server/lock.py": "a lock says something only while its process runs",
    "heads_file.py": "is mapped into memory; `write` places it",
    "backup.py": "unpacks into a draft that `durable_file` made and places",
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
    assert set(OTHER_WAYS) <= set(found), "an exception that nobody needs any more"


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
    """Whether it is a mode of `open` that writes."""
    value = argument.value if isinstance(argument, ast.Constant) else ""
    return isinstance(value, str) and value.rstrip("b") in {"w", "a", "x", "r+", "w+"}
