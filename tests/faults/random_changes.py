"""Random changes of rooms, members and memberships, through sockets and in a shell."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from typing import Any

from tests.faults.shared_scenario import SharedScenario
from tests.faults.state_keeper import StateKeeper
from tests.faults.whole_state import WholeState

WEIGHTS = {
    "say": 30,
    "edit": 8,
    "delete": 4,
    "rename": 5,
    "describe": 5,
    "archive": 2,
    "invite": 7,
    "invite and answer": 4,
    "remove": 5,
    "remove and bring back": 4,
    "leave": 3,
    "join": 5,
    "whisper": 2,
    "level": 4,
    "read": 6,
    "unread": 3,
    "profile": 5,
    "look": 3,
    "create": 1,
}
"""What is done → how often, relative to the others."""

IN_SHELL = ["command", "command", "role", "workspace", "password", "deactivate"]
ROLES = ["admin", "member", "member", "guest"]
LEVELS = ["all", "mentions", "nothing"]
MORE_ROOMS = 4
SHELL_SECONDS = 0.6
AT_ONCE = 40
Document = dict[str, Any]


class RandomChanges:
    """`go_on` for a while. What a broken line leaves undone is not done again: the check asks what came of it."""

    def __init__(self, scene: SharedScenario, seed: int) -> None:
        self.changes = 0
        """How many were acknowledged, besides posts."""
        self._scene, self._random = scene, random.Random(seed)  # noqa: S311
        self._count, self._words = 0, itertools.count()
        self._most_rooms = len(scene.rooms) + MORE_ROOMS
        self._alice, self._dave = scene.members[0], scene.members[-1]

    async def go_on(self, seconds: float, *, per_second: float) -> None:
        begun, first = time.monotonic(), self._count
        shell = asyncio.create_task(self._shell(begun + seconds))
        tasks: set[asyncio.Task[None]] = set()
        while (past := time.monotonic() - begun) < seconds:
            while self._count - first < past * per_second and len(tasks) < AT_ONCE:
                self._count += 1
                tasks.add(asyncio.create_task(self._do()))
            await asyncio.sleep(0.01)
            for task in [task for task in tasks if task.done()]:
                tasks.remove(task)
                task.result()
        await asyncio.gather(shell, *tasks)

    async def _do(self) -> None:
        """One thing that somebody does at one of their clients."""
        keeper = self._random.choice(self._scene.keepers)
        if keeper.member == self._dave and self._random.random() < 0.8:
            return  # he is in no room, and may do little
        if keeper.state is None or not keeper.live.is_set():
            return
        kind = self._random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        try:
            for who, command in self._commands(kind, keeper, keeper.state):
                await self._carry_out(who, command)
        except (ConnectionError, TimeoutError):
            return

    async def _carry_out(self, keeper: StateKeeper, command: Document) -> None:
        match command["type"]:
            case "say":
                keeper.say(command["room"], f"{keeper.name} {next(self._words)}")
            case "presence.set":
                await keeper.look(command["state"])
            case kind:
                ends_archive = kind == "room.archive" and not command["archived"]
                answer = await (keeper.insist(**command) if ends_archive else keeper.do(**command))
                self.changes += "ok" in answer
                if command["type"] == "room.create" and "ok" in answer:
                    self._scene.rooms.append(answer["ok"]["room"]["id"])

    def _commands(
        self, kind: str, keeper: StateKeeper, state: WholeState
    ) -> list[tuple[StateKeeper, Document]]:
        """Who does what, one after the other."""
        room = self._random.choice(self._scene.rooms)
        mine = self._random.choice([r for r in state.rooms if r in self._scene.rooms] or [room])
        alice = self._one_of(self._alice) or keeper
        other = self._somebody()
        others = self._one_of(other) or keeper
        own = [m for m in state.pages.get(mine, {}).values() if m["author"] == keeper.member and m["text"]]
        message = self._random.choice(own) if own else {"id": "", "seq": 0}
        invite = {"type": "room.invite", "room": mine, "members": [other]}
        remove = {"type": "room.remove", "room": mine, "member": other}
        level = {"type": "room.notify", "room": mine, "level": self._random.choice(LEVELS)}
        number = self._random.randrange(1, state.rooms.get(mine, {}).get("last_number", 0) + 2)
        match kind:
            case "say":
                return [(keeper, {"type": "say", "room": mine})]
            case "edit" if own:
                edit = {"message": message["id"], "seq": message["seq"], "text": f"edited {self._count}"}
                return [(keeper, {"type": "message.edit", **edit})]
            case "delete" if own:
                return [(keeper, {"type": "message.delete", "message": message["id"]})]
            case "archive":
                change = {"type": "room.archive", "room": mine}
                return [(alice, change | {"archived": True}), (alice, change | {"archived": False})]
            case "invite":
                return [(keeper, invite)]
            case "invite and answer":
                return [(alice, invite), (others, level), (others, {"type": "say", "room": mine})]
            case "remove":
                return [(alice, remove)]
            case "remove and bring back":
                return [(alice, remove), (alice, invite)]
            case "leave" if keeper.member != self._alice:
                return [(keeper, {"type": "room.leave", "room": mine})]
            case "join" if keeper.member != self._dave:
                return [(keeper, {"type": "room.join", "room": room})]
            case "whisper":
                return [(keeper, {"type": "room.direct", "members": [other, self._somebody()]})]
            case "level":
                return [(keeper, level)]
            case "read" | "unread":
                return [(keeper, {"type": f"room.{kind}", "room": mine, "number": number})]
            case "look":
                return [(keeper, {"type": "presence.set", "state": self._random.choice(["active", "away"])})]
            case "create" if len(self._scene.rooms) < self._most_rooms:
                about = {"name": f"{self._scene.name}{self._count}", "private": self._random.random() < 0.5}
                return [(keeper, {"type": "room.create", **about})]
            case _:
                return [(alice if kind == "rename" else keeper, self._new_words(kind, mine))]

    def _new_words(self, kind: str, room: int) -> Document:
        text = f"{self._scene.name}{self._count}"
        match kind:
            case "rename":
                return {"type": "room.rename", "room": room, "name": text}
            case "describe":
                return {"type": "room.describe", "room": room, "description": text}
        return {"type": "profile.update", "name": text, "hue": self._random.randrange(360)}

    async def _shell(self, until: float) -> None:
        while time.monotonic() + SHELL_SECONDS < until:
            await asyncio.sleep(self._random.uniform(0, 2 * SHELL_SECONDS))
            self._count += 1
            member = self._random.choice([m for m in self._scene.members[1:-1] if m not in self._scene.away])
            match self._random.choice(IN_SHELL):
                case "command":
                    kind = self._random.choice(["rename", "describe", "profile"])
                    command = self._new_words(kind, self._random.choice(self._scene.rooms))
                    await self._scene.ask("command", member=self._alice, **command)
                case "role":
                    role = self._random.choice(ROLES)
                    await self._scene.ask("change_role", by=self._alice, member=member, role=role)
                case "workspace":
                    await self._scene.ask("name_workspace", name=f"Workspace {self._count}")
                case "password":
                    await self._scene.sign_in_again(member)
                case "deactivate" if not self._scene.away:
                    await self._scene.send_away(member)
            self.changes += 1

    def _somebody(self) -> int:
        """Anybody but Alice, who looks after the rooms, and Dave, who is to hear nothing."""
        return self._random.choice(self._scene.members[1:-1])

    def _one_of(self, member: int) -> StateKeeper | None:
        """One of a member's clients, if they have one."""
        keepers = self._scene.of(member)
        return self._random.choice(keepers) if keepers else None
