"""Checks the subjects of the commits that are not on origin/main yet. Without such a ref there is nothing to check.

A subject has at most 72 characters, starts with a capital letter, is imperative as far as a program can tell, and has
no full stop. Commits from before this file was added are left alone, as are merges.
"""

from __future__ import annotations

import re
import subprocess
import sys

BASE = "refs/remotes/origin/main"
LONGEST = 72  # characters; git and forges cut longer subjects
NOT_IMPERATIVE = re.compile(
    r"\w+(?:ed|ing|[^sui]s)$"
)  # Added, Adding, Adds; but not Process, Focus, Analysis
IMPERATIVE_ALL_THE_SAME = {
    "Bring",
    "Embed",
    "Exceed",
    "Feed",
    "Need",
    "Proceed",
    "Seed",
    "Speed",
    "String",
    "Swing",
}


def main() -> None:
    if not git("for-each-ref", BASE):
        return
    faults = [
        f"{commit}: {fault}: {subject}"
        for commit, subject in new_commits()
        if (fault := fault_of(subject)) is not None
    ]
    sys.exit("\n".join(faults) or None)


def new_commits() -> list[tuple[str, str]]:
    """Short hash and subject of each commit to check."""
    introduced = git("log", "--diff-filter=A", "--format=^%H", "--", __file__).split()[-1:]
    log = git("log", "--no-merges", "--format=%h %s", "HEAD", f"^{BASE}", *introduced)
    return [(commit, subject) for commit, _, subject in (line.partition(" ") for line in log.splitlines())]


def fault_of(subject: str) -> str | None:
    verb = subject.split(" ")[0]
    if len(subject) > LONGEST:
        return f"{len(subject)} characters, at most {LONGEST} are allowed"
    if not subject[:1].isupper():
        return "does not start with a capital letter"
    if subject.endswith("."):
        return "ends with a full stop"
    if NOT_IMPERATIVE.match(verb) and verb not in IMPERATIVE_ALL_THE_SAME:
        return f"is not imperative ({verb})"
    return None


def git(*arguments: str) -> str:
    found = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)  # noqa: S607
    return found.stdout.strip()


if __name__ == "__main__":
    main()
