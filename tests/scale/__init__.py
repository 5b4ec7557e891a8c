"""Several processes that are one Hubbub: what people at one of them see of those at the other."""
