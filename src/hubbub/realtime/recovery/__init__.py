"""Detects and repairs what the bus lost."""
