"""Which other processes are silent: they have died, or go on without the channel layer, cut off from it alone."""

from __future__ import annotations

SILENT_SECONDS = 1.2
"""Everybody speaks to itself through each server of the layer twice as often, and all hear that."""

SUSPECT_SECONDS = 600.0
"""How long somebody may be missed before nobody counts on their return."""


class Peers:
    """Process and server of the layer → when that process was last heard through it."""

    def __init__(self) -> None:
        self._heard: dict[tuple[str, int], float] = {}

    def hear(self, node: str, place: int, now: float) -> None:
        self._heard[node, place] = now

    def forget(self, node: str) -> None:
        """It has said goodbye. If it has not, and only has no people, it will be heard again soon."""
        for other in [other for other in self._heard if other[0] == node]:
            del self._heard[other]

    def missing(self, now: float) -> set[int]:
        """The servers of the layer through which somebody has fallen silent."""
        for other in [other for other, at in self._heard.items() if now - at > SUSPECT_SECONDS]:
            del self._heard[other]
        return {place for (_, place), at in self._heard.items() if now - at > SILENT_SECONDS}
