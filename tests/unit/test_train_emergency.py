"""What teaches the emergency head: grave posts that were read for it, and everyday ones unread."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from classifier.features import NAMES, read
from classifier.heads import EMERGENCY, FAST_HEADS, TOPICS
from classifier.rules.lexicon import product_lexicon
from classifier.train.linear.gold import Fitted, Gold, fit_heads, stack
from classifier.train.linear.matrix import learn_vocabulary
from classifier.train.linear.weak import Pool, WeakModel
from classifier.train.sources import Example
from yuqing.domain.verdict import Topic

LEXICON = product_lexicon()
NOW, EVER = "河堤刚刚决口,水进了镇子", "河堤的护栏缺了很多年"


def row(text: str, severity: int, **more: Any) -> dict[str, Any]:
    known = {"relevant": severity > 0, "topic": "disaster", "disposition": "major_problem"}
    return {"text": text, "severity": severity} | known | more


def taught(rows: list[dict[str, Any]]) -> tuple[WeakModel, Fitted]:
    """A weak step that knows nothing, and the emergency head that `rows` teach upon it."""
    rows = [
        *rows,
        row("晚安", 0, topic="other", disposition="none"),
        row("修路吧", 3, topic="urban", disposition="suggestion"),
        row("公交三天没来", 1, topic="transport", disposition="difficulty"),
    ]
    readings = tuple(read(r["text"], LEXICON) for r in rows)
    columns = 1 + len(TOPICS) + 2
    vocabulary = learn_vocabulary([r.folded.text for r in readings], 500, least=1)
    nothing = np.zeros((len(vocabulary.keys), columns)), np.zeros((len(NAMES), columns))
    weak = WeakModel(vocabulary, *nothing, np.zeros(columns))
    known = Example("路灯坏了", True, TOPICS, None, "messages")
    pool = Pool((known,), (read(known.text, LEXICON),), (Topic.URBAN,), (True,))
    gold = Gold(tuple(rows), readings, (1.0,) * len(rows))
    return weak, fit_heads(weak, gold, pool)[EMERGENCY]


def score(head: tuple[WeakModel, Fitted], text: str) -> float:
    weak, (weights, bias) = head
    return float((stack(weak, [read(text, LEXICON)]) @ weights + bias).item())


def test_the_head_learns_from_grave_posts_read_for_it() -> None:
    head = taught([row(NOW, 2, emergency="natural"), row(EVER, 2, emergency="none")])
    assert len(FAST_HEADS[EMERGENCY]) == 1
    assert score(head, NOW) > 0 > score(head, EVER)


@pytest.mark.parametrize("more", [{"emergency": None}, {}])
def test_a_correction_without_an_emergency_teaches_none(more: dict[str, None]) -> None:
    calm = row("请问河堤几点关门", 1, disposition="unclear", **more)
    head = taught([row(NOW, 2, emergency="natural"), row(EVER, 2, emergency=None), calm])
    assert score(head, NOW) > 0
    assert score(head, EVER) < 0
    assert score(head, calm["text"]) < 0
