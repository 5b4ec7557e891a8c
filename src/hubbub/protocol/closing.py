"""Why a socket ends, as numbers, and whether to come back."""

from __future__ import annotations

from enum import IntEnum


class Close(IntEnum):
    """Close codes of the socket. `come_back` says what a client does next."""

    PROTOCOL_ERROR = 4000
    """The client said something that is not the protocol. Stay away: saying it again changes nothing."""
    SIGN_IN = 4001
    """No valid session, token or JWT. Sign in, then come back."""
    REVOKED = 4003
    """This login was ended: signed out, password changed, member deactivated, token revoked. Stay away."""
    NOT_FOUND = 4004
    """The room of a room socket does not exist for you. Stay away."""
    SLOW = 4008
    """Nothing was read for too long. Come back and resume: what was missed is kept."""
    LOST_CONTINUITY = 4010
    """The server cannot be sure that nothing was missed. Come back and resume."""
    GOING_AWAY = 4012
    """The server stops or moves. Resume after `retry_after` seconds (in the close reason)."""
    TOO_MANY = 4029
    """Too many connections or handshakes, or too much sent for too long. Come back after `retry_after` seconds."""

    @property
    def come_back(self) -> bool:
        return self in {Close.SLOW, Close.LOST_CONTINUITY, Close.GOING_AWAY, Close.TOO_MANY}
