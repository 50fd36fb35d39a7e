"""From labels and public texts to the encoder: a deep teacher, then a shallow student of it.

The teacher learns from every label. Teacher and fast model then speak together on all texts, the
unlabelled ones too, and the student learns from their words and from the labels; at last, for it
is by then as good as they are, from the labels alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from classifier.features import NAMES, dense, read
from classifier.heads import EXCLUSIVE, HEADS, SEVEN
from classifier.linear import Floats, LinearModel
from classifier.probability import sigmoid, softmax
from classifier.rules.folding import fold
from classifier.rules.lexicon import Lexicon, product_lexicon
from classifier.rules.mark_words import Mark
from classifier.train.build import Split
from classifier.train.encoder import corpus
from classifier.train.encoder.corpus import Example
from classifier.train.encoder.export import export
from classifier.train.encoder.fit import Plan, Taught, Tell, fit, speak
from classifier.train.encoder.network import (
    Network,
    freeze_below,
    keep_layers,
    load_base,
    load_tokenizer,
)
from classifier.train.sources import gold_mark, joined, rows
from yuqing.domain.verdict import Topic

_FAST_WORD = {"rumour": 0.8}  # of the fast model's word beside the teacher's; else one half
_SURE = 1e-4  # a soft target is never nearer to 0 or 1


@dataclass(frozen=True, slots=True)
class Depth:
    """Layers kept of the base for the student, how both are taught, how many unlabelled texts."""

    student_layers: tuple[int, ...]
    teacher: Plan
    student: Plan
    polish: Plan
    unlabelled: int
    frozen: int = 3


DEPTH = Depth(
    student_layers=(2, 5, 8, 11),
    teacher=Plan(epochs=1.0, rate=6e-5, longest=112),
    student=Plan(epochs=2.4, rate=2e-4, longest=128, warm_up=0.05, taught=0.7, pooled=0.5),
    polish=Plan(epochs=6.0, rate=9e-5, longest=128, warm_up=0.05, head_rate=3e-4, seed=2),
    unlabelled=4500,
)


def build_encoder(
    data: Path,
    split: Split,
    base: Path,
    fast: Sequence[LinearModel],
    folder: Path,
    depth: Depth = DEPTH,
    tell: Callable[[str], Tell] = lambda _name: lambda _step, _steps, _loss: None,
) -> Path:
    """Train on `split.taught` and the texts under `data` from the Hugging Face folder `base`, and
    write what run time loads to `folder`. `fast` are the linear models, whose words teach too."""
    tokenizer = load_tokenizer(base)
    gold, labelled = labelled_examples(data, split)
    teacher = load_base(base)
    freeze_below(teacher, depth.frozen)
    fit(teacher, tokenizer, labelled, depth.teacher, tell=tell("teacher"))
    every = [*gold, *labelled, *unlabelled_examples(data, split, labelled, depth.unlabelled)]
    texts = [example.text for example in every]
    said = speak(teacher, tokenizer, texts, depth.teacher.longest)
    lexicon = product_lexicon()
    words = [fast_words(fast, text, lexicon) for text in texts]
    taught = Taught(together(said, words), said.pooled)
    student = shallow(teacher, depth.student_layers)
    fit(student, tokenizer, every, depth.student, taught, tell("student"))
    fit(student, tokenizer, labelled, depth.polish, tell=tell("student, labels alone"))
    return export(student, tokenizer, depth.student.longest, folder)


def shallow(teacher: Network, layers: Sequence[int]) -> Network:
    """The teacher itself, cut down to `layers`; its embeddings stay as they are."""
    keep_layers(teacher.encoder, layers)
    for parameter in teacher.parameters():
        parameter.requires_grad_(True)
    freeze_below(teacher, 0)
    return teacher


def labelled_examples(data: Path, split: Split) -> tuple[list[Example], list[Example]]:
    """The texts labelled for all heads, and every text with a label, those among them; folded as at
    run time, without those kept for measuring."""
    taught = zip(split.taught, split.weights, strict=True)
    gold = [corpus.labelled(row, weight) for row, weight in taught]
    others = [
        *corpus.seven_topics(data, "taidi_raw_train"),
        *corpus.seven_topics(data, "taidi_tokenised_train"),
        *corpus.rumours(data),
    ]
    unseen = {gold_mark(text) for text in split.unseen}
    kept = [example for example in others if gold_mark(example.text) not in unseen]
    folded = [replace(example, text=fold(example.text).text) for example in (*gold, *kept)]
    return folded[: len(gold)], folded


def unlabelled_examples(
    data: Path, split: Split, labelled: Sequence[Example], most: int
) -> list[Example]:
    """At most `most` texts without a label that stand nowhere else, in a fixed random order."""
    development = rows(data / "topics/taidi_raw_dev.jsonl.gz")
    known = {gold_mark(example.text) for example in labelled}
    known |= {gold_mark(text) for text in split.unseen}
    known |= {gold_mark(joined(row)) for row in development}
    found = []
    for text in corpus.unlabelled(data):
        mark = gold_mark(text)
        if mark not in known:
            known.add(mark)
            found.append(Example(fold(text).text))
    random.Random(0).shuffle(found)
    return found[:most]


def fast_words(models: Sequence[LinearModel], text: str, lexicon: Lexicon[Topic | Mark]) -> Floats:
    """The linear models' scores of a folded text, in the order of HEADS."""
    features = dense(read(text, lexicon))
    none = np.zeros(len(NAMES), dtype=np.float32)
    said: dict[str, Floats] = {}
    for model in models:
        said |= model.scores(text, none if SEVEN in model.heads else features)
    return np.concatenate([said[head] for head in HEADS])


def together(said: Taught, fast: Sequence[Floats]) -> torch.Tensor:
    """Scores whose shares lie between the teacher's and the fast model's."""
    slow = said.scores.numpy()
    return torch.tensor(np.stack([_mixed(*pair) for pair in zip(slow, fast, strict=True)]))


def _mixed(slow: Floats, fast: Floats) -> Floats:
    parts, start = [], 0
    for head, columns in HEADS.items():
        span = slice(start, start + len(columns))
        parts.append(_one_head(head, slow[span], fast[span]))
        start = span.stop
    return np.concatenate(parts).astype(np.float32)


def _one_head(head: str, slow: Floats, fast: Floats) -> Floats:
    word = _FAST_WORD.get(head, 0.5)
    if head in EXCLUSIVE:
        share = (1 - word) * softmax(slow) + word * softmax(fast)
        return np.asarray(np.log(np.clip(share, _SURE, None)), dtype=np.float32)
    pairs = zip(slow, fast, strict=True)
    mean = [(1 - word) * sigmoid(float(s)) + word * sigmoid(float(f)) for s, f in pairs]
    share = np.clip(mean, _SURE, 1 - _SURE)
    return np.asarray(np.log(share / (1 - share)), dtype=np.float32)
