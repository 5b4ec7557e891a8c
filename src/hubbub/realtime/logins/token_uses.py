"""When each bearer token was last used: noted in memory and written by the monitor, so that no command waits."""

from __future__ import annotations

import time

from django.db import transaction
from django.utils import timezone

from hubbub.models import Token
from hubbub.signals import AuditEvent, report

NOTED_EVERY_SECONDS = 600.0
"""Between two notes of one token in one process: the largest error of “last used” for a token in use."""


class TokenUses:
    """The tokens that were used since the last write. Any thread may call `note`; only one at a time `write`."""

    def __init__(self) -> None:
        self._noted: dict[int, float] = {}
        self._pending: dict[int, str] = {}

    def note(self, token: int, address: str = "") -> None:
        """The token (its id) was used from this address. Looks into a dict; writes nothing."""
        now = time.monotonic()
        if now - self._noted.get(token, -NOTED_EVERY_SECONDS) >= NOTED_EVERY_SECONDS:
            self._noted[token] = now
            self._pending[token] = address

    def due(self) -> bool:
        return bool(self._pending)

    def write(self) -> None:
        """Write the notes in one transaction, and forget idle tokens. Synchronous."""
        pending, self._pending = self._pending, {}
        if pending:
            write_uses(pending)
        long_ago = time.monotonic() - NOTED_EVERY_SECONDS
        self._noted = {token: at for token, at in list(self._noted.items()) if at > long_ago}


def write_uses(used_from: dict[int, str]) -> None:
    """Set “last used” of these tokens (id → address) to now, and report the first use of each."""
    now = timezone.now()
    tokens = Token.objects.filter(pk__in=used_from)
    with transaction.atomic():
        for token in tokens.filter(last_used_at=None).select_related("member"):
            # `last_used_at=None` is a condition of the statement, so only one of two processes reports the first use.
            if Token.objects.filter(pk=token.pk, last_used_at=None).update(last_used_at=now):
                report(
                    AuditEvent.TOKEN_FIRST_USED,
                    by=token.member,
                    about=token.member,
                    address=used_from[token.pk],
                    label=token.label,
                    hint=token.hint,
                )
        tokens.update(last_used_at=now)
