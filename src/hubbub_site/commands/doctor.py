"""Check the installation, and say what to do about each problem.

Read-only, and safe while a server is running. The exit code is 1 if a check failed.

  hubbub doctor --data /srv/chat
"""

from __future__ import annotations

import argparse
import os

from hubbub_site import config as settings_file
from hubbub_site import secret_key_file
from hubbub_site.commands import start

MARKS = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}


def arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace) -> int:
    config = settings_file.load()
    if not config.secret_key and secret_key_file.damage(config.data):
        # The checks sign nothing. `config` has no key yet, so the check of the key reports the damage.
        os.environ["HUBBUB_SECRET_KEY"] = secret_key_file.new_key()
    start(make=False)
    from hubbub_site.doctor.checks import CHECKS

    failed = 0
    for check in CHECKS:
        for finding in check(config):
            print(f"{MARKS[finding.grade]}  {finding.text}")
            failed += finding.grade == "fail"
    print(f"{failed} failed." if failed else "Nothing failed.")
    return 1 if failed else 0
