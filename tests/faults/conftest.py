"""Places to break, and where the figures go: FAULTS_FIGURES names a file that gets a line of JSON for each row."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults import run_settings
from tests.faults.cluster import Cluster, Place
from tests.servers.fixtures import or_skipped

HERE = Path(__file__).parent
Record = Callable[..., None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These bring their own PostgreSQL and Redis: no need to run them twice. `patient` ones are for bin/faults."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.standalone)
            if item.get_closest_marker("patient") and not run_settings.LONG:
                item.add_marker(pytest.mark.skip(reason="takes half a minute: bin/faults runs it"))


@pytest.fixture(scope="session")
def seed() -> int:
    return run_settings.SEED


@pytest.fixture(scope="session")
def seconds() -> float:
    """How long a row's fault lasts."""
    return run_settings.SECONDS


@pytest.fixture(scope="session")
def long() -> bool:
    """Whether this is a long run, whose figures are published."""
    return run_settings.LONG


@pytest.fixture(scope="session")
def one_sqlite_node() -> Iterator[Place]:
    with Place() as place:
        yield place


@pytest.fixture(scope="session")
def one_cluster() -> Iterator[Cluster]:
    with or_skipped(), Cluster() as place:
        yield place


@pytest.fixture(scope="module")
def lonely_cluster() -> Iterator[Cluster]:
    """PostgreSQL and Redis; the nodes are the module's own (see tests.faults.proxied)."""
    with or_skipped(), Cluster(nodes=0) as place:
        yield place


@pytest.fixture
def sqlite(one_sqlite_node: Place) -> Place:
    """One process on SQLite, whole again after the test before."""
    one_sqlite_node.heal()
    return one_sqlite_node


@pytest.fixture
def cluster(one_cluster: Cluster) -> Cluster:
    """Three nodes on PostgreSQL and Redis, whole again after the test before."""
    one_cluster.heal()
    return one_cluster


@pytest.fixture(params=["sqlite", "cluster"])
def place(request: pytest.FixtureRequest) -> Place:
    """Either."""
    made: Place = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """`record("F1", place, figures)` when the row has held."""
    begun = time.monotonic()

    def write(row: str, place: Place | str, figures: dict[str, Any]) -> None:
        tier = place if isinstance(place, str) else place.tier
        entry = {
            "row": row,
            "tier": tier,
            "test": request.node.name,
            "seconds": round(time.monotonic() - begun, 1),
            **figures,
        }
        print(json.dumps(entry))
        if path := os.environ.get("FAULTS_FIGURES"):
            with open(path, "a") as file:
                file.write(json.dumps(entry) + "\n")

    return write
