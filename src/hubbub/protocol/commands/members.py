"""Commands about members and their profiles."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from hubbub.protocol import limits, objects, replies
from hubbub.protocol.fields import MemberIds, Offset, PersonName, Prefix, ShortText
from hubbub.protocol.wire import Command


class ListMembers(Command):
    """Members by id. Members that you may not see are left out."""

    type: Literal["member.list"]
    members: MemberIds
    reply: ClassVar = replies.MemberPage


class BrowseMembers(Command):
    """Members whose name or handle begins with the query, by name."""

    type: Literal["member.directory"]
    query: Prefix = ""
    after: Offset = 0
    limit: Annotated[int, Field(ge=1, le=limits.DIRECTORY_PAGE, strict=True)] = 50
    reply: ClassVar = replies.MemberPage


class UpdateProfile(Command):
    """Change how others see you, and who may add you to rooms. Fields that are left out stay as they are."""

    type: Literal["profile.update"]
    name: PersonName | None = None
    about: ShortText | None = None
    hue: Annotated[int, Field(ge=0, le=359, strict=True)] | None = None
    reach: objects.Reach | None = Field(
        default=None,
        description="who may add you to rooms and open direct rooms with you; others do not see it",
    )
    reply: ClassVar = objects.Member
