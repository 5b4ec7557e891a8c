"""A model that is small enough to be explored: the real realtime layer of two processes around a database in memory.

Real are `Runtime` with its hub, feeds, notices, repair and monitor, the sockets and `subscribe`, and the
builders of frames and notices. Simulated are time (`loop`), the database (`database`, `transaction`, `queries`), the
bus (`bus`), the threads that read and write (`threads`) and the clients (`tab`, `follower`). A history decides when
each of these goes on; see `steps` for what it may decide, `checks` for what must hold, `walks`, `machine` and
`exhaustive` for three ways to choose.
"""
