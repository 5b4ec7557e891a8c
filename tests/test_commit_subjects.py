"""`bin/lint` checks the subjects of commits that are not on origin/main yet."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.standalone

CHECK = Path(__file__).parents[1] / ".ci" / "commit_subjects.py"
LONG = "Evict a rejoined member only on the latest leave, in every process and every tab"


class Clone:
    """A repository: a first commit, one with a long subject, one that adds the check."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch", "main")
        self.git("config", "user.name", "Alice")
        self.git("config", "user.email", "alice@example.org")
        self.commit("Begin")
        self.commit(LONG)
        shutil.copy(CHECK, folder / "check.py")
        self.git("add", "check.py")
        self.commit("Check the subjects of new commits")

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.folder, check=True, capture_output=True)

    def commit(self, subject: str) -> None:
        self.git("commit", "--quiet", "--allow-empty", "--message", subject)

    def publish(self) -> None:
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")

    def faults(self) -> str:
        checked = subprocess.run(
            [sys.executable, "check.py"], cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert bool(checked.stderr) == bool(checked.returncode)
        return checked.stderr


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


@pytest.mark.parametrize(
    "subject", ["Evict a member", "Process frames", "Focus the composer", "Embed the chat", 'Revert "Add x"']
)
def test_an_imperative_subject_is_accepted(clone: Clone, subject: str) -> None:
    clone.publish()
    clone.commit(subject)
    assert not clone.faults()


@pytest.mark.parametrize(
    ("subject", "fault"),
    [
        (LONG, "80 characters"),
        ("evict a member", "capital letter"),
        ("Evict a member.", "full stop"),
        ("Added a test", "not imperative"),
        ("Fixes a test", "not imperative"),
        ("Fixing a test", "not imperative"),
    ],
)
def test_another_subject_is_refused(clone: Clone, subject: str, fault: str) -> None:
    clone.publish()
    clone.commit(subject)
    assert fault in clone.faults()


def test_commits_on_origin_main_are_left_alone(clone: Clone) -> None:
    clone.commit(LONG)
    clone.publish()
    assert not clone.faults()


def test_commits_from_before_the_check_are_left_alone(clone: Clone) -> None:
    clone.git("update-ref", "refs/remotes/origin/main", "HEAD~2")
    assert not clone.faults()


def test_without_origin_main_there_is_nothing_to_check(clone: Clone) -> None:
    clone.commit(LONG)
    assert not clone.faults()
