"""Groups client addresses for limits: addresses among which one customer of a provider can choose count as one."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from hubbub.protocol.limits import NETWORK_BITS


def network_of(address: str) -> str | None:
    """An IPv4 address itself, or the /56 of an IPv6 address. None for other text, such as a Unix socket's."""
    try:
        plain = without_mapping(address)
    except ValueError:
        return None
    return str(ip_network((plain, int(NETWORK_BITS)), strict=False)) if ":" in plain else plain


def without_mapping(address: str) -> str:
    """An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) becomes IPv4; others stay the same, without their zone.

    Raises ValueError if the text is no address.
    """
    ip = ip_address(address.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return str(mapped or ip)
