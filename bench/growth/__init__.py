"""Growth of cost: one file per growing quantity. `ALL` is the table of contents."""

from __future__ import annotations

from bench.growth import connections, history, members, processes, rooms
from bench.growth.series import Series

ALL: dict[str, Series] = {
    series.name: series
    for series in (members.series, rooms.series, history.series, connections.series, processes.series)
}
