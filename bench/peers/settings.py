"""A peer's configuration file: a template next to its module, filled in for one start."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from string import Template

from bench.machine import BENCH


@contextlib.contextmanager
def settings(template: str, **values: object) -> Iterator[Path]:
    """The file with $port and other values filled in, in a temporary folder ($place)."""
    source = BENCH / "peers" / template
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as place:
        file = Path(place) / source.name
        file.write_text(Template(source.read_text()).substitute(values, place=place))
        yield file
