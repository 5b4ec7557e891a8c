"""The server: uvicorn embedded, ready frames pushed, one server for one data directory.

`serving` starts it. Nothing is imported here: a host's uvicorn loads `push` before Django is set up.
"""
