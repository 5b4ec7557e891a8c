"""Fill a database with people, rooms and messages, to try things out or to measure them.

Makes member1 … memberN, who all share one password, the room `general` with everybody in it, and room1 … roomN with
ten members each: room j has member j to j+9, counted in a circle. Nine of ten messages go to `general`, every tenth
to the other rooms in turn; with --rooms 0 all go to `general`. Message i always has the same id, time and text:
English, Arabic, Chinese and code. If you run it again with larger numbers, it adds what is missing.

  hubbub demo --data /tmp/chat
  hubbub demo --data /tmp/big --members 100 --rooms 0 --messages 1000000      some minutes
"""

from __future__ import annotations

import argparse
import secrets
import time

from hubbub_site.commands import Refused, start
from hubbub_site.commands.migrate import migrate
from hubbub_site.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--members", type=int, default=20, metavar="N", help="people (default: 20)")
    parser.add_argument(
        "--rooms", type=int, default=5, metavar="N", help="rooms besides general (default: 5)"
    )
    parser.add_argument("--messages", type=int, default=2000, metavar="N", help="messages (default: 2000)")
    parser.add_argument("--password", help="of all of them (default: one is made up)")


def run(args: argparse.Namespace) -> int:
    if args.members < 1 or args.rooms < 0 or args.messages < 0:
        raise Refused("It needs at least one member, and no number can be negative.")
    config = start(make=True)
    migrate()
    from hubbub_site.demo.filling import fill

    password = args.password or secrets.token_urlsafe(9)
    started = time.monotonic()
    filled = fill(
        members=args.members,
        rooms=args.rooms,
        messages=args.messages,
        password=password,
        progress=Progress("messages"),
    )
    print(
        f"{filled.members} members, {filled.rooms} rooms and {filled.messages} messages were added"
        f" in {time.monotonic() - started:.0f} s."
    )
    if filled.members:
        print(f"Sign in as member1 … member{args.members} with the password: {password}")
    print(f"hubbub serve --data {config.data}")
    return 0
