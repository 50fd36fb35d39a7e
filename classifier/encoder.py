"""The compact transformer, asked about the posts that the linear model is unsure of.

Run time needs ONNX Runtime and the tokenizer, no torch. Dynamic quantisation takes its scale from
whatever is in one run, so a run holds one post: a verdict never depends on its neighbours.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from classifier.linear import Floats, by_head
from yuqing.domain.errors import ConfigError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from transformers import PreTrainedTokenizerBase

MODEL_FILE, ABOUT_FILE = "model.onnx", "encoder.json"
_READ_AHEAD = 4  # characters a token at the most, so that a long post is not tokenised whole
_REMEDY = "Give a folder that `yuqing train` wrote, or leave the setting empty for the shipped one."


class Scorer(Protocol):
    """What the cascade asks: the scores (logits) of each head for one folded text.

    The same text gives the same bytes; calls from several threads may overlap.
    """

    @property
    def name(self) -> str:
        """What verdicts say they are by."""
        ...

    def scores(self, text: str) -> Mapping[str, Floats]:
        """Head to one number a column."""
        ...


@dataclass(frozen=True, slots=True)
class OnnxEncoder:
    """A `Scorer` on an ONNX file; `longest` is in tokens, the two ends of the text counted in."""

    name: str
    heads: Mapping[str, tuple[str, ...]]
    longest: int
    session: InferenceSession
    tokenizer: PreTrainedTokenizerBase

    def scores(self, text: str) -> Mapping[str, Floats]:
        """See `Scorer`."""
        ids = self.tokenizer(
            text[: self.longest * _READ_AHEAD], truncation=True, max_length=self.longest
        )["input_ids"]
        row = np.array([ids], dtype=np.int64)
        (found,) = self.session.run(["scores"], {"ids": row, "mask": np.ones_like(row)})
        return by_head(found[0], self.heads)


def load_encoder(folder: Path) -> OnnxEncoder:
    """The encoder of a local Hugging Face `folder` with `model.onnx` and `encoder.json`.

    CUDA is used when ONNX Runtime brings it. Raises ConfigError when a file is missing or wrong.
    """
    about = _about(folder)
    heads = {head: tuple(columns) for head, columns in about["heads"].items()}
    session = _session(folder / MODEL_FILE)
    # it would tell everybody at every start that there is no torch, which is as it should be
    os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    return OnnxEncoder(about["name"], heads, int(about["longest"]), session, tokenizer)


def _about(folder: Path) -> dict[str, Any]:
    for name in (MODEL_FILE, ABOUT_FILE):
        if not (folder / name).is_file():
            raise ConfigError(str(folder), name, "not found", _REMEDY)
    try:
        about = json.loads((folder / ABOUT_FILE).read_text(encoding="utf8"))
        return {key: about[key] for key in ("name", "heads", "longest")}
    except (ValueError, KeyError) as error:
        raise ConfigError(
            str(folder / ABOUT_FILE), str(error), "cannot be read", _REMEDY
        ) from error


def _session(file: Path) -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    known = onnxruntime.get_available_providers()
    chosen = [p for p in ("CUDAExecutionProvider", "CPUExecutionProvider") if p in known]
    return onnxruntime.InferenceSession(str(file), options, providers=chosen)


def fingerprint(file: Path) -> str:
    """Eight hex digits of a model file, for its name."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:8]
