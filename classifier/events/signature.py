"""Near-duplicates: a MinHash over character shingles, cut into bands that near-copies share.

The seed, the shingle length and the hash are fixed, so a text has the same bands on every machine
and in every process; bands are what the store looks copies up by.
"""

from __future__ import annotations

import struct
from hashlib import blake2b

from rensa import RMinHash

SEED = 20161104
PERMUTATIONS = 40
BANDS = 8
ROWS = PERMUTATIONS // BANDS
SHINGLE = 5


def shingles(text: str) -> set[str]:
    """The distinct runs of `SHINGLE` characters of normalised `text`."""
    packed = text.replace(" ", "")
    last = max(1, len(packed) - SHINGLE + 1)
    return {packed[i : i + SHINGLE] for i in range(last)} - {""}


def bands(text: str) -> tuple[int, ...]:
    """The band keys of normalised `text`: BANDS signed 64-bit integers; none for an empty text.

    Two texts whose shingles overlap by the share J have about BANDS * J**ROWS bands in common.
    """
    cut = shingles(text)
    if not cut:
        return ()
    minhash = RMinHash(PERMUTATIONS, SEED)
    minhash.update(list(cut))
    digest = minhash.digest()
    return tuple(_key(i, digest[i * ROWS : (i + 1) * ROWS]) for i in range(BANDS))


def _key(band: int, rows: list[int]) -> int:
    packed = struct.pack(f"<{ROWS + 1}I", band, *rows)
    key: int = struct.unpack("<q", blake2b(packed, digest_size=8).digest())[0]
    return key
