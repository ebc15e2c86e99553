"""Giving memory back once something large was read."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Let the C library return freed memory to the system; it keeps it otherwise.

    Reading demand needs some 50 MB for a moment, which a service would hold for good. Linux with
    glibc alone; elsewhere nothing happens.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
