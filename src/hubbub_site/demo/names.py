"""Names of the demo's members."""

from __future__ import annotations

FIRST = (
    "Amina", "Björn", "Chen", "Dalia", "Emeka", "Fatima", "Giulia", "Hiro", "Ines", "Jonas", "Karim", "Lena", "Mei",
    "Nadia", "Omar", "Priya", "Quentin", "Rosa", "Samir", "Tanvi", "Umar", "Vera", "Wei", "Ximena", "Yusuf", "Zofia",
    "عمر", "ليلى", "سلمى", "小明", "丽华",
)  # fmt: skip
LAST = (
    "Haddad", "Lindqvist", "Wang", "Okafor", "Rossi", "Tanaka", "Costa", "Weber", "Nasser", "Singh", "Moreau", "García",
    "Petrov", "Kaya", "Novak", "Silva", "Khan",
)  # fmt: skip


def name_of(number: int) -> str:
    """A name for member `number`. Unique for the first few hundred; later names get a number."""
    first, last = FIRST[(number - 1) % len(FIRST)], LAST[(number - 1) % len(LAST)]
    again = (number - 1) // (len(FIRST) * len(LAST))
    return f"{first} {last}" + (f" {again + 1}" if again else "")
