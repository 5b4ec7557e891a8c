"""The wire: what clients and servers say to each other. Pure: no Django, no I/O.

Read in this order: `objects` (what there is), `commands` (what a client asks), `events` (what it hears),
`limits` (how much), `closing` (why a socket ends), `codec` (bytes in and out).
"""
