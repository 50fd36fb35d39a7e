"""The shipped encoder against `transformers` and torch, fp32, on a model of 12 layers of 768.

usage: python -m benchmarks.model [--posts N]        (in an environment with the `train` extra)

Both read the same texts, each cut as the shipped encoder cuts them, one post a run and two threads.
The large model has random weights: speed does not depend on them.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from benchmarks.texts import crawled
from classifier.artifacts import SHIPPED, load_models
from classifier.encoder import OnnxEncoder
from classifier.rules.folding import fold


def large(longest: int) -> Callable[[str], object]:
    """Run one text through a random BERT of 12 layers of 768 with the shipped tokenizer."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertModel

    torch.set_num_threads(os.cpu_count() or 1)
    tokenizer = AutoTokenizer.from_pretrained(str(SHIPPED / "encoder"), local_files_only=True)
    model = BertModel(BertConfig(vocab_size=len(tokenizer)))
    model.train(False)

    def run(text: str) -> object:
        ids = tokenizer(text, truncation=True, max_length=longest, return_tensors="pt")
        with torch.no_grad():
            return model(input_ids=ids["input_ids"], attention_mask=ids["attention_mask"])

    return run


def rate(work: Callable[[], object], count: int) -> float:
    """Texts a second."""
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)


def on_threads(encoder: OnnxEncoder, texts: Sequence[str]) -> None:
    """As the judge runs it: one post a run, as many threads as processors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(encoder.scores, texts))


def main() -> None:
    """Print one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model", description=__doc__)
    parser.add_argument("--posts", type=int, default=300)
    count = parser.parse_args().posts
    texts = [fold(c.post.text).text for c in islice(crawled(count), count)]
    encoder = load_models().encoder
    assert isinstance(encoder, OnnxEncoder)
    slow = large(encoder.longest)
    on_threads(encoder, texts[:20])
    slow(texts[0])
    ours = rate(lambda: on_threads(encoder, texts), count)
    few = texts[: max(10, count // 5)]
    theirs = rate(lambda: [slow(text) for text in few], len(few))
    told = {
        "encoder": round(ours, 1),
        "torch fp32, 12 layers of 768": round(theirs, 1),
        "times faster": round(ours / theirs, 1),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
