"""A client that keeps the whole state over one connection, by the rules of docs/protocol.md."""

from __future__ import annotations

from tests.contract.client import Document
from tests.faults.received import about_rooms
from tests.faults.resuming import Resuming


class StateKeeper(Resuming):
    """`like_browser`: it also does what `client/src/state` does beyond the protocol's rules: it takes what replies
    say, holds events back while it waits for a `resume`, and names in it only rooms that it knows to be incomplete.
    """

    async def do(self, within: float = 5.0, **command: object) -> Document:
        """One command and its reply document; ConnectionError if the line breaks, TimeoutError if no reply comes."""
        document = await self.ask(within, **command)
        if self.like_browser and self.state is not None and (reply := document.get("ok")):
            self.state.take_reply(str(command["type"]), reply)
            if "membership" in reply:
                self._look_at({reply["room"]["id"]: reply["room"]["seq"]})
            self._load_rooms()
        return document

    async def look(self, attention: str) -> None:
        """Say whether somebody looks at this client: `active` or `away`. It says so again after a cut."""
        self.attention = attention
        await self.ask(5, type="presence.set", state=attention)

    async def meet_strangers(self) -> None:
        """Ask for the members that it has to show and does not know."""
        if self.state is not None and (strangers := sorted(self.state.strangers())):
            document = await self.insist(type="member.list", members=strangers[:100])
            self.state.meet(document["ok"]["members"])

    def _hear(self, document: Document) -> None:
        if "re" in document or document["type"] == "hello":
            super()._hear(document)
            return
        self.heard += about_rooms(document)
        match document["type"]:
            case "typing":
                pass
            case "heartbeat":
                self._write({"type": "beat"})
                self._look_at({int(room): head for room, head in (document.get("heads") or {}).items()})
            case _ if self._must_wait(document):
                self._held.append(document)
            case _:
                self._take(document)

    def _must_wait(self, event: Document) -> bool:
        if not self.like_browser or self._asked is None:
            return False
        return event["type"] != "message" or event["room"] in self._asked

    def _take(self, document: Document) -> None:
        state = self.state
        assert state is not None, f"{self.name} heard {document['type']} before its snapshot"
        match document["type"]:
            case "refresh":
                self._resume()
            case "lag":
                self.lags += 1
                self._look_at({document["room"]: document["head"]})
            case "presence":
                state.presence |= {entry["member"]: entry["state"] for entry in document["presence"]}
            case "message" if state.misses(document):
                self._held.append(document)
                self._look_at({document["room"]: document["seq"]})
            case kind:
                state.apply(document)
                if kind == "membership" and (room := document.get("room")):
                    self._look_at({room["id"]: room["seq"]})
                if state.is_guest and _brings_somebody(document):
                    self._resume()
                self._load_rooms()


def _brings_somebody(event: Document) -> bool:
    """Whether a guest may see more members from now on: somebody came into a room of theirs, or they into one."""
    if event["type"] == "membership":
        return "room" in event
    return event["type"] == "message" and event["message"].get("system", {}).get("kind") in (
        "joined",
        "added",
    )
