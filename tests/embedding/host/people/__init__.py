"""The host's own people."""
