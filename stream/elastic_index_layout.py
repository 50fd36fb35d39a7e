"""Which Elasticsearch indices there are: one a month and generation, the live ones behind an alias.

`yuqing-g2-2026.11` is November 2026 of the second rebuild. Readers ask only the alias `yuqing`.
Generations only grow, so what a latecomer did across a switch is known by its number, and put
right by whoever looks next.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from elasticsearch import BadRequestError, Elasticsearch

from stream.indexed import OLDEST_MONTH

_EXISTS = "resource_already_exists_exception"
_KEYWORDS = ("post_id", "topic", "source", "owner", "jurisdictions")
_FIELDS: dict[str, dict[str, Any]] = {
    **{name: {"type": "keyword"} for name in _KEYWORDS},
    "words": {"type": "text", "analyzer": "whitespace", "norms": False},
    "at": {"type": "long"},
    "first_known_at": {"type": "date", "format": "epoch_millis"},
    "severity": {"type": "byte"},
    "relevant": {"type": "boolean"},
    "judged": {"type": "keyword", "index": False, "doc_values": False},
}
# The words are derived from `judged`; a stored second copy would serve nobody.
_MAPPINGS = {"dynamic": False, "_source": {"excludes": ["words"]}, "properties": _FIELDS}
_SETTINGS = {"number_of_shards": 1, "auto_expand_replicas": "0-1", "refresh_interval": "30s"}


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands in the cluster: `months` maps each generation to its months and indices."""

    live: int
    months: Mapping[int, Mapping[str, str]]

    @property
    def written(self) -> tuple[int, ...]:
        """The live generation, and those being built: a post goes to all of them."""
        return (self.live, *(g for g in sorted(self.months) if g > self.live))

    def indices(self, generation: int) -> list[str]:
        """The names of the indices of one generation."""
        return list(self.months.get(generation, {}).values())


def index_name(prefix: str, generation: int, month: str) -> str:
    """The index of a month ("2026-11")."""
    return f"{prefix}-g{generation}-{month.replace('-', '.')}"


def settled_layout(client: Elasticsearch, prefix: str) -> Layout:
    """The indices as they stand, after putting right what a writer did across a switch.

    Such a writer may have opened a month of the old generation (dropped), or of the new one just
    before it went live and thus without the alias (added).
    """
    found = _found(client, prefix)
    live = max((generation for generation, _, _, aliased in found if aliased), default=1)
    drop(client, [name for generation, _, name, _ in found if generation < live])
    for generation, _, name, aliased in found:
        if generation == live and not aliased:
            client.indices.put_alias(index=name, name=prefix)
    months: dict[int, dict[str, str]] = {}
    for generation, month, name, _ in found:
        if generation >= live:
            months.setdefault(generation, {})[month] = name
    return Layout(live, months)


def _found(client: Elasticsearch, prefix: str) -> list[tuple[int, str, str, bool]]:
    """(generation, month, index, whether behind the alias) of every index of ours."""
    form = re.compile(re.escape(prefix) + r"-g(\d+)-(\d{4})\.(\d{2})")
    return [
        (int(parts[1]), f"{parts[2]}-{parts[3]}", name, prefix in entry["aliases"])
        for name, entry in client.indices.get_alias(index=f"{prefix}-g*").items()
        if (parts := form.fullmatch(name))
    ]


def open_month(client: Elasticsearch, prefix: str, layout: Layout, place: tuple[int, str]) -> str:
    """Make the index of `place` (generation, month), behind the alias if it is live; its name."""
    generation, month = place
    name = index_name(prefix, generation, month)
    aliases: dict[str, dict[str, str]] = {prefix: {}} if generation == layout.live else {}
    _put_template(client, prefix)
    try:
        client.indices.create(index=name, aliases=aliases)
    except BadRequestError as error:
        if error.error != _EXISTS:
            raise
    return name


def begin_generation(client: Elasticsearch, prefix: str) -> int:
    """Open the next generation, with the live one's months, so that writers see it at once."""
    layout = settled_layout(client, prefix)
    for generation in layout.written[1:]:
        drop(client, layout.indices(generation))
    generation = layout.written[-1] + 1
    for month in layout.months.get(layout.live) or {OLDEST_MONTH: ""}:
        open_month(client, prefix, layout, (generation, month))
    return generation


def make_live(client: Elasticsearch, prefix: str, layout: Layout, generation: int) -> None:
    """In one step the alias names `generation` and nothing else; the others are gone."""
    old = [name for other in layout.months if other != generation for name in layout.indices(other)]
    client.indices.update_aliases(
        actions=[
            *({"add": {"index": name, "alias": prefix}} for name in layout.indices(generation)),
            *({"remove_index": {"index": name}} for name in old),
        ]
    )


def drop(client: Elasticsearch, names: list[str]) -> None:
    """Delete whole indices, a few a request, also where somebody else was quicker."""
    for start in range(0, len(names), 50):
        client.indices.delete(index=names[start : start + 50], ignore_unavailable=True)


def _put_template(client: Elasticsearch, prefix: str) -> None:
    client.indices.put_index_template(
        name=prefix,
        index_patterns=[f"{prefix}-g*"],
        priority=500,
        allow_auto_create=False,
        template={"settings": _SETTINGS, "mappings": _MAPPINGS},
    )
