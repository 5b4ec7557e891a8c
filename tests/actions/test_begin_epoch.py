"""Saying that the history is another one than clients may remember."""

from __future__ import annotations

from hubbub import actions, queries
from hubbub.models import Member, Workspace


def test_it_works(alice: Member) -> None:
    before = queries.snapshot(alice)
    actions.begin_epoch()
    after = queries.snapshot(alice)
    assert before.epoch != after.epoch == Workspace.objects.with_history().history
    assert after.workspace == before.workspace


def test_a_client_of_the_old_epoch_starts_over(alice: Member) -> None:
    old = queries.snapshot(alice).epoch
    actions.begin_epoch()
    assert queries.resume(alice, epoch=old, seqs={}).reset


def test_a_new_site_has_one_history_from_the_first_look(db: None) -> None:
    """On PostgreSQL the timeline is part of its name, also for the look that makes the workspace."""
    Workspace.objects.all().delete()
    first = Workspace.objects.with_history().history
    assert first == Workspace.objects.with_history().history
