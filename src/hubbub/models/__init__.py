"""The database models. They are in one app because they all refer to each other."""

from hubbub.models.allowance import Allowance
from hubbub.models.member import Member
from hubbub.models.membership import Membership
from hubbub.models.message import Message
from hubbub.models.room import Room
from hubbub.models.token import Token
from hubbub.models.workspace import Workspace

__all__ = ["Allowance", "Member", "Membership", "Message", "Room", "Token", "Workspace"]
