"""The canary crawl: secrets in every private place, and people who request everything that can be requested.

`planting` creates the secrets; `commands`, `events` and `pages` say how to call everything; `visitors` call it. A new
feature adds lines to these tables; a test fails until it does.
"""
