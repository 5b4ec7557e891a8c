"""Settings of the learner's project."""

from hubbub_site.settings import *  # noqa: F403

ROOT_URLCONF = "tests.tutorial.project"
