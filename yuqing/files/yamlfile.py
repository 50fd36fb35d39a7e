"""One way to read every YAML file people write, so that every mistake names its line and remedy."""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from yuqing.domain.errors import ConfigError

M = TypeVar("M", bound=BaseModel)
MAX_BYTES = 4 * 1024 * 1024


def load_yaml(path: Path, model: type[M]) -> M:
    """The YAML file at `path` as a `model` (also a RootModel, for a file that is a list).

    Raises ConfigError, for the first mistake by line: a file that cannot be read, is no UTF-8 or
    no YAML, has a duplicate key, an unknown or missing field, or a value of the wrong type.
    """
    read = read_yaml(path, model)
    if isinstance(read, tuple):
        raise read[0]
    return read


def read_yaml(path: Path, model: type[M]) -> M | tuple[ConfigError, ...]:
    """As `load_yaml`, but gives back all the mistakes, ordered by line, instead of raising one."""
    try:
        tree = _parse(path, _text(path))
    except ConfigError as error:
        return (error,)
    try:
        return model.model_validate(_plain(tree), extra="forbid")
    except ValidationError as error:
        found = [
            _mistake(path, tree, model, one)
            for one in error.errors(include_url=False, include_input=False)
        ]
        return tuple(sorted(found, key=lambda mistake: mistake.line or 0))


def line_of(tree: object, keys: Sequence[str | int]) -> int | None:
    """The line, from 1, where `keys` leads in a parsed tree, or the nearest parent of it.

    Keys that are not in the tree (a union's tag, a missing field) are passed over.
    """
    line = int(tree.lc.line) + 1 if isinstance(tree, CommentedMap | CommentedSeq) else None
    for key in keys:
        if isinstance(tree, CommentedMap) and key in tree:
            line = tree.lc.key(key)[0] + 1
        elif isinstance(tree, CommentedSeq) and isinstance(key, int) and key < len(tree):
            line = tree.lc.item(key)[0] + 1
        else:
            continue
        tree = tree[key]
    return line


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise ConfigError(str(path), "file", problem, "Check the path and rights.") from error
    if len(raw) > MAX_BYTES:
        raise ConfigError(str(path), "file", "larger than 4 MB", "Split it into several files.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            str(path), "file", "not UTF-8 text", "Save the file as UTF-8.", line
        ) from error


def _parse(path: Path, text: str) -> object:
    try:
        return YAML(typ="rt").load(StringIO(text))
    except DuplicateKeyError as error:
        problem = str(error.problem).split(" with value")[0]
        raise ConfigError(
            str(path), "file", problem, "Keep one of the two.", _line(error)
        ) from error
    except MarkedYAMLError as error:
        problem = f"not YAML: {error.problem or error.context}"
        remedy = "Mend the indentation, quotes or brackets at this line."
        raise ConfigError(str(path), "file", problem, remedy, _line(error)) from error
    except YAMLError as error:
        problem = f"not YAML: {' '.join(str(error).split())}"
        raise ConfigError(str(path), "file", problem, "Save it as plain text.") from error


def _line(error: MarkedYAMLError) -> int | None:
    mark = error.problem_mark or error.context_mark
    return None if mark is None else int(mark.line) + 1


def _plain(tree: Any) -> Any:
    # pydantic and dataclasses copy what they get; ruamel's own types carry comments along
    if isinstance(tree, dict):
        return {key: _plain(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_plain(value) for value in tree]
    if isinstance(tree, bool) or tree is None:
        return tree
    kind = next((k for k in (str, int, float) if isinstance(tree, k)), None)
    return kind(tree) if kind else tree


def _mistake(path: Path, tree: object, model: type[BaseModel], found: ErrorDetails) -> ConfigError:
    keys = found["loc"]
    field = ".".join(str(key) for key in keys) or "file"
    problem, remedy = _explain(model, found)
    return ConfigError(str(path), field, problem, remedy, line_of(tree, keys))


def _explain(model: type[BaseModel], found: ErrorDetails) -> tuple[str, str]:
    if found["type"] == "missing":
        return "missing", "Add it."
    if found["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        near = difflib.get_close_matches(str(found["loc"][-1]), sorted(set(_names(model))), n=1)
        return "unknown field", f"Did you mean {near[0]}?" if near else "Remove it."
    return found["msg"].removeprefix("Value error, "), "Correct the value."


def _names(annotation: Any) -> Iterator[str]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            yield field.alias or name
            yield from _names(field.annotation)
    elif dataclasses.is_dataclass(annotation):
        yield from (field.name for field in dataclasses.fields(annotation))
    elif typing.get_origin(annotation) or isinstance(annotation, types.UnionType):
        for argument in typing.get_args(annotation):
            yield from _names(argument)
