"""The product around the reusable app: settings, accounts, the `hubbub` command and its server."""
