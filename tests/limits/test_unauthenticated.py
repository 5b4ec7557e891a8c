"""Limits of unauthenticated connections, per address and in total."""

from __future__ import annotations

import resource

import pytest

from hubbub_site.server import connection_capacity, edge_limits
from hubbub_site.server.connection_capacity import Capacity
from hubbub_site.server.unauthenticated import UnauthenticatedConnections, address_block
from tests.limits.edge import GET, Clock, connected, is_open, upgraded


def test_connections_per_address(loop: Clock) -> None:
    many = Capacity(connections=10_000, unauthenticated=5000, backlog=100)
    unauthenticated = UnauthenticatedConnections(many, per_address=edge_limits.CONNECTIONS_PER_ADDRESS)
    opened = [connected(loop, unauthenticated)[0] for _ in range(edge_limits.CONNECTIONS_PER_ADDRESS)]
    assert all(is_open(each) for each in opened)
    refused, transport = connected(loop, unauthenticated)
    assert (transport.status, transport.open) == (429, False)
    assert connected(loop, unauthenticated, "203.0.113.10")[1].open, "another address"
    for ended in (opened[0], refused):
        ended.connection_lost(None)
    unauthenticated.signed_in(opened[1])
    assert connected(loop, unauthenticated)[1].open and connected(loop, unauthenticated)[1].open


def test_connections_per_address_are_not_counted_for_a_trusted_proxy(
    loop: Clock, unauthenticated: UnauthenticatedConnections
) -> None:
    unauthenticated = UnauthenticatedConnections(Capacity(1000, 500, 100), per_address=1)
    for _ in range(3):
        assert connected(loop, unauthenticated, "10.0.0.7", "10.0.0.0/8")[1].open


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.9", "203.0.113.10", False),
        ("2001:db8:1:2ff::1", "2001:db8:1:2aa::2", True),
        ("2001:db8:1:2ff::1", "2001:db8:1:3ff::1", False),
        ("::ffff:203.0.113.9", "203.0.113.9", True),
        ("fe80::1%eth0", "fe80::2%eth1", True),
    ],
)
def test_connections_per_address_block(one: str, other: str, same: bool) -> None:
    assert (address_block(one) == address_block(other)) is same


def test_the_oldest_waiting_connection_is_closed_for_a_new_one(loop: Clock) -> None:
    unauthenticated = UnauthenticatedConnections(
        Capacity(connections=1000, unauthenticated=3, backlog=100), per_address=None
    )
    (asking, _), (idle, _), (later, _) = (connected(loop, unauthenticated) for _ in range(3))
    asking.data_received(GET + b"\r\n")  # its response is under way
    newcomer, _ = connected(loop, unauthenticated)
    assert [is_open(each) for each in (asking, idle, later, newcomer)] == [True, False, True, True]


def test_a_server_full_of_requests_refuses_a_newcomer(loop: Clock) -> None:
    unauthenticated = UnauthenticatedConnections(
        Capacity(connections=1000, unauthenticated=2, backlog=100), per_address=None
    )
    for _ in range(2):
        connected(loop, unauthenticated)[0].data_received(GET + b"\r\n")
    assert connected(loop, unauthenticated)[1].status == 503


def test_unauthenticated_connections_leave_capacity_for_members(loop: Clock) -> None:
    """A server full of signed-in sockets keeps them and refuses unauthenticated connections."""
    unauthenticated = UnauthenticatedConnections(
        Capacity(connections=4, unauthenticated=2, backlog=100), per_address=None
    )
    members = []
    for _ in range(4):
        members.append(upgraded(connected(loop, unauthenticated)[0], loop))
        unauthenticated.signed_in(members[-1])
    assert connected(loop, unauthenticated)[1].status == 503
    assert all(not member.transport.is_closing() for member in members)


def test_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is raised as far as the system allows, never above DESCRIPTORS, and never lowered."""
    unlimited = resource.RLIM_INFINITY
    for now, expected in (
        ((1024, 4096), (4096, 4096)),
        ((1024, 2**40), (edge_limits.DESCRIPTORS, 2**40)),
        ((1024, unlimited), (edge_limits.DESCRIPTORS, unlimited)),
        ((4096, 4096), (4096, 4096)),
        ((2**30, 2**40), (2**30, 2**40)),
    ):
        kept: list[tuple[int, int]] = [now]
        monkeypatch.setattr(resource, "getrlimit", lambda which, kept=kept: kept[-1])
        monkeypatch.setattr(resource, "setrlimit", lambda which, new, kept=kept: kept.append(new))
        connection_capacity.raise_limit()
        assert kept[-1] == expected


@pytest.mark.parametrize("limit", [256, 1024, 65536, 1024 * 1024])
def test_descriptors_are_shared_out(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda which: (limit, limit))
    capacity = connection_capacity.capacity(2048)
    assert capacity.unauthenticated < capacity.connections < limit
    assert capacity.connections + capacity.backlog < limit - limit // 1024
    assert capacity.connections - capacity.unauthenticated >= capacity.unauthenticated
    assert capacity.backlog <= 2048
