"""What the classifier says of a post, and the codes it says it in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


class Topic(StrEnum):
    """The topic areas; the union of what the five plans name."""

    EPIDEMIC = "epidemic"
    HEALTHCARE = "healthcare"
    FOOD_DRUG = "food_drug"
    EDUCATION = "education"
    ELDERLY_CARE = "elderly_care"
    SOCIAL_SECURITY = "social_security"
    HARDSHIP = "hardship"
    LABOUR = "labour"
    HOUSING = "housing"
    LAND = "land"
    FINANCE = "finance"
    ENVIRONMENT = "environment"
    WORK_SAFETY = "work_safety"
    PUBLIC_SECURITY = "public_security"
    DISASTER = "disaster"
    TRANSPORT = "transport"
    URBAN = "urban"
    MARKET = "market"
    GOV_SERVICE = "gov_service"
    CULTURE = "culture"
    OTHER = "other"


class Severity(IntEnum):
    """特别重大 4, 重大 3, 较大 2, 一般 1, 无风险 0."""

    NONE = 0
    ORDINARY = 1
    LARGER = 2
    MAJOR = 3
    GRAVE = 4


class Emergency(StrEnum):
    """突发事件: a thing that happened suddenly and needs handling at once; its kind."""

    NATURAL = "natural"
    ACCIDENT = "accident"
    HEALTH = "health"
    SOCIAL = "social"


class Disposition(StrEnum):
    """分类处置, six kinds and none."""

    SUGGESTION = "suggestion"
    DIFFICULTY = "difficulty"
    MAJOR_PROBLEM = "major_problem"
    UNCLEAR = "unclear"
    WRONG_VIEW = "wrong_view"
    FALSE_INFO = "false_info"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of the post's text that carried part of the verdict.

    `what` is the head it speaks for ("severity", "topic", ...), `start` and `end` are character
    offsets into `Post.text`, `rule` names the rule or the law's article.
    """

    what: str
    start: int
    end: int
    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the classifier says of one post. `confidence` and `rumour_risk` are within 0..1.

    `confirmed_by` is the login of the person who confirmed or corrected it at `confirmed_at`; from
    then on no machine's verdict takes its place. `confidence` stays what the machine's was.
    """

    post_id: str
    relevant: bool
    topic: Topic
    also: tuple[Topic, ...]
    severity: Severity
    emergency: Emergency | None
    disposition: Disposition
    rumour_risk: float
    confidence: float
    evidence: tuple[Evidence, ...]
    places: tuple[str, ...]
    unit_kind_guess: str | None
    model: str
    watch_kinds: tuple[int, ...] = ()
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
