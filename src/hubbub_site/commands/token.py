"""Print a new bearer token for somebody, and nothing else.

Scripts and devices sign in with it: `Authorization: Bearer …` on /ws/, /ws/chat/<room>/ and /api/. It is shown only
once; its owner renews and revokes it on the page “Tokens”. It works for 90 days unless --days says otherwise.

  TOKEN=$(hubbub token alice --label "backup script" --data /srv/chat)
  hubbub token doorbell --days never --data /srv/chat      for a bot or a device that is hard to reach
  curl -H "Authorization: Bearer $TOKEN" -d '{}' http://127.0.0.1:8000/api/member.directory
"""

from __future__ import annotations

import argparse
from datetime import timedelta

from hubbub.protocol import limits
from hubbub_site.commands import Refused, require_database, start


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username", help="whose token it will be: a user, or the handle of a bot")
    parser.add_argument(
        "--days",
        type=lifetime,
        default=limits.TOKEN_DAYS,
        metavar="N",
        help=f"days that it works, or “never” for no end (default: {limits.TOKEN_DAYS})",
    )
    parser.add_argument(
        "--label", default="made in the shell", help="what it is for, to distinguish it from others"
    )


def run(args: argparse.Namespace) -> int:
    start(make=False)
    require_database()
    from django.utils import timezone

    from hubbub import actions
    from hubbub.errors import HubbubError
    from hubbub.models import Member
    from hubbub.protocol.objects import Role
    from hubbub_site.accounts.audit import by_shell
    from hubbub_site.accounts.models import User

    name = User.normalize_username(args.username)
    try:
        if user := User.objects.filter(username=name).first():
            member = actions.member_for(user)
        else:
            member = Member.objects.get(handle=name, role=Role.BOT)
        end = timezone.now() + timedelta(days=args.days) if args.days else None
        with by_shell():
            _, secret = actions.create_token(
                member=member, label=args.label, expires_at=end, never_expires=end is None
            )
    except Member.DoesNotExist:
        raise Refused(f"Nobody here is called {args.username}.") from None
    except HubbubError as error:
        raise Refused(error.message) from None
    print(secret)
    return 0


def lifetime(text: str) -> int:
    """Days, 1 to 3650; 0 for “never”."""
    if text == "never":
        return 0
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 3650:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is neither “never” nor a number of days from 1 to 3650")
