"""The project's measurements: scenarios, the servers they compare, and the generator that checks every delivery."""
