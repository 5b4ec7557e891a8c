"""Whose address it is, as far as limits ask: what one customer of a provider can choose freely counts as one."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from hubbub.protocol.limits import NETWORK_BITS


def network_of(address: str) -> str | None:
    """An IPv4 address itself, or the /56 of an IPv6 address. None for what is no address, such as a Unix socket's."""
    try:
        plain = without_mapping(address)
    except ValueError:
        return None
    return str(ip_network((plain, int(NETWORK_BITS)), strict=False)) if ":" in plain else plain


def without_mapping(address: str) -> str:
    """An IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`) as IPv4; any other as it is, without its zone.

    Raises ValueError for what is no address.
    """
    ip = ip_address(address.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return str(mapped or ip)
