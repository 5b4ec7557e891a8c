"""The close codes of the socket, and whether a client reconnects after each."""

from __future__ import annotations

from enum import IntEnum


class Close(IntEnum):
    """Close codes of the socket. `come_back` says whether a client reconnects."""

    PROTOCOL_ERROR = 4000
    """The client sent something that is not the protocol. Do not reconnect: the same would happen again."""
    SIGN_IN = 4001
    """No valid session, token or JWT. Sign in, then connect again."""
    REVOKED = 4003
    """This login was ended: signed out, password changed, member deactivated, token revoked. Do not reconnect."""
    NOT_FOUND = 4004
    """The room of a room socket does not exist, or you may not see it. Do not reconnect."""
    SLOW = 4008
    """The client read nothing for too long. Reconnect and resume; nothing is lost."""
    LOST_CONTINUITY = 4010
    """The server cannot be sure that it sent everything. Reconnect and resume."""
    GOING_AWAY = 4012
    """The server stops or restarts. Reconnect and resume after `retry_after` seconds (in the close reason)."""
    TOO_MANY = 4029
    """Too many connections or handshakes, or too much sent for too long. Reconnect after `retry_after` seconds."""

    @property
    def come_back(self) -> bool:
        return self in {Close.SLOW, Close.LOST_CONTINUITY, Close.GOING_AWAY, Close.TOO_MANY}
