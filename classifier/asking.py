"""Asking the slow model: on threads of its own, and about a text that is going round only once.

People copy: of what is watched, one text in ten stands there word for word more than once, and the
more so the more an event spreads. What the model said depends on the text alone, so it is kept.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import blake2b
from threading import Lock

from classifier.cascade import Scores
from classifier.encoder import Scorer

REMEMBERED = 2048  # texts, by a digest; some 6 MB with what was said of them


class Asking:
    """`scorer` behind as many threads as there are processors; it keeps what was said of the last
    `remembered` texts. May be called from several threads."""

    def __init__(self, scorer: Scorer, remembered: int = REMEMBERED) -> None:
        self._scorer, self._remembered = scorer, remembered
        self._threads = ThreadPoolExecutor(os.cpu_count(), "encoder")
        self._said: OrderedDict[bytes, Future[Scores]] = OrderedDict()
        self._lock = Lock()

    def about(self, text: str) -> Future[Scores]:
        """What the model says of a folded `text`, now or soon; what failed is asked anew."""
        key = blake2b(text.encode("utf8", "surrogatepass")).digest()
        with self._lock:
            said = self._said.pop(key, None)
            if said is None or (said.done() and said.exception() is not None):
                said = self._threads.submit(self._scorer.scores, text)
            self._said[key] = said
            while len(self._said) > self._remembered:
                self._said.popitem(last=False)
        return said
