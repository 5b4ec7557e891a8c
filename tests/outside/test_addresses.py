"""Private and public addresses: every private range, in every spelling that a resolver accepts."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from hubbub.outside import FetchFailed, NotAllowed, fetch_untrusted
from hubbub.outside.addresses import neighbourhood, why_not_public

pytestmark = pytest.mark.standalone

PRIVATE = """
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.1.2.3
    168.63.129.16 169.254.169.254 169.254.0.1 172.16.0.1 172.31.255.255 192.0.0.8 192.0.0.192 192.0.2.1
    192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250
    240.0.0.1 255.255.255.255
    :: ::1 ::127.0.0.1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1
    64:ff9b::127.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 64:ff9b:1::808:808 100::1
    2001::1 2001:0:7f00:1:: 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:a9fe:a9fe::1 2002:808:808::
    3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1 4000::1
""".split()  # noqa: SIM905

PUBLIC = """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 169.253.255.255
    172.15.255.255 172.32.0.1 192.167.255.255 192.169.0.1 198.17.255.255 198.20.0.1 223.255.255.255
    2606:4700::1111 2a00:1450::1 2001:4860:4860::8888 2003::1 ::ffff:8.8.8.8 64:ff9b::808:808
""".split()  # noqa: SIM905

SPELLINGS = """
    localhost LOCALHOST localhost. 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 0 0x0
    127.0.0.1. [::1] [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:7f00:0001] [::127.0.0.1] [::]
    169.254.169.254 2852039166 0xa9fea9fe [::ffff:a9fe:a9fe] [64:ff9b::7f00:1] [2002:7f00:1::] [fe80::1]
    [fd00:ec2::254] 10.1 192.168.257 100.64.0.1 255.255.255.255 [ff02::1]
""".split()  # noqa: SIM905


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_not_public(address: str) -> None:
    """Other projects have missed mapped, NAT64, 6to4, Teredo and carrier addresses."""
    assert why_not_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_public(address: str) -> None:
    assert why_not_public(ip_address(address)) is None


@pytest.mark.parametrize("host", SPELLINGS)
async def test_no_spelling_of_a_private_address_is_fetched(host: str) -> None:
    """Uses the system's resolver. On some systems a spelling may just not resolve."""
    with pytest.raises(FetchFailed) as failed:
        await fetch_untrusted(f"http://{host}/")
    if host.strip("[]").count(".") == 3 or host.startswith("["):
        assert isinstance(failed.value, NotAllowed), failed.value


async def test_a_name_with_public_and_private_addresses_is_refused() -> None:
    from tests.outside.servers import Names, a_fetcher

    fetch = a_fetcher(Names(**{"both.example": ["127.0.0.1 10.0.0.1"]}))
    with pytest.raises(NotAllowed, match="both.example is at 10.0.0.1"):
        await fetch("http://both.example/")


def test_an_ipv6_network_is_one_target() -> None:
    assert neighbourhood(ip_address("2a00::1")) == neighbourhood(ip_address("2a00::ffff:2"))
    assert neighbourhood(ip_address("8.8.8.8")) != neighbourhood(ip_address("8.8.8.9"))
