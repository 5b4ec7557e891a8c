"""The checks of `hubbub doctor`. `checks.CHECKS` lists them in order."""
