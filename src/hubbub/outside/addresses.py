"""Decides whether an IP address belongs to the public internet.

`ipaddress.is_global` differs between Python releases and ignores embedded addresses, so the networks are listed here.
Source: the IANA special-purpose address registries of IPv4 and IPv6, as of 2026.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

_NOT_PUBLIC_4 = {
    IPv4Network("0.0.0.0/8"): "this network",
    IPv4Network("10.0.0.0/8"): "a private network",
    IPv4Network("100.64.0.0/10"): "a carrier's private network",
    IPv4Network("127.0.0.0/8"): "this machine",
    IPv4Network("168.63.129.16/32"): "a cloud's control address",
    IPv4Network("169.254.0.0/16"): "link-local",
    IPv4Network("172.16.0.0/12"): "a private network",
    IPv4Network("192.0.0.0/24"): "reserved",
    IPv4Network("192.0.2.0/24"): "for documentation",
    IPv4Network("192.88.99.0/24"): "a 6to4 relay",
    IPv4Network("192.168.0.0/16"): "a private network",
    IPv4Network("198.18.0.0/15"): "for benchmarks",
    IPv4Network("198.51.100.0/24"): "for documentation",
    IPv4Network("203.0.113.0/24"): "for documentation",
    IPv4Network("224.0.0.0/4"): "multicast",
    IPv4Network("240.0.0.0/4"): "reserved",
}

_PUBLIC_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = {
    IPv6Network("2001::/23"): "reserved for protocols, such as Teredo",
    IPv6Network("2001:db8::/32"): "for documentation",
    IPv6Network("2002::/16"): "6to4",
    IPv6Network("3fff::/20"): "for documentation",
}
_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")


def why_not_public(address: Address) -> str | None:
    """The kind of non-public address it is, or None if it is public.

    For IPv6 addresses that embed an IPv4 address (mapped, NAT64) the IPv4 address decides. All of 6to4 and Teredo are
    refused: no web pages are served there, and both can embed private addresses.
    """
    if isinstance(address, IPv4Address):
        return next((what for network, what in _NOT_PUBLIC_4.items() if address in network), None)
    if address.scope_id is not None:
        return "link-local"
    if address in _MAPPED or address in _NAT64:
        return why_not_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    if address not in _PUBLIC_6:
        return "not in the public part of IPv6"
    return next((what for network, what in _NOT_PUBLIC_6.items() if address in network), None)


def neighbourhood(address: Address) -> str:
    """The group of addresses that counts as one target: an IPv4 address, or the /64 of an IPv6 address."""
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((int(address), 64), strict=False))
