"""Print the audit log: sign-ins, and what owners and admins did to accounts. The oldest line comes first.

Owners read the same on the page “Audit log”. Lines are kept for HUBBUB_AUDIT_DAYS.

  hubbub audit --data /srv/chat                             the last 30 days
  hubbub audit --since 2026-11-01 --who alice               by or about one person
  hubbub audit --since 7d --what sign_in_failed --json      one JSON object a line, for other programs
"""

from __future__ import annotations

import argparse
import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hubbub_site.commands import Refused, require_database, start

if TYPE_CHECKING:
    from hubbub_site.accounts.models import AuditEntry

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--since", default="30d", help="a date, a time (ISO 8601, UTC), or 30m, 12h, 7d (default: 30d)"
    )
    parser.add_argument("--who", default="", help="a username, or “shell”: lines by or about them")
    parser.add_argument("--what", default="", help="one kind of line, such as role_changed")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(args: argparse.Namespace) -> int:
    since = moment(args.since)
    start(make=False)
    require_database()
    from hubbub_site.accounts.audit_codes import What
    from hubbub_site.accounts.audit_filter import filtered

    kinds = {str(kind) for kind in What}
    if args.what and args.what not in kinds:
        raise Refused(f"There is no kind of line {args.what!r}; there are {', '.join(sorted(kinds))}.")
    for entry in filtered(args.who, args.what).filter(at__gte=since).order_by("pk").iterator():
        print(json.dumps(as_document(entry), ensure_ascii=False) if args.json else as_text(entry))
    return 0


def moment(text: str) -> datetime:
    """A date, a time, or how long ago. Raises Refused if it is none of them."""
    if ago := re.fullmatch(r"(\d{1,5})([mhd])", text):
        return datetime.now(UTC) - timedelta(**{UNITS[ago[2]]: int(ago[1])})
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(f"--since {text}: write a date such as 2026-11-01, or 12h, 7d.") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def as_document(entry: AuditEntry) -> dict[str, Any]:
    """The object that `--json` prints. Names and meanings of the fields are stable."""
    return {
        "at": entry.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "what": entry.what,
        "by": entry.by_name or None,
        "about": entry.about_name or None,
        "address": entry.address or None,
        "times": entry.times,
        "details": entry.details,
    }


def as_text(entry: AuditEntry) -> str:
    parts = [f"{entry.at:%Y-%m-%d %H:%M:%S}Z", entry.what]
    parts += [f"by {entry.by_name}"] if entry.by_name else []
    parts += [f"about {entry.about_name}"] if entry.about_name not in ("", entry.by_name) else []
    parts += [f"from {entry.address}"] if entry.address else []
    parts += [f"{entry.times} times"] if entry.times > 1 else []
    # As JSON: a label is typed text and must not add a line or send control codes to the terminal.
    parts += [json.dumps(entry.details)] if entry.details else []
    return "  ".join(parts)
