"""The cascade against the slow model on every post: how much faster, and what it costs.

usage: python -m benchmarks.cascade [--posts N] [--gold FILE.jsonl]

Speed on the end-to-end benchmark's posts; the loss on labelled posts (text, relevant, topic,
severity, disposition), by default those written for the tests, which no model learnt from.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.texts import crawled
from classifier.artifacts import load_models
from classifier.cascade import sureness
from classifier.features import dense, read
from classifier.judge import Asked, Judge, asked_of
from classifier.places import Gazetteers
from classifier.rules.lexicon import product_lexicon
from classifier.train.measure import measure

GOLD = Path(__file__).parents[1] / "tests" / "golden" / "written_posts.jsonl"
_TIMES = 3  # each way, in turn; the best counts, as neighbours on the machine only slow down


def judges() -> tuple[Judge, Judge]:
    """The cascade, and one that asks the slow model about every post."""
    models = load_models()
    every = replace(models, tuning=replace(models.tuning, sure_from=2.0))
    parts = Gazetteers({}), product_lexicon()
    return Judge(models, *parts), Judge(every, *parts)


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def share_asked(posts: Sequence[Asked]) -> float:
    """The share of `posts` of which the fast model is not sure."""
    models, lexicon = load_models(), product_lexicon()
    tuning, count = models.tuning, 0
    for post in posts:
        reading = read(post.text, lexicon, post.published_at)
        linear = models.linear.scores(reading.folded.text, dense(reading))
        count += sureness(tuning.alone.scores(linear)) < tuning.sure_from
    return count / len(posts)


def macro_f1(judge: Judge, rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """The headline measures of `judge` on labelled rows."""
    verdicts = judge.judge_all([Asked(row["id"], row["text"]) for row in rows])
    found = measure(verdicts, rows)
    return {"topic": found.topic_macro_f1, "disposition": found.disposition_macro_f1}


def main() -> None:
    """Print one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cascade", description=__doc__)
    parser.add_argument("--posts", type=int, default=1500)
    parser.add_argument("--gold", type=Path, default=GOLD)
    wanted = parser.parse_args()
    posts = [asked_of(c.post, c.sighting) for c in islice(crawled(wanted.posts), wanted.posts)]
    cascade, every = judges()
    cascade.judge_all(posts[:50]), every.judge_all(posts[:50])
    pairs = [
        (seconds(lambda: cascade.judge_all(posts)), seconds(lambda: every.judge_all(posts)))
        for _ in range(_TIMES)
    ]
    fast, slow = (min(times) for times in zip(*pairs, strict=True))
    rows = [json.loads(line) for line in wanted.gold.open(encoding="utf8")]
    ours, theirs = macro_f1(cascade, rows), macro_f1(every, rows)
    told = {
        "cascade": round(len(posts) / fast, 1),
        "slow model on every post": round(len(posts) / slow, 1),
        "times faster": round(slow / fast, 2),
        "asked": round(share_asked(posts), 3),
        "macro-F1 of the cascade": {name: round(score, 4) for name, score in ours.items()},
        "points lost": {name: round(100 * (theirs[name] - ours[name]), 2) for name in ours},
    }
    print(json.dumps(told, ensure_ascii=False))


if __name__ == "__main__":
    main()
