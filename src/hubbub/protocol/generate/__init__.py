"""Writes the reference (docs/protocol.md), and the web client's types and permission table.

`python -m hubbub.protocol.generate` writes the files of a checkout; `--check` only says which of them are stale.
"""
