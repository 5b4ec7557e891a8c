"""The parts of a long run, their order, and how long the faults of each last."""

from __future__ import annotations

from typing import NamedTuple


class Part(NamedTuple):
    """One session of pytest. `chosen`: which tests of the file, as `pytest -k` takes it; none: all."""

    name: str
    file: str
    seconds: float
    chosen: str = ""


PARTS = [
    Part("F1", "test_f01_server_killed.py", 30),
    Part("F2", "test_f02_killed_in_between.py", 12),
    Part("F4 F16", "test_f04_node_killed.py", 25),
    Part("F4 two processes", "test_f04_two_processes.py", 60),
    Part("F4 workers", "test_f04_workers_killed.py", 30),
    Part("F5 away", "test_f05_redis_down.py", 60, "killed or drops"),
    Part("F5 frozen", "test_f05_redis_down.py", 30, "frozen"),
    Part("F5 Sentinel", "test_f05_sentinel.py", 60),
    Part("F5 shards", "test_f05_shards.py", 10),
    Part("F8", "test_f08_database_down.py", 30),
    Part("F8 come back", "test_f08_resumed_while_frozen.py", 10),
    Part("F10", "test_f10_cut_off.py", 8),
    Part("F12", "test_f12_lines_cut.py", 300, "two_seconds"),
    Part("F12 one by one", "test_f12_lines_cut.py", 20, "one_by_one"),
    Part("F13", "test_f13_slow_readers.py", 14),
    Part("F14 F15", "test_f14_returning.py", 10),
    Part("F17", "test_f17_disk_full.py", 10),
    Part("F17 read-only", "test_f17_disk_read_only.py", 10),
    Part("F19", "test_f19_clock_jumps.py", 15),
    Part("F21", "test_f21_losing_access.py", 10),
    Part("F22 F23", "test_f22_same_moment.py", 10),
    Part("F24", "test_f24_power_cuts.py", 30),
    Part("F25", "test_f25_replica.py", 60),
    Part("F26", "test_f26_shared_state.py", 300),
    Part("F26 without a bus", "test_f26_without_bus.py", 30),
    Part("F27", "test_f27_without_redis.py", 20),
    Part("workloads", "test_workloads.py", 10),
    Part("overload", "test_overload.py", 10),
    Part("I10", "test_i10_as_before.py", 20),
]
"""The contract says how long: an outage of Redis 60 seconds, a frozen Redis 30, PostgreSQL away for 30, and five
minutes of cuts."""
