"""The product built on the reusable app: settings, accounts, the `hubbub` command and its server."""
