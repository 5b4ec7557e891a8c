"""Checks of the data directory: writable, kind of disk, free space, secret key, file permissions."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from hubbub import storage_faults
from hubbub_site import private_files, secret_key_file
from hubbub_site.config import Config, toml_file
from hubbub_site.doctor.finding import Finding
from hubbub_site.storage_errors import explain

LITTLE_SPACE = 512 * 1024**2
FILE_SYSTEMS_OF_OTHERS = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "fuse.sshfs",
    "9p",
    "afs",
    "ceph",
    "glusterfs",
}


def data_directory(config: Config) -> Iterator[Finding]:
    data = config.data.resolve()
    # Probe SQLite's files too: they may belong to another user than the directory.
    if fault := storage_faults.probe_folder(data) if config.database_url else storage_faults.probe():
        yield Finding("fail", explain(fault).rstrip("."))
        return
    kind = file_system_of(data)
    if kind in FILE_SYSTEMS_OF_OTHERS and not config.database_url:
        yield Finding(
            "fail", f"{data} is on {kind}: SQLite loses data on network disks; move it to a local one"
        )
    else:
        yield Finding("ok", f"Data directory {data} can be written{f', on {kind}' if kind else ''}")
    free = shutil.disk_usage(data).free
    space = f"{free / 1024**3:.1f} GiB free"
    yield Finding("warn", f"Only {space}; make room") if free < LITTLE_SPACE else Finding("ok", space)


def key(config: Config) -> Iterator[Finding]:
    if config.secret_key:
        return
    if damage := secret_key_file.damage(config.data):
        yield Finding("fail", damage.rstrip("."))


def permissions(config: Config) -> Iterator[Finding]:
    """Whether other users of the machine may read the messages, or the key that signs logins."""
    exposed = list(private_files.exposed(config.data.resolve()))
    for path in exposed:
        yield Finding("fail", f"Others can read {path}; `hubbub serve` closes it, or: chmod 600 {path}")
    if not exposed:
        yield Finding("ok", "Only its owner can read the files in the data directory")
    if (settings := toml_file()).is_file() and settings.stat().st_mode & 0o007:
        yield Finding("warn", f"Everybody on this machine can read {settings}, which may hold passwords")


def file_system_of(path: Path) -> str:
    """The file system of a path, such as ext4; empty if the system does not report it."""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return ""
    # The deepest mount above the path; of two mounts at the same path, the later one hides the earlier.
    above = [
        (mount[1], mount[2])
        for mount in mounts
        if path.is_relative_to(mount[1].encode().decode("unicode_escape"))
    ]
    return max(enumerate(above), key=lambda entry: (len(entry[1][0]), entry[0]))[1][1] if above else ""
