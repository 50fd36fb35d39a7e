"""Where gold labels and answers come from: a file of labels, a file of verdicts, or a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from classifier.artifacts import load_models
from classifier.corrections import check_labels
from classifier.evaluate.numbers import Answers
from classifier.judge import Judge
from classifier.places import Gazetteers
from classifier.rules.lexicon import product_lexicon
from yuqing.domain.errors import ConfigError, InvalidMessage

Row = Mapping[str, Any]
OnPost = Callable[[], object]


def read_gold(path: Path) -> tuple[dict[str, Any], ...]:
    """Labelled posts: {id, text, relevant, topic, severity, disposition}. Raises InvalidMessage
    naming the line and the field, or for a file without posts."""
    rows = _rows(path)
    for number, row in enumerate(rows, start=1):
        try:
            check_labels(row)
        except InvalidMessage as error:
            raise InvalidMessage(f"{path}: post {number}: {error}") from error
    if not rows:
        raise InvalidMessage(f"{path}: there are no posts")
    return rows


def gold_answers(rows: Sequence[Row]) -> Answers:
    """The labels of `rows`."""
    return _answers(rows, confident=False)


def answers_of(model: Path, gold: Sequence[Row], on_post: OnPost = lambda: None) -> Answers:
    """What `model` (the folder of one, or a file of verdicts as `classify` prints them) says of
    the gold posts, in their order. `on_post` is called after each."""
    if model.is_dir():
        judge = judge_in(model)
        rows = []
        for row in gold:
            rows.append(_verdict(judge, row))
            on_post()
        return _answers(rows, confident=True)
    told = {str(row["id"]): row for row in _rows(model)}
    missing = [str(row["id"]) for row in gold if str(row["id"]) not in told]
    if missing:
        raise InvalidMessage(f"{model}: {len(missing)} posts have no verdict, first {missing[0]}")
    rows = [told[str(row["id"])] for row in gold]
    return _answers(rows, confident=all("confidence" in row for row in rows))


def judge_in(folder: Path) -> Judge:
    """The judge whose model lies in `folder`. Raises ConfigError when there is none."""
    try:
        return Judge(load_models(folder), Gazetteers({}), product_lexicon())
    except (OSError, KeyError, ValueError) as error:
        remedy = "Give a folder that `yuqing train` made, or a file of verdicts."
        raise ConfigError(str(folder), "model", str(error), remedy) from error


def _verdict(judge: Judge, row: Row) -> dict[str, Any]:
    said = judge.judge(str(row["id"]), str(row["text"]))
    return {
        "relevant": said.relevant,
        "topic": said.topic.value,
        "severity": int(said.severity),
        "disposition": said.disposition.value,
        "confidence": said.confidence,
    }


def _answers(rows: Sequence[Row], *, confident: bool) -> Answers:
    return Answers(
        relevant=tuple(bool(row["relevant"]) for row in rows),
        topic=tuple(str(row["topic"]) for row in rows),
        severity=tuple(int(row["severity"]) for row in rows),
        disposition=tuple(str(row["disposition"]) for row in rows),
        confidence=tuple(float(row["confidence"]) for row in rows) if confident else None,
    )


def _rows(path: Path) -> tuple[dict[str, Any], ...]:
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise InvalidMessage(f"{path}: line {number}: not JSON: {error}") from error
        if not isinstance(row, dict) or "id" not in row:
            raise InvalidMessage(f"{path}: line {number}: field id: missing")
        found.append(row)
    return tuple(found)
