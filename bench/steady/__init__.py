"""Half an hour of people who connect, talk, edit, read too slowly and disconnect: is memory constant?"""
