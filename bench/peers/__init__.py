"""The servers that Hubbub is compared with, from the ordinary package indexes."""
