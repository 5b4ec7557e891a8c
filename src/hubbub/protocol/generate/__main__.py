"""Write the files that are made from the protocol's types, or say which of them are stale."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from hubbub.protocol.generate import permission_table, reference, typescript

FILES: dict[str, Callable[[], str]] = {
    "docs/protocol.md": reference.document,
    "client/src/protocol/types.ts": typescript.document,
    "client/src/protocol/permissions.ts": permission_table.table,
    "client/src/testing/permissionCases.ts": permission_table.cases,
}


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    stale = [name for name, document in FILES.items() if _text_of(options.root / name) != document()]
    if not stale:
        return 0
    if options.check:
        print(
            f"{' and '.join(stale)} no longer match src/hubbub/protocol: run bin/generate.", file=sys.stderr
        )
        return 1
    for name in stale:
        path: Path = options.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FILES[name](), encoding="utf-8", newline="\n")
        print(f"wrote {name}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hubbub.protocol.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is stale")
    parser.add_argument(
        "--root",
        type=Path,
        default=Path(__file__).resolve().parents[4],
        help="the checkout to write into (default: the one this program is in)",
    )
    return parser


def _text_of(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
