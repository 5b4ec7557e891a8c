"""The expected answers to every command for every role and room, one picture per command, written by hand.

`test_table.py` compares the server with them, `test_permissions.py` the permission table, which must not be used here.
Lines are roles. Columns are rooms: P public, p private, d direct, z public and archived; and in each - outside,
m member of the room, a its admin. A letter is the server's answer:  . allowed   F forbidden   0 not found.
"""

from __future__ import annotations

from hubbub.protocol.objects import Role

ROLES = [Role.OWNER, Role.ADMIN, Role.MEMBER, Role.BOT, Role.GUEST]
PLACES = ["P-", "Pm", "Pa", "p-", "pm", "pa", "d-", "dm", "z-", "zm", "za"]

SEE = """
          P-  Pm  Pa  p-  pm  pa  d-  dm  z-  zm  za
  owner   .   .   .   0   .   .   0   .   .   .   .
  admin   .   .   .   0   .   .   0   .   .   .   .
  member  .   .   .   0   .   .   0   .   .   .   .
  bot     .   .   .   0   .   .   0   .   .   .   .
  guest   0   .   .   0   .   .   0   .   0   .   .
"""
NEED_MEMBERSHIP = """
          P-  Pm  Pa  p-  pm  pa  d-  dm  z-  zm  za
  owner   F   .   .   0   .   .   0   .   F   .   .
  admin   F   .   .   0   .   .   0   .   F   .   .
  member  F   .   .   0   .   .   0   .   F   .   .
  bot     F   .   .   0   .   .   0   .   F   .   .
  guest   0   .   .   0   .   .   0   .   0   .   .
"""
POST = """
          P-  Pm  Pa  p-  pm  pa  d-  dm  z-  zm  za
  owner   F   .   .   0   .   .   0   .   F   F   F
  admin   F   .   .   0   .   .   0   .   F   F   F
  member  F   .   .   0   .   .   0   .   F   F   F
  bot     F   .   .   0   .   .   0   .   F   F   F
  guest   0   .   .   0   .   .   0   .   0   F   F
"""
MANAGE = """
          P-  Pm  Pa  p-  pm  pa  d-  dm  z-  zm  za
  owner   .   .   .   0   .   .   0   F   .   .   .
  admin   .   .   .   0   .   .   0   F   .   .   .
  member  F   F   .   0   F   .   0   F   F   F   .
  bot     F   F   .   0   F   .   0   F   F   F   .
  guest   0   F   F   0   F   F   0   F   0   F   F
"""
NEVER = """
          P-  Pm  Pa  p-  pm  pa  d-  dm  z-  zm  za
  owner   F   F   F   0   F   F   0   F   F   F   F
  admin   F   F   F   0   F   F   0   F   F   F   F
  member  F   F   F   0   F   F   0   F   F   F   F
  bot     F   F   F   0   F   F   0   F   F   F   F
  guest   0   F   F   0   F   F   0   F   0   F   F
"""

IN_ROOMS: dict[str, str] = {
    "message.get": SEE,
    "timeline": SEE,
    "room.get": SEE,
    "room.get, by name": SEE,
    "room.roster": SEE,
    "room.read": NEED_MEMBERSHIP,
    "room.unread": NEED_MEMBERSHIP,
    "room.notify": NEED_MEMBERSHIP,
    "message.send": POST,
    "message.edit, one's own": POST,
    "message.edit, another's": NEVER,
    "message.edit, a system line": NEVER,
    "message.delete, one's own": NEED_MEMBERSHIP,
    "message.delete, a system line": NEVER,
    "message.delete, another's": """
          P-  Pm  Pa  p-  pm  pa  d-  dm  z-  zm  za
  owner   F   .   .   0   .   .   0   F   F   .   .
  admin   F   .   .   0   .   .   0   F   F   .   .
  member  F   F   .   0   F   .   0   F   F   F   .
  bot     F   F   .   0   F   .   0   F   F   F   .
  guest   0   F   F   0   F   F   0   F   0   F   F
""",
    "room.rename": MANAGE,
    "room.archive": MANAGE,
    "room.remove": MANAGE,
    "room.describe": """
          P-  Pm  Pa  p-  pm  pa  d-  dm  z-  zm  za
  owner   .   .   .   0   .   .   0   F   .   .   .
  admin   .   .   .   0   .   .   0   F   .   .   .
  member  F   .   .   0   .   .   0   F   F   F   .
  bot     F   .   .   0   .   .   0   F   F   F   .
  guest   0   F   F   0   F   F   0   F   0   F   F
""",
    "room.join": """
          P-  Pm  Pa  p-  pm  pa  d-  dm  z-  zm  za
  owner   .   .   .   0   .   .   0   .   F   .   .
  admin   .   .   .   0   .   .   0   .   F   .   .
  member  .   .   .   0   .   .   0   .   F   .   .
  bot     .   .   .   0   .   .   0   .   F   .   .
  guest   0   .   .   0   .   .   0   .   0   .   .
""",
    "room.leave": """
          P-  Pm  Pa  p-  pm  pa  d-  dm  z-  zm  za
  owner   .   .   .   0   .   .   0   F   .   .   .
  admin   .   .   .   0   .   .   0   F   .   .   .
  member  .   .   .   0   .   .   0   F   .   .   .
  bot     .   .   .   0   .   .   0   F   .   .   .
  guest   0   .   .   0   .   .   0   F   0   .   .
""",
    "room.invite": """
          P-  Pm  Pa  p-  pm  pa  d-  dm  z-  zm  za
  owner   F   .   .   0   .   .   0   F   F   F   F
  admin   F   .   .   0   .   .   0   F   F   F   F
  member  F   .   .   0   .   .   0   F   F   F   F
  bot     F   .   .   0   .   .   0   F   F   F   F
  guest   0   F   F   0   F   F   0   F   0   F   F
""",
}

# Commands that are about no room: one letter for each of owner, admin, member, bot, guest.
ANYWHERE: dict[str, str] = {
    "snapshot": ". . . . .",
    "resume": ". . . . .",
    "room.directory": ". . . . .",
    "room.create": ". . . . F",
    "room.direct": ". . . . .",
    "room.direct, with somebody one shares no room with": ". . . . 0",
    "member.list": ". . . . .",
    "member.directory": ". . . . .",
    "profile.update": ". . . . .",
}

# Commands of the socket only; tested in `tests/realtime`.
ON_A_SOCKET = {"presence.set", "typing", "beat"}
