"""Decoding an untrusted file in its own process: the result, and the damage that it cannot do."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from hubbub.sandbox import DecodersBusy, Malformed, TooMuch, confinement, decode, decoding

pytestmark = pytest.mark.standalone

takes_files = pytest.mark.skipif(not confinement.can_take_files(), reason="this kernel has no Landlock")
takes_calls = pytest.mark.skipif(not confinement.can_take_calls(), reason="no seccomp filter for this system")


def here(function: str, data: bytes | Path = b"", **more: Any) -> Any:
    return decode(f"tests.sandbox.decoders:{function}", data, **more)


def left_behind() -> set[str]:
    return {name for name in os.listdir(tempfile.gettempdir()) if name.startswith("hubbub-decoder-")}


def test_it_returns_facts_and_bytes(tmp_path: Path) -> None:
    assert here("count", b"abracadabra") == ({"bytes": 11, "letters": 5}, b"abr")
    file = tmp_path / "upload"
    file.write_bytes(b"banana")
    assert here("count", file, options={"letter": "n"}) == ({"bytes": 6, "letters": 2}, b"ban")


def test_it_inherits_nothing_from_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBBUB_SECRET_KEY", "canary-key")
    monkeypatch.setenv("DATABASE_URL", "postgres://canary")
    facts, _ = here("surroundings")
    assert "canary" not in str(facts)
    assert set(facts["environment"]) <= {"LANG", "LC_CTYPE", "HOME", "TMPDIR"}
    assert facts["files"] == []
    assert not Path(facts["cwd"]).exists()


def test_a_file_that_the_decoder_refuses_is_malformed() -> None:
    with pytest.raises(Malformed, match="ValueError: not a picture"):
        here("fails")


def test_a_decoder_that_allocates_endlessly_is_stopped() -> None:
    """A file may claim a huge size."""
    with pytest.raises(TooMuch, match="MemoryError"):
        here("allocates", memory=200_000_000)


def test_a_decoder_that_never_ends_is_killed() -> None:
    with pytest.raises(TooMuch, match="in time"):
        here("sleeps", seconds=1.5)


def test_a_decoder_that_computes_endlessly_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding.limits, "DECODE_CPU_SECONDS", 1)
    with pytest.raises(TooMuch, match="processor time"):
        here("loops", seconds=60)


@takes_calls
def test_a_decoder_starts_no_other_process() -> None:
    assert here("forks").facts == {"started": 0}


def test_processes_that_a_decoder_started_end_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """For systems that cannot forbid processes (root without seccomp): the whole process group is killed."""
    groups: list[int] = []
    usual = decoding._end

    def end(process: Any) -> None:
        groups.append(process.pid)
        usual(process)

    monkeypatch.setattr(decoding, "_end", end)
    here("forks")
    with pytest.raises(ProcessLookupError):
        for _ in range(200):
            os.killpg(groups[0], 0)
            threading.Event().wait(0.05)


def test_the_output_of_a_decoder_is_discarded() -> None:
    assert here("prints").facts == "printed"


def test_an_endless_result_is_cut_off() -> None:
    with pytest.raises(TooMuch, match="result"):
        here("answers_without_end")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no newline",
        "[]\n",
        "{}\n",
        '{"error": 5}\n',
        "[" * 60_000 + "\n",
        "\x80\x04.\n",
        "x" * 70_000 + "\n",
    ],
)
def test_an_invalid_result_is_malformed(text: str) -> None:
    """A decoder that was taken over may write anything. It is parsed as JSON, never as pickle."""
    with pytest.raises(Malformed):
        here("answers_nonsense", options={"text": text})


@pytest.mark.parametrize("function", ["crashes", "leaves"])
def test_a_decoder_that_crashes_is_an_error_and_the_next_one_works(function: str) -> None:
    """A crash of a decoder affects no other file."""
    with pytest.raises(Malformed, match="without a result"):
        here(function)
    assert here("count", b"a").facts["bytes"] == 1


def test_a_huge_file_is_not_written() -> None:
    with pytest.raises(TooMuch):
        here("writes", options={"size": 200_000_000})


def test_many_large_files_are_not_written() -> None:
    with pytest.raises(TooMuch, match="to disk"):
        here("writes", options={"size": 30_000_000, "files": 100})


def test_nothing_is_left_behind() -> None:
    before = left_behind()
    for function in ("count", "fails", "crashes"):
        with contextlib.suppress(Malformed):
            here(function)
    assert left_behind() - before == set()


@takes_calls
def test_a_decoder_has_no_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        where = str(server.getsockname()[1])
        assert here("tries", options={"what": "connect", "where": where}).facts == {
            "refused": "PermissionError"
        }


@takes_calls
def test_a_decoder_cannot_run_programs_or_send_signals() -> None:
    heard: list[int] = []
    usual = signal.signal(signal.SIGUSR1, lambda number, _: heard.append(number))
    try:
        assert here("tries", options={"what": "execute"}).facts == {"refused": "PermissionError"}
        found = here("tries", options={"what": "kill", "where": str(os.getpid())})
    finally:
        signal.signal(signal.SIGUSR1, usual)
    assert found.facts == {"refused": "PermissionError"}
    assert heard == []


@takes_files
def test_a_decoder_reads_and_writes_no_file_of_the_server(tmp_path: Path) -> None:
    """A decoder that was taken over must not return the database or the secret key."""
    secret = tmp_path / "secret-key"
    secret.write_text("canary")
    for what, where in (("read", secret), ("write", secret), ("list", tmp_path), ("write", tmp_path / "new")):
        found = here("tries", options={"what": what, "where": str(where)})
        assert found.facts == {"refused": "PermissionError"}, (what, where)
    assert secret.read_text() == "canary"
    assert not (tmp_path / "new").exists()
    assert here("tries", options={"what": "read", "where": "/etc/passwd"}).facts == {
        "refused": "PermissionError"
    }


@takes_calls
def test_a_decoder_may_use_threads() -> None:
    assert here("tries", options={"what": "thread"}).facts == {"refused": None}


def test_the_process_ends_with_the_server(tmp_path: Path) -> None:
    """A killed server leaves no decoder running."""
    if sys.platform != "linux":
        pytest.skip("only Linux notifies a child of its parent's end")
    code = (
        "import sys; sys.path[:] = " + repr(sys.path) + "\n"
        "from hubbub.sandbox import decode, decoding\n"
        "import subprocess\n"
        "usual = subprocess.Popen\n"
        "def start(*a, **k):\n"
        "    process = usual(*a, **k); print(process.pid, flush=True); return process\n"
        "decoding.subprocess.Popen = start\n"
        "decode('tests.sandbox.decoders:sleeps', b'', seconds=600)\n"
    )
    server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    decoder = int(server.stdout.readline())
    time.sleep(0.5)
    server.kill()
    server.wait()
    server.stdout.close()
    end = time.monotonic() + 20
    while (
        Path(f"/proc/{decoder}").exists() and "\nState:\tZ" not in Path(f"/proc/{decoder}/status").read_text()
    ):
        assert time.monotonic() < end, "the decoder lives on"
        time.sleep(0.05)


def test_the_queue_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "_waiting", decoding.limits.DECODERS_WAITING)
    with pytest.raises(DecodersBusy):
        here("count")
