"""The project's channel layer: which servers it has, which of them carries a group, and publishing without a relay."""

from __future__ import annotations

import logging
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer

from hubbub import conf
from hubbub.publish import Batch
from hubbub.realtime.bus.envelopes import messages_of

log = logging.getLogger("hubbub")


def shared_layer() -> Any:
    """The project's channel layer; None if there is none or it reaches only this process."""
    try:
        layer = get_channel_layer(conf.get("CHANNEL_LAYER"))
    except Exception as error:
        log.warning("There is no channel layer: %s", error)
        return None
    return None if isinstance(layer, InMemoryChannelLayer) else layer


def server_count(layer: Any) -> int:
    """How many servers the layer distributes its groups to, each group to one: channels_redis' pub/sub has several."""
    return len(getattr(layer, "_shards", ())) or 1


def server_of(layer: Any, group: str) -> int:
    """The index of the server that carries a group, from 0."""
    if server_count(layer) == 1:
        return 0
    index: int = layer._shards.index(layer._get_shard(layer._get_group_channel_name(group)))
    return index


def publish_from_outside(batch: Batch) -> None:
    """Publish from a process without sockets (shell, task, WSGI) to the processes that have some."""
    layer = shared_layer()
    if layer is None:
        return  # the serving process polls the database
    try:
        for group, message in messages_of(batch, node=""):
            async_to_sync(layer.group_send)(group, message)
    except Exception as error:
        log.warning("The channel layer is down (%s). Clients get the change by the next poll.", error)
