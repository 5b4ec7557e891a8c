"""Which versions of the peers were measured."""

from __future__ import annotations

from bench.peers import channels_tutorial, debian, ejabberd, matrix, nats, socket_io


def versions() -> dict[str, str]:
    """{peer: version} of all that are there."""
    return {
        **channels_tutorial.versions(),
        **socket_io.versions(),
        **debian.version(nats.PACKAGE),
        **debian.version(ejabberd.PACKAGE),
        **matrix.versions(),
    }
