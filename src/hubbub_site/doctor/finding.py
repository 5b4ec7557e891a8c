"""The result of a check of `hubbub doctor`: a grade, and a sentence that says what to do if needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from hubbub_site.config import Config


class Finding(NamedTuple):
    grade: Literal["ok", "warn", "fail"]
    text: str


Check = Callable[[Config], Iterator[Finding]]
