"""Charts as SVG without a library: legible in light and dark, the same bytes for the same figures."""
