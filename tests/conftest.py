"""What every test may use."""

from __future__ import annotations

from hypothesis import settings

pytest_plugins = ["tests.servers.fixtures", "tests.people", "tests.online"]

# A machine that runs other things beside the tests is no finding of theirs.
settings.register_profile("hubbub", deadline=None)
settings.load_profile("hubbub")
