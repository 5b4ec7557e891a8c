"""Decodes untrusted files, each in its own process with little memory, little time and no network.

    size, thumbnail = decode("hubbub.images:thumbnail", upload, options={"width": 320})

All its errors are `DecodeFailed`. It blocks the calling thread until the process has ended.
"""

from hubbub.sandbox.decoding import Decoded, decode
from hubbub.sandbox.failures import DecodeFailed, DecodersBusy, Malformed, TooMuch

__all__ = ["DecodeFailed", "Decoded", "DecodersBusy", "Malformed", "TooMuch", "decode"]
