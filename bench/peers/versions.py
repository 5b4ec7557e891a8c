"""The versions of the measured peers."""

from __future__ import annotations

from bench.peers import channels_tutorial, debian, ejabberd, matrix, nats, socket_io


def versions() -> dict[str, str]:
    """{peer: version} of all installed peers."""
    return {
        **channels_tutorial.versions(),
        **socket_io.versions(),
        **debian.version(nats.PACKAGE),
        **debian.version(ejabberd.PACKAGE),
        **matrix.versions(),
    }
