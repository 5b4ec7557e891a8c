"""Saying that the history is another one than clients may remember."""

from __future__ import annotations

from hubbub import actions, queries
from hubbub.models import Member, Workspace


def test_it_works(alice: Member) -> None:
    before = queries.snapshot(alice)
    actions.begin_epoch()
    after = queries.snapshot(alice)
    assert before.epoch != after.epoch == Workspace.objects.the_one().epoch
    assert after.workspace == before.workspace


def test_a_client_of_the_old_epoch_starts_anew(alice: Member) -> None:
    old = queries.snapshot(alice).epoch
    actions.begin_epoch()
    assert queries.resume(alice, epoch=old, seqs={}).reset
