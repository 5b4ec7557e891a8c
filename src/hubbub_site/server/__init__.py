"""The server process: uvicorn embedded, its protocols extended, one server for one data directory.

`serving` starts it. This package imports nothing: a host's uvicorn loads `push_protocol` before Django is set up.
"""
