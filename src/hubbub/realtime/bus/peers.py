"""Which other processes have fallen silent: they have died, or they are cut off from the channel layer and go on."""

from __future__ import annotations

SILENT_SECONDS = 1.2
"""A peer is silent after this time. Peers send a heartbeat through each server of the layer every half second."""

FORGET_SECONDS = 600.0
"""A silent peer is forgotten after this time."""


class Peers:
    """Process and server of the layer → when that process was last heard through that server."""

    def __init__(self) -> None:
        self._heard: dict[tuple[str, int], float] = {}

    def note(self, node: str, server: int, now: float) -> None:
        """A heartbeat of a peer came through a server."""
        self._heard[node, server] = now

    def forget(self, node: str) -> None:
        """A peer says that it stops or has no connections. If it goes on, its next heartbeat enters it again."""
        for peer in [peer for peer in self._heard if peer[0] == node]:
            del self._heard[peer]

    def silent(self, now: float) -> set[int]:
        """The servers of the layer through which a peer has fallen silent."""
        for peer in [peer for peer, at in self._heard.items() if now - at > FORGET_SECONDS]:
            del self._heard[peer]
        return {server for (_, server), at in self._heard.items() if now - at > SILENT_SECONDS}
