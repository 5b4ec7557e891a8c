"""Accounts of the product: users, signing in, the first run, invitations, passwords, people."""
