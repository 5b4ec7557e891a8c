"""What the people of the demo are called."""

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
    """Different for the first few hundred, then with a number behind."""
    first, last = FIRST[(number - 1) % len(FIRST)], LAST[(number - 1) % len(LAST)]
    again = (number - 1) // (len(FIRST) * len(LAST))
    return f"{first} {last}" + (f" {again + 1}" if again else "")
