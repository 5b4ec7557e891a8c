"""Format of a decoder's result on the pipe: a line of JSON, then bytes. Never pickle, which can run code on loading."""

from __future__ import annotations

import json
from typing import Any

HEAD_BYTES = 64 * 1024


def pack(facts: Any, data: bytes) -> bytes:
    """Raises ValueError if the facts are too long, TypeError if they are not JSON values."""
    head = json.dumps({"facts": facts}).encode() + b"\n"
    if len(head) > HEAD_BYTES:
        raise ValueError(f"facts of more than {HEAD_BYTES} bytes belong in the data")
    return head + data


def pack_error(error: BaseException) -> bytes:
    return json.dumps({"error": f"{type(error).__name__}: {error}"[:500]}).encode() + b"\n"


def unpack(answer: bytes) -> tuple[dict[str, Any], bytes]:
    """The head, which has `facts` or a string `error`, and the data. ValueError for anything else."""
    line, found, data = answer.partition(b"\n")
    if not found or len(line) > HEAD_BYTES:
        raise ValueError("no head")
    try:
        head = json.loads(line)
    except RecursionError:
        raise ValueError("the head is too deep") from None
    if not isinstance(head, dict) or not ("facts" in head or isinstance(head.get("error"), str)):
        raise ValueError("no facts")
    return head, data
