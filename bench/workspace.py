"""Runs inside the product: prints tokens of member1 …, the epoch and the rooms of a data directory as JSON.

Called by `bench.product` as `python -m bench.workspace COUNT` with HUBBUB_DATA set.
"""

from __future__ import annotations

import json
import os
import sys


def main(count: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubbub_site.settings")
    import django

    django.setup()
    from django.db import transaction

    from hubbub import actions
    from hubbub.models import Member, Room, Workspace

    members = {m.handle: m for m in Member.objects.filter(handle__startswith="member")}
    with transaction.atomic():
        tokens = [
            actions.create_token(member=members[f"member{i}"], label="bench")[1] for i in range(1, count + 1)
        ]
    rooms = {room.name: [room.pk, room.seq] for room in Room.objects.exclude(name="")}
    workspace = Workspace.objects.the_one()
    known = {"epoch": workspace.epoch, "directory": workspace.directory}
    print(json.dumps({"tokens": tokens, "rooms": rooms, **known}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
