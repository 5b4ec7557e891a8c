"""The way of a committed event to the connections of this process."""
