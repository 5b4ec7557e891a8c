"""The canary crawl: secrets in every private place, and people who ask for everything that can be asked for.

`planting` puts the secrets there, `commands`, `events` and `pages` know how to call what there is, `visitors` call it.
A later feature adds what it has to these tables; a test fails until it does.
"""
