"""The public state of messages: the one place that knows what clients see of a message, and loads it.

History, catching up, repair, replies and the frames of new, edited and deleted messages all use `states_of`.

A field of `objects.Message` that has the name of a column is copied from that column; nothing is listed here. An
optional field is left out if its column is empty, false or 0. A field that needs rows of other tables (a part of the
state, such as reactions) gets one function: ids of messages → value by id, in one query. `states_of` calls it once.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from hubbub.models import Message
from hubbub.protocol import objects


def states_of(messages: Iterable[Message]) -> list[objects.Message]:
    """The states of these rows, in their order. The number of queries does not depend on the number of rows."""
    states = [_columns_of(message) for message in messages]
    # Load each part here for all ids, and add it to each dict.
    return [_validated(state) for state in states]


def state_of(message: Message) -> objects.Message:
    """The state of one row. Call `states_of` for several: it asks once for all."""
    (state,) = states_of([message])
    return state


def _columns_of(message: Message) -> dict[str, Any]:
    # Rows are read through `__dict__`: Django's descriptors of foreign keys cost as much as all the rest.
    state = dict(zip(_FIELDS, _columns(message.__dict__), strict=True))
    for name in _OPTIONAL:
        if not state[name]:
            del state[name]
    return state


_ATTRIBUTES = {field.name: field.attname for field in Message._meta.concrete_fields}
_FIELDS = [name for name in objects.Message.model_fields if name in _ATTRIBUTES]
_OPTIONAL = [name for name in _FIELDS if not objects.Message.model_fields[name].is_required()]
_columns = itemgetter(*(_ATTRIBUTES[name] for name in _FIELDS))
_validated = objects.Message.__pydantic_validator__.validate_python
