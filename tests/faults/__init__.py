"""Faults: a load of clients that keep books, a proxy that breaks their lines, servers that are killed, a checker."""
