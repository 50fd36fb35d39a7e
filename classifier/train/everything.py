"""All of `yuqing train`: the fast models, perhaps the encoder, then the tuning and the scores."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from classifier.artifacts import SHIPPED
from classifier.cascade import TUNING_FILE, Tuning, kept_tuning
from classifier.encoder import ABOUT_FILE, OnnxEncoder, load_encoder
from classifier.features import dense, read
from classifier.linear import LinearModel, save_linear
from classifier.rules.lexicon import product_lexicon
from classifier.train.build import Row, Split, split
from classifier.train.linear.build import fit_linear
from classifier.train.linear.seven import fit_seven
from classifier.train.measure import measure
from classifier.train.rumours import fit_rumour, save_rumour, unseen_scores
from classifier.train.tune import Heard, asked, decided, opinion, tune
from yuqing.domain.errors import ConfigError

Begin = Callable[[str], Callable[[int, int, float], None]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Folders read and written, and people's corrections in the form of the gold labels."""

    data: Path
    labels: Path
    out: Path
    base: Path | None = None
    corrections: Sequence[Row] = ()


def train_all(wanted: Wanted, begin: Begin) -> dict[str, Any]:
    """Write linear/, seven/, encoder/ and rumour/ under `wanted.out`; the scores, which are also
    kept as scores.json. Raises ConfigError where data or torch are missing."""
    rows = split(wanted.data, wanted.labels, wanted.corrections)
    linear = fit_linear(wanted.data, rows.taught, rows.weights, rows.unseen)
    seven = fit_seven(wanted.data)
    for name, model in (("linear", linear), ("seven", seven)):
        (wanted.out / name).mkdir(parents=True, exist_ok=True)
        save_linear(model, wanted.out / name)
    save_rumour(fit_rumour(wanted.data, unseen_scores(wanted.data)), wanted.out / "rumour")
    encoder = _encoder(wanted, rows, (linear, seven), begin)
    return _tuned(wanted.out, rows, linear, encoder)


def _encoder(wanted: Wanted, rows: Split, fast: Sequence[LinearModel], begin: Begin) -> OnnxEncoder:
    folder = wanted.out / "encoder"
    if wanted.base is not None:
        try:
            from classifier.train.encoder.build import build_encoder
        except ImportError as error:
            remedy = "Install it: pip install 'yuqing[train]'. Or train without --base."
            raise ConfigError("--base", "torch", "is not installed", remedy) from error
        build_encoder(wanted.data, rows, wanted.base, fast, folder, tell=begin)
    elif not (folder / ABOUT_FILE).is_file():
        shutil.copytree(Path(str(SHIPPED)) / "encoder", folder, dirs_exist_ok=True)
    return load_encoder(folder)


def _tuned(out: Path, rows: Split, linear: LinearModel, encoder: OnnxEncoder) -> dict[str, Any]:
    tuning = tune(list(hear(rows.tuned, linear, encoder)), f"{linear.name}+{encoder.name}")
    _write(out / "encoder" / TUNING_FILE, kept_tuning(tuning))
    kept_out = {"gold": rows.measured, "written": rows.written}
    scores = {
        name: scores_of(list(hear(labelled, linear, encoder)), tuning)
        for name, labelled in kept_out.items()
    }
    _write(out / "scores.json", scores)
    return scores


def hear(rows: Sequence[Row], linear: LinearModel, encoder: OnnxEncoder) -> Iterator[Heard]:
    """What rules and both models say of each row."""
    lexicon = product_lexicon()
    for row in rows:
        reading = read(row["text"], lexicon)
        text = reading.folded.text
        yield Heard(row, reading, linear.scores(text, dense(reading)), encoder.scores(text))


def scores_of(heard: Sequence[Heard], tuning: Tuning) -> dict[str, Any]:
    """The fast model alone, the slow one on every post, and the cascade, on rows never seen."""
    rows = [one.row for one in heard]
    alone = [opinion(replace(one, encoder=None), tuning.alone) for one in heard]
    return {
        "fast": measure(alone, rows).rounded(),
        "slow": measure([opinion(one, tuning.both) for one in heard], rows).rounded(),
        "cascade": measure(decided(heard, tuning), rows).rounded(),
        "asked": round(asked(heard, tuning), 4),
    }


def _write(file: Path, kept: Mapping[str, Any]) -> None:
    text = json.dumps(kept, ensure_ascii=False, indent=1) + "\n"
    file.write_text(text, encoding="utf8")
