"""Charts as SVG, written by hand: legible in light and dark, without a library, the same bytes for the same figures."""
