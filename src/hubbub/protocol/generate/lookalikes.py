"""Writes `protocol/lookalike_characters.py` from Unicode's table of confusable characters (UTS 39).

Run it with the package that brings the table, which Hubbub itself does not need:
`uv run --with confusable-homoglyphs==3.3.1 python -m hubbub.protocol.generate.lookalikes`
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

IN_A_ROW = 9
HEAD = '''"""Characters of other scripts that look like ASCII ones. Written by `generate/lookalikes.py`."""

from __future__ import annotations

LOOKALIKES: dict[str, str] = {
'''


def document(table: Mapping[str, Sequence[Mapping[str, str]]]) -> str:
    """The module's text. `table`: character → the characters it may be taken for, each under the key `c`."""
    found: dict[str, list[str]] = {}
    for character, others in table.items():
        if len(character) != 1 or character.isascii() or _folds_by_itself(character):
            continue
        for other in others:
            if len(other["c"]) == 1 and other["c"].isascii() and other["c"].isalnum():
                found.setdefault(other["c"], []).append(character)
                break
    lines = [HEAD]
    for letter, characters in sorted(found.items()):
        escapes = [f"\\U{ord(c):08x}" if ord(c) > 0xFFFF else f"\\u{ord(c):04x}" for c in sorted(characters)]
        rows = ["".join(escapes[start : start + IN_A_ROW]) for start in range(0, len(escapes), IN_A_ROW)]
        lines += [f'    "{letter}": (\n', *(f'        "{row}"\n' for row in rows), "    ),\n"]
    return "".join([*lines, "}\n"])


def _folds_by_itself(character: str) -> bool:
    """Wide letters, mathematical ones and letters with accents become ASCII by normalisation."""
    return unicodedata.normalize("NFKD", character)[0].isascii()


if __name__ == "__main__":
    data = files("confusable_homoglyphs") / "confusables.json"
    target = Path(__file__).parent.parent / "lookalike_characters.py"
    target.write_text(document(json.loads(data.read_text(encoding="utf-8"))), encoding="utf-8")
    sys.stdout.write(f"wrote {target}\n")
