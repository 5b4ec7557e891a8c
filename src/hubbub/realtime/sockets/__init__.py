"""The two socket protocols, from the handshake to the close."""
