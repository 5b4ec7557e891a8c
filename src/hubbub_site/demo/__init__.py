"""A workspace full of people and messages, the same every time."""
