"""What many open pages ask for in the same second is read once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")
MOST = 256


@dataclass(slots=True)
class _Slot:
    lock: threading.Lock = field(default_factory=threading.Lock)
    read_at: float = float("-inf")
    value: Any = None


class Recent:
    """Values kept for `seconds` of real time; whoever asks while one is being read waits for it."""

    def __init__(self, seconds: float = 0.8, tick: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._tick = seconds, tick
        self._slots: dict[Hashable, _Slot] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, read: Callable[[], T]) -> T:
        """The value of `key`, from `read` if the known one is too old. Raises what `read` does."""
        slot = self._slot(key)
        with slot.lock:
            if self._tick() - slot.read_at >= self._seconds:
                slot.value = read()
                slot.read_at = self._tick()
            value: T = slot.value
            return value

    def forget(self) -> None:
        """Somebody has just changed something: whoever asks next reads anew."""
        with self._lock:
            self._slots.clear()

    def _slot(self, key: Hashable) -> _Slot:
        with self._lock:
            if len(self._slots) >= MOST:
                self._slots.clear()
            return self._slots.setdefault(key, _Slot())
