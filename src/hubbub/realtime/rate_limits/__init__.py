"""Token buckets and budgets that bound what clients send."""
