"""The models of one judge: the fast one, perhaps the slow one, and how both are believed.

They ship under `classifier/models/`; a folder that `yuqing train` wrote may stand in for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from pathlib import Path

from classifier.cascade import TUNING_FILE, Tuning, load_tuning
from classifier.encoder import ABOUT_FILE, Scorer, load_encoder
from classifier.linear import LinearModel, load_linear
from yuqing.domain.errors import ConfigError

SHIPPED = resources.files("classifier").joinpath("models")


@dataclass(frozen=True, slots=True)
class Models:
    """`encoder` None: the fast model decides everything. `seven` is the fast model of the seven
    topics, loaded when it is first asked."""

    linear: LinearModel
    encoder: Scorer | None
    tuning: Tuning
    seven: Callable[[], LinearModel]

    @property
    def name(self) -> str:
        """Both names; what a verdict says it is by."""
        return f"{self.linear.name}+{self.encoder.name}" if self.encoder else self.linear.name


def load_models(folder: Path | None = None) -> Models:
    """The shipped models, or those of `folder`: what `yuqing train` wrote as a whole (linear/,
    encoder/), or a Hugging Face folder with encoder.json beside the shipped fast model.

    Raises ConfigError when a file is missing, cannot be read, or was tuned with another model.
    """
    home = Path(str(SHIPPED)) if folder is None else folder
    slow = home if (home / ABOUT_FILE).is_file() else home / "encoder"
    fast = home / "linear" if (home / "linear").is_dir() else Path(str(SHIPPED)) / "linear"
    encoder = load_encoder(slow)
    seven = cache(partial(load_linear, fast.parent / "seven"))
    models = Models(load_linear(fast), encoder, _tuning(slow), seven)
    _refuse_strangers(models, slow)
    return models


def _tuning(folder: Path) -> Tuning:
    try:
        return load_tuning(folder)
    except (OSError, ValueError, KeyError) as error:
        remedy = "Run `yuqing train` again; it writes this file last."
        raise ConfigError(str(folder), TUNING_FILE, f"cannot be read: {error}", remedy) from error


def _refuse_strangers(models: Models, folder: Path) -> None:
    tuned, here = models.tuning.models, models.name
    if tuned != here:
        remedy = "Give the folder as `yuqing train` wrote it, or train again."
        problem = f"was tuned for {tuned}, and these are {here}"
        raise ConfigError(str(folder / TUNING_FILE), "models", problem, remedy)
