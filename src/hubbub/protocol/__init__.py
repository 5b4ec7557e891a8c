"""The protocol between clients and server. Pure: no Django, no I/O.

Read in this order: `objects` (members, rooms, messages), `commands` (requests), `events` (what the server sends),
`permissions`, `limits`, `closing` (close codes), `codec` (bytes in and out).
"""
