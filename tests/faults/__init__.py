"""Fault tests: clients that record everything under load, proxies that break connections, killed servers, a checker."""
