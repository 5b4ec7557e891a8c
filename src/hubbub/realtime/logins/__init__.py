"""Sign-in of sockets, and checks that a login still holds."""
