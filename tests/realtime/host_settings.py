"""Settings of a host project: the product's, with pages of its own."""

from hubbub_site.settings import *  # noqa: F403

ROOT_URLCONF = "tests.realtime.host"
