"""Read and write the library's folder: YAML that people edit, JSON lines that commands add."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson
from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError, field_validator

from classifier.debunks.library import Debunk, best_known
from yuqing.domain.errors import ConfigError
from yuqing.domain.text import normalise
from yuqing.files.yamlfile import load_yaml

ADDED = "added.jsonl"
_REMEDY = "Each refutation needs a title, and claims or keys; see the guide"


class DebunkForm(BaseModel):
    """One refutation as a file carries it."""

    model_config = ConfigDict(extra="forbid")

    id: str = ""
    title: str = Field(min_length=2, max_length=200)
    claims: tuple[str, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    source: str = ""
    date: str = ""
    url: str = ""

    @field_validator("keys", mode="before")
    @classmethod
    def _groups(cls, value: object) -> object:
        """A group may be written as one word, or as words with | between."""
        if not isinstance(value, list | tuple):
            return value
        return tuple(tuple(g.split("|")) if isinstance(g, str) else tuple(g) for g in value)

    @field_validator("keys")
    @classmethod
    def _long_enough(cls, keys: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        if any(not word.strip() for group in keys for word in group) or len(keys) == 1:
            raise ValueError("give at least two groups of key words, none of them empty")
        return keys

    def debunk(self) -> Debunk:
        """As a word of the library; without an id it gets one from its title."""
        made = hashlib.sha256(normalise(self.title).encode()).hexdigest()[:12]
        claims = self.claims if self.claims or self.keys else (self.title,)
        return Debunk(
            self.id or made, self.title, claims, self.keys, self.source, self.date, self.url
        )


class DebunkList(RootModel[list[DebunkForm]]):
    """A YAML file: a list of refutations."""


def load_debunks(folder: Path) -> tuple[Debunk, ...]:
    """Every refutation under `folder` by id, in the order of the file names; none without a folder.

    Raises ConfigError naming file, line and remedy.
    """
    if not folder.is_dir():
        return ()
    read = [debunk for path in sorted(folder.iterdir()) for debunk in read_debunks(path)]
    return tuple(best_known(read).values())


def read_debunks(path: Path) -> Iterator[Debunk]:
    """The refutations of one .yaml, .yml or .jsonl file; any other file holds none."""
    if path.suffix in (".yaml", ".yml"):
        yield from (form.debunk() for form in load_yaml(path, DebunkList).root)
    elif path.suffix == ".jsonl":
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            if line.strip():
                yield _parsed(path, number, line)


def _parsed(path: Path, number: int, line: bytes) -> Debunk:
    try:
        return DebunkForm.model_validate(orjson.loads(line)).debunk()
    except orjson.JSONDecodeError as error:
        raise ConfigError(str(path), "line", str(error), "Write one JSON object", number) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"])) or "line"
        raise ConfigError(str(path), field, str(first["msg"]), _REMEDY, number) from error


def add_debunks(folder: Path, new: Iterable[Debunk]) -> int:
    """Append those of `new` that the library does not hold word for word; how many they were."""
    known = best_known(load_debunks(folder))
    fresh = [debunk for debunk in new if known.get(debunk.id) != debunk]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ADDED).open("ab") as file:
        file.writelines(orjson.dumps(debunk) + b"\n" for debunk in fresh)
    return len(fresh)
