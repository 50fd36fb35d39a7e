"""The cascade against the slow model on every post: how much faster, and what it costs.

usage: python -m benchmarks.cascade [--posts N] [--gold FILE.jsonl] [--stream FILE.jsonl]

Speed on two streams of the end-to-end benchmark's posts: a watched one, as platforms send it, where
one post in eight concerns a government, and a district's own sites, where six in ten do. Both ways
run in turn in one process; posts a second of processor time, since all threads count in it, and the
ratio by the clock beside it. A `--stream` of {id, text} is measured too. The loss on labelled posts
(text, relevant, topic, severity, disposition), by default those written for the tests, which no
model learnt from.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.texts import scripted
from classifier.artifacts import Models, load_models
from classifier.features import dense, read
from classifier.judge import Asked, Judge
from classifier.places import Gazetteers
from classifier.rules.lexicon import product_lexicon
from classifier.train.measure import measure
from yuqing.app.demo.posts import ScriptedPost

GOLD = Path(__file__).parents[1] / "tests" / "golden" / "written_posts.jsonl"
_TIMES = 3
_NOISE = 7  # posts of no concern beside each that concerns a government, on a watched stream


def judges(models: Models) -> tuple[Judge, Judge]:
    """The cascade, and one that asks the slow model about every post, copies too; both new, so
    that nothing is remembered of an earlier run."""
    every = replace(models, tuning=models.tuning.always())
    parts = Gazetteers({}), product_lexicon()
    return Judge(models, *parts), Judge(every, *parts, remembered=0)


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """How long `work` takes: of processors, and by the clock."""
    started = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - started[0], time.perf_counter() - started[1]


def streams(number: int) -> dict[str, list[Asked]]:
    """Two streams of about `number` posts each."""
    told = scripted(3 * number)
    noise = [post for post in told if not post.relevant]
    relevant = [post for post in told if post.relevant]
    step = max(1, len(relevant) * _NOISE // len(noise))
    meant = relevant[::step]  # all along, as the noise stands
    watched = sorted([*noise, *meant], key=lambda post: (post.at, post.native))
    return {
        "watched, one in eight": [_asked(post) for post in watched[:number]],
        "own sites, six in ten": [_asked(post) for post in told[:number]],
    }


def _asked(post: ScriptedPost) -> Asked:
    text = f"{post.title}\n{post.text}" if post.title else post.text
    return Asked(post.native, text, post.at, post.owner)


def share_asked(models: Models, posts: Sequence[Asked]) -> float:
    """The share of `posts` of which the fast model is not sure."""
    lexicon, tuning, count = product_lexicon(), models.tuning, 0
    for post in posts:
        reading = read(post.text, lexicon, post.published_at)
        linear = models.linear.scores(reading.folded.text, dense(reading))
        count += tuning.unsure(tuning.alone.scores(linear))
    return count / len(posts)


def macro_f1(judge: Judge, rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """The headline measures of `judge` on labelled rows."""
    verdicts = judge.judge_all([Asked(row["id"], row["text"]) for row in rows])
    found = measure(verdicts, rows)
    return {"topic": found.topic_macro_f1, "disposition": found.disposition_macro_f1}


def compared(models: Models, posts: Sequence[Asked]) -> dict[str, float]:
    """Both on the same posts, in turn; the best of each counts, as neighbours only slow down."""
    fast, slow = list[tuple[float, float]](), list[tuple[float, float]]()
    for _ in range(_TIMES):
        for judge, times in zip(judges(models), (fast, slow), strict=True):
            times.append(seconds(partial(judge.judge_all, posts)))
    ours, theirs = (tuple(map(min, zip(*times, strict=True))) for times in (fast, slow))
    return {
        "cascade, posts a processor second": round(len(posts) / ours[0], 1),
        "slow model on every post": round(len(posts) / theirs[0], 1),
        "times faster": round(theirs[0] / ours[0], 2),
        "times faster by the clock": round(theirs[1] / ours[1], 2),
        "asked": round(share_asked(models, posts), 3),
    }


def main() -> None:
    """Print one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cascade", description=__doc__)
    parser.add_argument("--posts", type=int, default=1500)
    parser.add_argument("--gold", type=Path, default=GOLD)
    parser.add_argument("--stream", type=Path)
    wanted = parser.parse_args()
    models = load_models()
    told: dict[str, Any] = {}
    if wanted.stream:
        given = [json.loads(line) for line in wanted.stream.open(encoding="utf8")]
        posts = [Asked(row["id"], row["text"]) for row in given]
        told[wanted.stream.name] = compared(models, posts)
    for name, posts in streams(wanted.posts).items():
        told[name] = compared(models, posts)
    rows = [json.loads(line) for line in wanted.gold.open(encoding="utf8")]
    ours, theirs = (macro_f1(judge, rows) for judge in judges(models))
    told["macro-F1 of the cascade"] = {name: round(score, 4) for name, score in ours.items()}
    told["points lost"] = {name: round(100 * (theirs[name] - ours[name]), 2) for name in ours}
    print(json.dumps(told, ensure_ascii=False))


if __name__ == "__main__":
    main()
