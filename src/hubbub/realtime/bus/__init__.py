"""The channel layer between processes."""
