"""Print a new bearer token for somebody, and nothing else.

Scripts and devices sign in with it: `Authorization: Bearer …` on /ws/, /ws/chat/<room>/ and /api/. It is shown this
once; its owner sees and revokes it on the page “Tokens”.

  TOKEN=$(hubbub token alice --label "backup script" --data /srv/chat)
  curl -H "Authorization: Bearer $TOKEN" -d '{}' http://127.0.0.1:8000/api/member.directory
"""

from __future__ import annotations

import argparse

from hubbub_site.commands import Refused, require_database, start


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username", help="whose token it will be: a user, or the handle of a bot")
    parser.add_argument("--label", default="made in the shell", help="what it is for, to tell it from others")


def run(args: argparse.Namespace) -> int:
    start(make=False)
    require_database()
    from hubbub import actions
    from hubbub.errors import HubbubError
    from hubbub.models import Member
    from hubbub.protocol.objects import Role
    from hubbub_site.accounts.models import User

    name = User.normalize_username(args.username)
    try:
        if user := User.objects.filter(username=name).first():
            member = actions.member_for(user)
        else:
            member = Member.objects.get(handle=name, role=Role.BOT)
        _, secret = actions.create_token(member=member, label=args.label)
    except Member.DoesNotExist:
        raise Refused(f"Nobody here is called {args.username}.") from None
    except HubbubError as error:
        raise Refused(error.message) from None
    print(secret)
    return 0
