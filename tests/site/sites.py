"""Sites to back up, restore and copy: a data directory or a PostgreSQL database with people and messages.

`hubbub(site, "backup", file)` runs the command in a process. `whole(site)` returns everything that must survive a copy:
each table's digest, so that two sites with the same rows compare equal in any database.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from tests.serving import Site, settle, shell_of

ODD_TEXT = "‮🫥 e\u0301 \u200b\ufeff\u2028 \\x00 '; DROP TABLE room; -- \U0010ffff ڿ\t\n“"


HALVES = (
    "SELECT r.id FROM hubbub_room r LEFT JOIN hubbub_message m ON m.room_id = r.id GROUP BY r.id"
    " HAVING r.seq <> coalesce(max(m.seq), 0) OR r.last_number <> count(m.id) OR r.posts <> coalesce(max(m.post), 0)"
)
"""Finds rooms whose counters do not match their messages: such a copy is not a consistent snapshot."""


def hubbub(site: Site, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `hubbub …` in a process with the site's environment only."""
    command = [sys.executable, "-m", "hubbub_site.cli", *map(str, arguments)]
    variables = site.variables(**environment)
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=120)


def succeeds(site: Site, *arguments: str | Path, **environment: str) -> str:
    """Run a command that must succeed. Returns its output."""
    done = hubbub(site, *arguments, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def is_refused(site: Site, *arguments: str | Path, **environment: str) -> str:
    """Run a command that must be refused. Returns its sentence."""
    return _ends_with(2, site, *arguments, **environment)


def fails(site: Site, *arguments: str | Path, **environment: str) -> str:
    """Run a command that must find a fault. Returns its sentence."""
    return _ends_with(1, site, *arguments, **environment)


def _ends_with(code: int, site: Site, *arguments: str | Path, **environment: str) -> str:
    done = hubbub(site, *arguments, **environment)
    assert done.returncode == code, done.stderr or done.stdout
    lines = [line for line in done.stderr.splitlines() if line.startswith(f"hubbub {arguments[0]}: ")]
    assert len(lines) == 1 and "Traceback" not in done.stderr, done.stderr
    return lines[0].partition(": ")[2]


def add_people_and_messages(site: Site) -> None:
    """Four people, rooms of every kind, edits, a tombstone, reading positions, an invitation, a group."""
    with shell_of(site) as shell:
        settle(site, shell)
        shell.run(
            """
from datetime import timedelta
from django.contrib.auth.models import Group, Permission
from django.utils import timezone
from hubbub_site.accounts.models import Invitation
from hubbub_site.accounts.models.invitation import digest_of
alice, bob, carol = member("alice"), member("bob"), member("carol")
user = User.objects.get(username="alice")
user.set_password("a long summer day")
user.save()
actions.name_workspace(name="The Lighthouse")
square = actions.create_room(by=alice, name="square")
actions.invite_members(by=alice, room=square, members=[bob, carol])
desk = actions.open_direct(by=alice, members=[bob])
said = [actions.send_message(author=alice, room=square, text=f"number {n}") for n in range(30)]
actions.send_message(author=bob, room=desk, text=odd)
actions.edit_message(by=alice, message=Message.objects.get(pk=said[3].pk), text="better", seq=said[3].seq)
actions.delete_message(by=alice, message=Message.objects.get(pk=said[5].pk))
actions.mark_read(membership=Membership.objects.get(room=square, member=bob), number=7)
Invitation.objects.create(digest=digest_of("a secret"), created_by=user, max_uses=3, uses=1, room=square)
group = Group.objects.create(name="gardeners")
group.permissions.set(Permission.objects.all()[:5])
""",
            odd=ODD_TEXT,
        )


def whole(site: Site) -> dict[str, Any]:
    """The number of rows and the digest of every table."""
    with shell_of(site) as shell:
        found: dict[str, Any] = shell.ask(
            "{m._meta.label: [m._base_manager.count(), str(copy.digest(m, 'default'))]"
            " for copy in [__import__('hubbub_site.database_copy').database_copy] for m in copy._models()}"
        )
    return found


def without_epoch(tables: dict[str, Any]) -> dict[str, Any]:
    return {label: rows for label, rows in tables.items() if label != "hubbub.Workspace"}


@contextmanager
def a_database(server: str) -> Iterator[str]:
    """The URL of a new, empty database in a PostgreSQL server."""
    name = f"site_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        yield f"{server.rpartition('/')[0]}/{name}"
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
