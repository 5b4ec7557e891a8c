"""The chat of the Django Channels tutorial, rewritten: the usual starting point of a chat in Django."""
