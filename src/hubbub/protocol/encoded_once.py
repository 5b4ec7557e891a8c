"""Lists that many replies share, encoded once: clients that reconnect together get the same thousand members."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TypeVar

from hubbub.protocol.wire import Wire

W = TypeVar("W", bound=Wire)


class EncodedOnce(list[W]):
    """Objects that several replies share. Never changed, because the JSON is cached."""

    @cached_property
    def encoded(self) -> bytes:
        return b"[%b]" % b",".join([one.encode() for one in self])

    def and_also(self, others: Iterable[W]) -> EncodedOnce[W]:
        """A list of these and the others. Only the others are encoded."""
        more = EncodedOnce(others)
        if not self or not more:
            return self or more
        together = EncodedOnce([*self, *more])
        together.encoded = b"%b,%b" % (self.encoded[:-1], more.encoded[1:])
        return together


def composed(shape: Wire) -> bytes:
    """The object's JSON, with the cached JSON of its `EncodedOnce` lists. It needs at least one other field."""
    shared = {name: value for name, value in shape if isinstance(value, EncodedOnce)}
    own = shape.__pydantic_serializer__.to_json(shape, exclude_none=True, exclude=set(shared))
    return b"%b}" % b",".join([own[:-1], *(b'"%b":%b' % (n.encode(), s.encoded) for n, s in shared.items())])
