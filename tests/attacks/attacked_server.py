"""A server with people and secrets as the target of attacks, and the results of an attack."""

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
    """The results of an attack: figures, and a sentence for each violated expectation."""

    figures: dict[str, Any] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class AttackedServer:
    """A server with people and secrets, and the duration and seed of the attack."""

    server: Server
    shell: Shell
    known: Known
    seconds: float
    seed: int

    @property
    def chance(self) -> Random:
        return Random(self.seed)


@contextlib.contextmanager
def attacked_server(seconds: float, seed: int, **environment: str) -> Iterator[AttackedServer]:
    """A fresh server. Rates are lifted unless `environment` says otherwise."""
    with tempfile.TemporaryDirectory(prefix="hubbub-attacks-", ignore_cleanup_errors=True) as folder:
        site = new_site(Path(folder) / "data")
        with shell_of(site) as shell:
            known = plant(site, shell, seed)
            with served(site, **environment) as server:
                yield AttackedServer(server, shell, known, seconds, seed)
