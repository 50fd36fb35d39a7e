"""How likely a post spreads something untrue, and why: a risk, never a verdict of falsehood.

The text's score, who posts, how it spreads and whether it names a source are put together by a
small logistic model, one for each set of facts that may be known; what rules see then tempers it.
Nothing of the rules cuts a range off, so that the order of two posts is never lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from math import exp, log, log10

from classifier.debunks.library import Debunks, Match
from classifier.features import Reading
from classifier.rules.mark_words import Mark
from yuqing.domain.post import Owner, Sighting
from yuqing.domain.verdict import Evidence

HOUR = 3600
_SCALE = {Owner.OFFICIAL: 0.1, Owner.MEDIA: 0.6, Owner.CITIZEN: 1.0}
_REFUTED = 0.15
_MOST = 6.0  # log-odds of a text beyond which it is not surer
_KNOWN_FALSE = 0.9
_MOST_SHOWN = 3
_FAST = 50  # reposts in the first hour that are worth telling
_FEW = 10_000  # followers
_SOURCED = re.compile(
    "据[^,。;!?]{0,12}(?:报道|通报|介绍)|记者|新华社|央视|新华网|人民网|中新网|日报|晚报|都市报|本报|"
    "(?:公安|警方|政府|卫健委|应急)[^,。]{0,6}(?:通报|公告|发布)"
)
_FEWEST, _COUNTED = 3.0, 1000.0  # decades of followers told apart; reposts above which all are one


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known beside the text. `repost_seconds`: how long after the post each of its first
    reposts came. None and empty: not known."""

    followers: int | None = None
    reposts: int | None = None
    repost_seconds: tuple[int, ...] = ()

    @property
    def first_hour(self) -> int:
        """How many of the reposts came within the first hour."""
        return sum(second <= HOUR for second in self.repost_seconds)

    def known(self) -> str:
        """Which facts are known, the name of the model for them: "followers+reposts", "text"."""
        facts = {
            "followers": self.followers is not None,
            "reposts": self.reposts is not None and self.reposts >= LEAST_REPOSTS,
            "spread": len(self.repost_seconds) >= LEAST_SPREAD,
        }
        return "+".join(name for name, known in facts.items() if known) or "text"


LEAST_SPREAD = 10  # fewer reposts say nothing of speed
LEAST_REPOSTS = 100  # what was fitted on had so many; of a post just made fewer say nothing
UNKNOWN = Signals()


def signals_of(followers: int | None, sighting: Sighting | None) -> Signals:
    """What a crawled post tells: the counts of one sighting, and its author's followers."""
    return Signals(followers, sighting.reposts if sighting else None)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The risk within 0..1 and its reasons; a reason that is no word of the text has an empty
    span at 0."""

    risk: float
    reasons: tuple[Evidence, ...]


def measures(reading: Reading, signals: Signals) -> dict[str, float]:
    """What the combination weighs beside the text's score; also what it is fitted on."""
    tenth = signals.repost_seconds[:10]
    return {
        "hearsay": float(reading.has(Mark.HEARSAY)),
        "alarm": float(reading.has(Mark.ALARM)),
        "sourced": float(_SOURCED.search(reading.folded.text) is not None),
        "followers": max(_FEWEST, log10(max(0, signals.followers or 0) + 1)),
        "reposts": log10(min(_COUNTED, max(0, signals.reposts or 0)) + 1),
        "tenth": log10(max(0, tenth[-1] if tenth else 0) + 1),
        "first_hour": log10(signals.first_hour + 1),
    }


@dataclass(frozen=True, slots=True)
class Combination:
    """Weights by set of known facts; each set's weights name the measures it uses."""

    name: str
    weights: Mapping[str, Mapping[str, float]]

    def probability(self, text_score: float, measured: Mapping[str, float], known: str) -> float:
        """The risk before the rules; `text_score` is the text's log-odds of being a rumour."""
        weights = self.weights.get(known) or self.weights["text"]
        told = {**measured, "text": max(-_MOST, min(_MOST, text_score)), "one": 1.0}
        return 1 / (1 + exp(-sum(weight * told[name] for name, weight in weights.items())))


