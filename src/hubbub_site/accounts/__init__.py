"""Accounts: users, sign-in, the first run, invitations, passwords, tokens, the people page and the audit log."""
