"""Rebuilds background.npz, the table of how common pairs of characters are in complaints at large.

Run `python -m classifier.events.background FILE.jsonl.gz ...` on files of JSON lines with `title`
and `body` (or `text`, `message`). Only counts of hashed pairs leave; no text can be read back.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import orjson

from classifier.events.words import BUCKETS, Ints, pairs
from yuqing.domain.text import normalise

TARGET = Path(__file__).with_name("background.npz")


def count(texts: Iterable[str]) -> tuple[Ints, int]:
    """(texts per bucket, number of texts)."""
    counts, total = np.zeros(BUCKETS, np.int64), 0
    for text in texts:
        counts[np.unique(pairs(normalise(text)))] += 1
        total += 1
    return counts, total


def read(paths: Iterable[str]) -> Iterator[str]:
    """The texts of gzipped JSON lines."""
    for path in paths:
        with gzip.open(path) as lines:
            for line in lines:
                row = orjson.loads(line)
                body = row.get("body") or row.get("text") or row.get("message") or ""
                yield f"{row.get('title') or ''}\n{body}"


def main(paths: list[str]) -> None:
    """Write the table beside this module."""
    counts, total = count(read(paths))
    np.savez_compressed(TARGET, counts=counts.astype(np.uint16), texts=np.int64(total))


if __name__ == "__main__":
    main(sys.argv[1:])
