"""Hubbub: real-time team chat as a reusable Django app."""

__version__ = "0.1.0"
