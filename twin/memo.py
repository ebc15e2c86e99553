"""Answers that are dear to work out and depend on nothing but their key."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Memo(Generic[Answer]):
    """The answers of late, the longest unused forgotten first.

    One answer is worked out at a time, whoever asks: ten clients with one question cost one, and
    ten questions do not take the memory of ten.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._lock = Lock()
        self._working = Lock()

    def get(self, key: Hashable, work_out: Callable[[], Answer]) -> Answer:
        """Return the answer of a key, worked out if it is not known."""
        known = self._find(key)
        if known:
            return known[0]
        with self._working:
            known = self._find(key)
            if known:
                return known[0]
            answer = work_out()
            with self._lock:
                self._answers[key] = answer
                while len(self._answers) > self._most:
                    self._answers.popitem(last=False)
            return answer

    def __len__(self) -> int:
        return len(self._answers)

    def _find(self, key: Hashable) -> tuple[Answer] | None:
        with self._lock:
            if key not in self._answers:
                return None
            self._answers.move_to_end(key)
            return (self._answers[key],)
