"""The pages of the product, one module each."""
