"""Naming the workspace."""

from __future__ import annotations

from hubbub import actions, queries
from hubbub.models import Member, Workspace
from tests.people import Published, refused


def test_it_works(alice: Member) -> None:
    epoch = Workspace.objects.with_history().history
    actions.name_workspace(name=" The  Office ")
    assert queries.snapshot(alice).workspace.name == "The Office"
    assert queries.snapshot(alice).epoch == epoch
    assert Workspace.objects.count() == 1


def test_everybody_receives_it(alice: Member, published: Published) -> None:
    actions.name_workspace(name="The Office")
    assert published.on("everyone") == [{"type": "workspace", "name": "The Office", "version": 1}]


def test_it_needs_a_name(db: None) -> None:
    with refused("invalid"):
        actions.name_workspace(name=" ")
