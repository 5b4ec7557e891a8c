"""The host names that the site answers to: this machine's own, and the configured ones."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from hubbub_site.config import Config

LOCAL = ["localhost", ".localhost", "127.0.0.1", "[::1]"]


def allowed(config: Config) -> list[str]:
    """All names and addresses without duplicates: localhost first, then this machine's, then the configured ones."""
    names = [*LOCAL, *own(config.host), *config.allowed_hosts]
    names += [host for origin in config.origins if (host := urlsplit(origin).hostname)]
    return list(dict.fromkeys(names))


def is_loopback(host: str) -> bool:
    """Whether a server that listens there can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def own(host: str) -> list[str]:
    """The names of a server that listens on `host`. If it listens on every interface: this machine's name and
    addresses."""
    if is_loopback(host):
        return []
    if not is_any(host):
        return [f"[{host}]" if ":" in host else host]
    name = socket.gethostname().lower()
    return [name, f"{name}.local", *_outgoing_addresses()]


def is_any(host: str) -> bool:
    return host in {"", "0.0.0.0", "::", "[::]"}  # noqa: S104


def _outgoing_addresses() -> list[str]:
    found = []
    for family, target in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                # Connecting a datagram socket sends nothing; it only queries the routing table.
                probe.connect((target, 9))
                address = str(probe.getsockname()[0])
        except OSError:
            continue
        found.append(f"[{address}]" if ":" in address else address)
    return found
