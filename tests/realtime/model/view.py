"""What a tab knows, and from which seq on it knows every message."""

from __future__ import annotations

from tests.contract.client import Document
from tests.faults.whole_state import WholeState


class View(WholeState):
    """`since`: room → the seq after which every change is here. Tabs of the model load no pages of what was before."""

    def __init__(self, snapshot: Document) -> None:
        super().__init__(snapshot)
        self.since = dict(self.last)

    def take(self, told: Document) -> None:
        super().take(told)
        for changes in told["changes"]:
            if changes.get("reset"):
                self.since[changes["room"]] = changes["seq"]

    def _enter(self, room: Document) -> None:
        super()._enter(room)
        self.since[room["id"]] = room["seq"]
