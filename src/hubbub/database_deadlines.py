"""How long the database may take before a caller gets `unavailable`: every deadline, in seconds.

A frozen or unreachable database must be answered for within two seconds, and what commits late is still delivered.
Three places wait for the database, each with its own way to notice that it is stuck:

- the writer of the realtime side watches the transaction under way (`realtime/storage/writer.py`);
- the readers watch whether any read ends (`realtime/storage/readers.py`);
- a PostgreSQL connection of an HTTP request watches its own statement (`hubbub_site/postgresql_deadline.py`).
"""

from __future__ import annotations

WRITER_SECONDS = 1.5
"""A transaction that makes no progress for so long is late. A long one that makes progress is not."""

READERS_SECONDS = 1.5
"""If reads are under way and none ends for so long, all that wait are refused. A long queue that moves is no reason."""

CHECK_SECONDS = 0.25
"""Between two checks of writer and readers. With the deadlines above, an answer comes within 2 s."""

STATEMENT_SILENCE_SECONDS = 0.7
"""A PostgreSQL server may be silent for so long during a statement of a request; then it is asked whether it works."""

SERVER_CHECK_SECONDS = 0.7
"""The server may take so long for that answer; without one the statement and its connection are dropped."""

SERVER_DOWN_SECONDS = 1.0
"""A missing answer is remembered for so long: the next connection of a page fails without asking again."""
