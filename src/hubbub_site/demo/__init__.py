"""A reproducible workspace with people and messages, for demos and measurements."""
