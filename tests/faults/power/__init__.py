"""A power cut: what was written and synced is logged, and a disk is rebuilt as the cut may have left it.

recorder.c logs every write and sync of a server (preloaded); log.py reads that; disk.py is the disk; cuts.py chooses
the moments; witness.py are people who note how long the log was when they had an answer; judge.py compares.
"""
