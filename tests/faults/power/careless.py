"""A server that does something else than the product: `python -m tests.faults.power.careless serve …`.

PRAGMAS are further settings of its SQLite connections. FORGETFUL=key: nothing is synced while the secret key is made.
"""

from __future__ import annotations

import os
import sys


def main() -> int:
    from hubbub_site import databases, secret_key_file

    vars(databases)["SQLITE_PRAGMAS"] += os.environ.get("PRAGMAS", "")
    if os.environ.get("FORGETFUL") == "key":
        sync, prepare = os.fsync, secret_key_file.prepare

        def without_syncs(*arguments: object) -> None:
            vars(os)["fsync"] = vars(os)["fdatasync"] = lambda descriptor: None
            try:
                prepare(*arguments)  # type: ignore[arg-type]
            finally:
                vars(os)["fsync"] = vars(os)["fdatasync"] = sync

        vars(secret_key_file)["prepare"] = without_syncs

    from hubbub_site import cli

    return int(cli.main(sys.argv[1:]) or 0)


if __name__ == "__main__":
    sys.exit(main())
