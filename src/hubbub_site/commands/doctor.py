"""Look whether everything is in order, and say what to do where it is not.

Changes nothing; safe beside a running server. Ends with exit code 1 if something failed.

  hubbub doctor --data /srv/chat
"""

from __future__ import annotations

import argparse

from hubbub_site.commands import start

MARKS = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}


def arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace) -> int:
    config = start(make=False)
    from hubbub_site.checkup import CHECKS

    failed = 0
    for check in CHECKS:
        for finding in check(config):
            print(f"{MARKS[finding.grade]}  {finding.text}")
            failed += finding.grade == "fail"
    print(f"{failed} failed." if failed else "Nothing failed.")
    return 1 if failed else 0
