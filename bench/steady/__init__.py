"""Half an hour of people who come, talk, change their minds, read too slowly and go: does memory stay where it is?"""
