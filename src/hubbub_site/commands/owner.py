"""Create an owner from the shell, or make an existing account an owner and set its password.

For servers that are set up without a browser, or if the only owner has forgotten the password.

  hubbub owner alice --data /srv/chat                    asks for the password (Enter keeps an old one)
  hubbub owner alice --name "Alice Liddell" --generate   makes one up and prints it
  pass show chat | hubbub owner alice --password-stdin
"""

from __future__ import annotations

import argparse
import getpass
import secrets
import sys
from typing import TYPE_CHECKING

from hubbub_site.commands import Refused, start
from hubbub_site.commands.migrate import migrate

if TYPE_CHECKING:
    from hubbub_site.accounts.models import User


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username", help="name to sign in with")
    parser.add_argument("--name", default="", help="name that others see (default: the username)")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--generate", action="store_true", help="make up a password and print it")
    way.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


def run(args: argparse.Namespace) -> int:
    start(make=True)
    migrate()
    from hubbub_site.accounts.models import User

    user = User.objects.filter(username=User.normalize_username(args.username)).first()
    password = ask_password(args, exists=user is not None)
    if user is None:
        _create(args, password)
    else:
        _promote(user, password)
    if args.generate:
        print(password)
    return 0


def ask_password(args: argparse.Namespace, *, exists: bool) -> str:
    """The new password; empty to keep the one of an existing account."""
    if args.generate:
        return secrets.token_urlsafe(12)
    if args.password_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        if exists:
            return ""
        raise Refused("There is no terminal to ask for a password; use --generate or --password-stdin.")
    password = getpass.getpass("New password, or Enter to keep the old one: " if exists else "Password: ")
    if password and getpass.getpass("The same again: ") != password:
        raise Refused("The two passwords differ.")
    return password


def _create(args: argparse.Namespace, password: str) -> None:
    from django.db import transaction

    from hubbub.protocol.objects import Role
    from hubbub_site.accounts.account_creation import create_account
    from hubbub_site.accounts.audit import by_shell, record
    from hubbub_site.accounts.audit_codes import What
    from hubbub_site.accounts.forms import NewAccountForm

    form = NewAccountForm(
        {"username": args.username, "name": args.name or args.username, "password": password}
    )
    if not form.is_valid():
        raise Refused(
            " ".join(f"{field}: {error}" for field, errors in form.errors.items() for error in errors)
        )
    with by_shell(), transaction.atomic():
        user = create_account(**form.cleaned_data, role=Role.OWNER)
        record(What.OWNER_MADE, about=user)
    print(f"{user.username} is an owner now.", file=sys.stderr)


def _promote(user: User, password: str) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from hubbub.models import Member
    from hubbub.protocol.objects import Role
    from hubbub_site.accounts import people
    from hubbub_site.accounts.audit import by_shell, record
    from hubbub_site.accounts.audit_codes import What

    if password:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from None
    with by_shell(), transaction.atomic():
        if password:
            people.set_password(user, password)
        # The shell acts as an existing owner. There is one, because the last owner cannot be removed.
        owner = Member.objects.active().filter(role=Role.OWNER).first()
        people.make_owner(by=owner, user=user)
        record(What.OWNER_MADE, about=user)
    print(f"{user.username} is an owner{' with a new password' if password else ''}.", file=sys.stderr)
