"""The async edge: sockets, the writer, feeds, fan-out, presence. See docs/architecture.md for the flow."""
