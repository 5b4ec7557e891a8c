"""Decoders run here: each file of a stranger in a process of its own, with little memory, little time and no network.

    size, thumbnail = decode("hubbub.images:thumbnail", upload, options={"width": 320})

Everything it raises is a `DecodeFailed`. It blocks its thread until the process has ended.
"""

from hubbub.sandbox.decoding import Decoded, decode
from hubbub.sandbox.failures import DecodeFailed, DecodersBusy, Malformed, TooMuch

__all__ = ["DecodeFailed", "Decoded", "DecodersBusy", "Malformed", "TooMuch", "decode"]
