"""What both models say together of texts without a label: labels for the fast model to learn from.

The fast model then errs less where the slow one does not, so the slow one is asked less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from classifier.cascade import Tuning
from classifier.encoder import Scorer
from classifier.features import dense, read
from classifier.linear import LinearModel
from classifier.rules.lexicon import product_lexicon
from classifier.train.build import Row, Split
from classifier.train.encoder import corpus
from classifier.train.sources import gold_mark, joined, rows
from classifier.train.tune import Heard, opinion

WEIGHT = 0.5
_EVERY = 2  # of the larger streams


def echoes(
    data: Path, split: Split, linear: LinearModel, encoder: Scorer, tuning: Tuning
) -> Iterator[Row]:
    """Rows in the form of the gold labels, of texts under `data` that have none."""
    lexicon = product_lexicon()
    for text in _texts(data, split):
        reading = read(text, lexicon)
        folded = reading.folded.text
        scores = linear.scores(folded, dense(reading)), encoder.scores(folded)
        said = opinion(Heard({}, reading, *scores), tuning.both)
        yield {
            "text": text,
            "relevant": said.relevant,
            "topic": str(said.topic),
            "also": [str(topic) for topic in said.also],
            "severity": int(said.severity),
            "disposition": str(said.disposition),
        }


def with_echoes(split: Split, told: Sequence[Row]) -> Split:
    """`split` with the echoes among what teaches."""
    weights = (*split.weights, *(WEIGHT for _ in told))
    return replace(split, taught=(*split.taught, *told), weights=weights)


def _texts(data: Path, split: Split) -> Iterator[str]:
    development = rows(data / "topics/taidi_raw_dev.jsonl.gz")
    known = {gold_mark(row["text"]) for row in split.taught}
    known |= {gold_mark(text) for text in split.unseen}
    known |= {gold_mark(joined(row)) for row in development}
    for text in corpus.unlabelled(data, _EVERY):
        mark = gold_mark(text)
        if mark not in known:
            known.add(mark)
            yield text
