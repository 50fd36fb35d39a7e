"""Sources read from YAML files, with every mistake told before the first page is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import jmespath
from cssselect import SelectorError
from jmespath.exceptions import JMESPathError
from parsel.csstranslator import HTMLTranslator
from pydantic import BaseModel, BeforeValidator, Field, RootModel, field_validator, model_validator

from crawlers.pages.charset import known_encoding
from crawlers.source import Fields, Kind, Selectors, Source
from yuqing.domain.errors import ConfigError
from yuqing.domain.post import Owner
from yuqing.files.yamlfile import read_yaml

__all__ = ["Fields", "Kind", "Selectors", "Source", "load_sources", "read_sources"]

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def load_sources(path: Path) -> tuple[Source, ...]:
    """The sources in one YAML file, or in all *.yaml and *.yml of a folder, by file name.

    A file holds one source or a list of them. Raises ConfigError for the first mistake;
    `read_sources` tells them all.
    """
    sources, mistakes = read_sources(path)
    if mistakes:
        raise mistakes[0]
    return sources


def read_sources(path: Path) -> tuple[tuple[Source, ...], tuple[ConfigError, ...]]:
    """The sources of the files that are right, and all the mistakes in the others."""
    sources: dict[str, Source] = {}
    mistakes: list[ConfigError] = []
    for file in _files(path):
        read = read_yaml(file, SourceFile)
        if isinstance(read, tuple):
            mistakes.extend(read)
            continue
        for source in read.sources():
            if source.id in sources:
                problem = f"source {source.id!r} is defined twice"
                mistakes.append(ConfigError(str(file), "id", problem, "Give it an id of its own."))
            sources.setdefault(source.id, source)
    if not sources and not mistakes:
        remedy = "Add a .yaml file with a source, or name another folder."
        mistakes.append(ConfigError(str(path), "folder", "holds no source", remedy))
    return tuple(sources.values()), tuple(mistakes)


def _files(path: Path) -> Iterable[Path]:
    if not path.is_dir():
        return (path,)
    return sorted(file for file in path.iterdir() if file.suffix in (".yaml", ".yml"))


def _span(value: Any) -> timedelta:
    match = _SPAN.fullmatch(str(value).strip())
    span = timedelta(**{_UNITS[match[2]]: float(match[1])}) if match else timedelta(0)
    if span <= timedelta(0):
        raise ValueError("not a span of time: write for example 30s, 5m, 2h or 1d")
    return span


Span = Annotated[timedelta, BeforeValidator(_span)]


class SourceEntry(BaseModel):
    """One source as written; see `Source` for the meaning of each field."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    name: str = Field(min_length=1)
    kind: Kind
    owner: Owner
    urls: list[str] = Field(min_length=1)
    rhythm: Span
    jurisdictions: list[str] = []
    hosts: list[str] = []
    selectors: Selectors = Selectors()
    fields: Fields = Fields()
    zone: str = "Asia/Shanghai"
    encoding: str | None = None
    pages: int = Field(3, ge=1, le=100)
    max_bytes: int = Field(5_000_000, ge=1024, le=50_000_000)
    delay: float = Field(1.0, ge=0, le=600)
    obey_robots: bool = True
    revisit: Span = timedelta(hours=1)

    @field_validator("urls")
    @classmethod
    def _web_addresses(cls, urls: list[str]) -> list[str]:
        for url in urls:
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError(f"{url!r} is not an http or https address")
        return urls

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(
                f"{zone!r} is no time zone: write for example Asia/Shanghai"
            ) from error
        return zone

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str | None) -> str | None:
        if encoding is not None and known_encoding(encoding) is None:
            raise ValueError(f"{encoding!r} is no encoding: write for example gb18030")
        return encoding

    @field_validator("selectors")
    @classmethod
    def _valid_selectors(cls, selectors: Selectors) -> Selectors:
        for name in Selectors.__dataclass_fields__:
            try:
                HTMLTranslator().css_to_xpath(getattr(selectors, name) or "p")
            except SelectorError as error:
                raise ValueError(f"{name} is not a CSS selector: {error}") from error
        return selectors

    @field_validator("fields")
    @classmethod
    def _valid_fields(cls, fields: Fields) -> Fields:
        for name in set(Fields.__dataclass_fields__) - {"link", "next_parameter"}:
            try:
                jmespath.compile(getattr(fields, name) or "a")
            except JMESPathError as error:
                problem = " ".join(str(error).split())
                raise ValueError(f"{name} is not a JMESPath: {problem}") from error
        return fields

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind is Kind.PORTAL and not self.selectors.links:
            raise ValueError("a portal needs selectors.links, the CSS of the links in its list")
        if self.kind is Kind.MICROBLOG and not all(
            (self.fields.items, self.fields.id, self.fields.text)
        ):
            raise ValueError("a microblog needs fields.items, fields.id and fields.text")
        return self

    def source(self) -> Source:
        """The value the rest of the product knows."""
        written = {name: getattr(self, name) for name in type(self).model_fields}
        hosts = self.hosts or list(dict.fromkeys(urlsplit(url).netloc for url in self.urls))
        return Source(
            **written
            | {
                "urls": tuple(self.urls),
                "jurisdictions": tuple(self.jurisdictions),
                "hosts": tuple(host.lower() for host in hosts),
            }
        )


class SourceFile(RootModel[list[SourceEntry]]):
    """A file of sources: a list of them, or one alone."""

    @model_validator(mode="before")
    @classmethod
    def _one_is_a_list(cls, written: Any) -> Any:
        return [written] if isinstance(written, dict) else written

    def sources(self) -> list[Source]:
        """What the file says, as values."""
        return [entry.source() for entry in self.root]
