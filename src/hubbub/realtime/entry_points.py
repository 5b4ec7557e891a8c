"""How other threads reach the realtime side: publish, run a command, note a token's use, ask for the status."""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError

from hubbub.dispatch import Job, reads, run
from hubbub.models import Member
from hubbub.protocol.wire import Command, Wire
from hubbub.publish import Batch
from hubbub.realtime.bus.channel_layer import publish_from_outside
from hubbub.realtime.logins.token_uses import write_uses
from hubbub.realtime.runtime import serving

log = logging.getLogger("hubbub")


def outlet(batch: Batch) -> None:
    """Deliver a committed batch, from any thread: with the writer's answers, on the loop, or over the channel layer."""
    runtime = serving()
    if runtime is None:
        publish_from_outside(batch)
    elif not runtime.writer.take_over(batch):
        runtime.loop.call_soon_threadsafe(runtime.deliver, batch)


def call(member: Member, command: Command) -> Wire:
    """Run a command from a synchronous thread (the HTTP API): through this process's writer if it has one."""
    runtime = serving()
    if runtime is None:
        return run(member, command)
    runtime.rates.check(member.pk, command)
    if reads(command):
        return run(member, command)
    return runtime.writer.run(Job(member, command)).outcome()


def note_token_use(token: int, address: str) -> None:
    """A request came with this bearer token (its id). The monitor writes it later; without a runtime, write it now."""
    runtime = serving()
    if runtime is None:
        try:
            write_uses({token: address})
        except DatabaseError as error:
            log.warning("The last use of a token could not be written: %s", error)
    else:
        runtime.monitor.token_uses.note(token, address)


def status() -> dict[str, Any]:
    """The state of this process, for `/readyz`."""
    runtime = serving()
    if runtime is None:
        return {"realtime": "idle", "bus": "none", "connections": 0, "draining": False}
    bus = "none" if runtime.relay.is_alone else "up" if runtime.relay.is_up else "degraded"
    return {
        "realtime": "serving",
        "bus": bus,
        **({"bus_down": runtime.relay.down} if bus == "degraded" else {}),
        "connections": len(runtime.hub.connections),
        "draining": runtime.draining is not None,
    }
