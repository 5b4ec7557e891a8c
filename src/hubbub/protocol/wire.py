"""The base classes of everything that is sent or received as JSON."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field


class Wire(BaseModel):
    """A JSON object of the protocol. Unknown fields are refused by name; fields that are None are left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, ser_json_bytes="base64")

    def encode(self) -> bytes:
        """JSON, UTF-8, without the fields that are None."""
        return self.__pydantic_serializer__.to_json(self, exclude_none=True)


class Command(Wire):
    """A request of a client. `id` numbers the request on the socket; without it no reply is sent."""

    id: Annotated[int, Field(ge=0, le=2**53, strict=True)] | None = None
    reply: ClassVar[Any] = None


class Event(Wire):
    """A message of the server that no client asked for. All recipients get the same bytes."""