@lru_cache(maxsize=1)
def shipped_combination() -> Combination:
    """The combination that ships with the product."""
    path = resources.files("classifier").joinpath("models", "rumour", "combination.json")
    read = json.loads(path.read_text(encoding="utf8"))
    return Combination(read["name"], read["weights"])


def assess(
    text_score: float,
    reading: Reading,
    owner: Owner,
    signals: Signals = UNKNOWN,
    debunks: Debunks | None = None,
    combination: Combination | None = None,
) -> Assessment:
    """The risk of a read post; `text_score` is the text model's log-odds."""
    combination = combination or shipped_combination()
    known = signals.known()
    risk = combination.probability(text_score, measures(reading, signals), known)
    if reading.has(Mark.HEARSAY) and reading.has(Mark.ALARM):
        risk = risk + 0.5 * (1 - risk)
    match = debunks.match(reading.folded.text) if debunks else None
    refutes = reading.context.refuted
    if match and not refutes:
        risk = _KNOWN_FALSE + (1 - _KNOWN_FALSE) * risk * match.share
    risk *= (_REFUTED if refutes else 1.0) * _SCALE[owner]
    risk = round(risk, 4)
    reasons = tuple(_reasons(text_score, reading, signals, match)) if _worth(risk, match) else ()
    return Assessment(risk, reasons if not refutes else _refutation(reading))


def rumour_risk(modelled: float, reading: Reading, owner: Owner) -> float:
    """The risk from the model's own probability `modelled` alone."""
    inside = min(max(modelled, 1e-6), 1 - 1e-6)
    return assess(log(inside / (1 - inside)), reading, owner).risk


def _worth(risk: float, match: Match | None) -> bool:
    return risk >= 0.5 or match is not None


def _reasons(
    text_score: float, reading: Reading, signals: Signals, match: Match | None
) -> Iterator[Evidence]:
    if match:
        rule = f"辟谣库:与已公布的辟谣相符《{match.debunk.title}》{match.debunk.source}"
        yield _shown(reading, match.start, match.end, rule)
    yield from _marked(reading, Mark.HEARSAY, "传闻用语")
    yield from _marked(reading, Mark.ALARM, "催促扩散的用语")
    if text_score > 0:
        yield _told("文字与已判定的谣言相近(文本模型)")
    if not _SOURCED.search(reading.folded.text):
        yield _told("没有注明消息来源")
    if signals.first_hour >= _FAST:
        yield _told(f"扩散快:首小时转发{signals.first_hour}次")
    if signals.followers is not None and signals.followers < _FEW:
        yield _told(f"发布账号粉丝少({signals.followers}),难以核实其来源")


def _marked(reading: Reading, mark: Mark, rule: str) -> Iterator[Evidence]:
    hits = [hit for hit in reading.hits if mark in hit.means][:_MOST_SHOWN]
    return (_shown(reading, hit.start, hit.end, rule) for hit in hits)


def _refutation(reading: Reading) -> tuple[Evidence, ...]:
    return tuple(_marked(reading, Mark.REFUTATION, "本帖是在辟谣"))


def _shown(reading: Reading, start: int, end: int, rule: str) -> Evidence:
    return reading.folded.evidence("rumour_risk", start, end, rule)


def _told(rule: str) -> Evidence:
    return Evidence("rumour_risk", 0, 0, "", rule)


def spread_seconds(told: object) -> tuple[int, ...]:
    """The seconds of the first reposts in order, from a list of numbers as a line carries it."""
    if not isinstance(told, Sequence) or isinstance(told, str):
        return ()
    seconds = (int(s) for s in told if isinstance(s, int | float) and not isinstance(s, bool))
    return tuple(sorted(s for s in seconds if s >= 0))
