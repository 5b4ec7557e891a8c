"""A server with people and secrets in it, to be attacked; and what an attack came to."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.attacks.canaries.planting import Known, plant
from tests.serving import Server, Shell, new_site, served, shell_of


@dataclass
class Seen:
    """What an attack came to: figures for people, and sentences about what did not hold."""

    figures: dict[str, Any] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Ground:
    """A server with people and secrets in it, and how long and with which choices it is attacked."""

    server: Server
    shell: Shell
    known: Known
    seconds: float
    seed: int

    @property
    def chance(self) -> Random:
        return Random(self.seed)


@contextlib.contextmanager
def ground(seconds: float, seed: int, **environment: str) -> Iterator[Ground]:
    """A fresh server. Rates are lifted unless `environment` says otherwise."""
    with tempfile.TemporaryDirectory(prefix="hubbub-attacks-", ignore_cleanup_errors=True) as folder:
        site = new_site(Path(folder) / "data")
        with shell_of(site) as shell:
            known = plant(site, shell, seed)
            with served(site, **environment) as server:
                yield Ground(server, shell, known, seconds, seed)
