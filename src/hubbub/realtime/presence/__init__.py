"""Presence and typing: state that is never stored."""
