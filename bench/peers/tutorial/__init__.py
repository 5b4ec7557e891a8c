"""The chat of the Django Channels tutorial, in our own words: what most people start from."""
