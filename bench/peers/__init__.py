"""The servers in the comparison, from the usual package indexes."""
