"""What is written from the protocol's types: the reference for people and the types of the web client.

`python -m hubbub.protocol.generate` writes both files of a checkout; `--check` only tells whether they are stale.
"""
