"""The edge that is asked rather than held open: the commands at `/api/`, the one page, health."""
