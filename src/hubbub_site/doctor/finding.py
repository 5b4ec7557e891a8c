"""What a check of `hubbub doctor` has found: how it is and, if need be, what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from hubbub_site.config import Config


class Finding(NamedTuple):
    grade: Literal["ok", "warn", "fail"]
    text: str


Check = Callable[[Config], Iterator[Finding]]
