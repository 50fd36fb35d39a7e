"""How a government conducts its answers: who reviews, who speaks, where, and what it must do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from yuqing.domain.roster import Contact
from yuqing.domain.verdict import Topic


class Gate(StrEnum):
    """What a person says of a draft that makes a further review step necessary."""

    FINANCIAL = "financial"
    COLLECTIVE = "collective"
    MAJOR_POLICY = "major_policy"
    SECRECY = "secrecy"
    SEVERAL_UNITS = "several_units"


@dataclass(frozen=True, slots=True)
class ReviewStep:
    """One step before publishing, done in the order of the file, each by another person.

    `by` is a role (monitor, analyst, unit, reviewer, leader, admin) or the code of a unit. With
    `when` it is needed only for drafts of which a person has said so; without, for every one.
    """

    code: str
    name: str
    by: str
    when: Gate | None = None
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks first in person instead of the principal, for a unit, a topic, or both."""

    contact: Contact
    unit: str | None = None
    topic: Topic | None = None


@dataclass(frozen=True, slots=True)
class Spokespeople:
    """第一新闻发言人. By default the principal of the responsible unit, and for a grave emergency
    the place's principal before that; `voices` are exceptions.

    `head` is the principal of the whole government. `street_principal_always`: in a grave
    emergency the head speaks first, whatever unit is responsible. `any_grade`: somebody must
    speak in person at every grade, emergency or not; the policy asks for it accordingly.
    """

    head: Contact | None = None
    voices: tuple[Voice, ...] = ()
    street_principal_always: bool = False
    any_grade: bool = False


class ChannelKind(StrEnum):
    """Where an answer is made public; the second half is off line."""

    SITE = "site"
    WECHAT = "wechat"
    WEIBO = "weibo"
    APP = "app"
    HOTLINE = "hotline"
    NEWSPAPER = "newspaper"
    BROADCAST = "broadcast"
    BOARD = "board"
    SCREEN = "screen"
    MEETING = "meeting"
    LEAFLET = "leaflet"
    LECTURE = "lecture"
    READING_POINT = "reading_point"


ONLINE = frozenset(
    {
        *(ChannelKind.SITE, ChannelKind.WECHAT, ChannelKind.WEIBO, ChannelKind.APP),
        ChannelKind.HOTLINE,
    }
)


@dataclass(frozen=True, slots=True)
class Channel:
    """发布渠道. Only what stands on an `official` one is an authoritative release; proof of what
    is not `online` is a photo or a scan."""

    code: str
    name: str
    kind: ChannelKind
    official: bool = True

    @property
    def online(self) -> bool:
        """True when a publication there has an address."""
        return self.kind in ONLINE


@dataclass(frozen=True, slots=True)
class SubTopic:
    """子主题: a narrower matter under one of the topics, known by its words, perhaps with a unit.

    `inferred`: no document says which unit; we concluded it.
    """

    code: str
    name: str
    topic: Topic
    words: tuple[str, ...]
    unit: str | None = None
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class WatchKind:
    """重点类别: what a plan watches first; `name` is the plan's word for it.

    `number` is the kind that a verdict names: 1 decisions of the government, 2 people's vital
    interests, 3 its image, 4 emergencies, 5 livelihood matters that shock, 6 false information.
    """

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class ReportsTo:
    """The units told of grades 3 and 4 and of rumours: 宣传部门, 网信部门, 公安机关."""

    publicity: str | None = None
    cyberspace: str | None = None
    police: str | None = None


@dataclass(frozen=True, slots=True)
class ProgressRelease:
    """进展后续发布: after the first release of a matter as said, each recorded step of progress is
    to be followed by another `within` this time; with `official`, on an official channel."""

    within: timedelta
    emergency: bool = True
    grades: tuple[int, ...] = (3, 4)
    official: bool = True
    basis: str = ""


class DutyStatus(StrEnum):
    """Whether the product does what the duty asks already."""

    ACTIVE = "active"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Duty:
    """职责: one thing the plan obliges the government to do. `basis` cites the plan; a pending one
    says what it `needs`."""

    code: str
    name: str
    basis: str = ""
    status: DutyStatus = DutyStatus.ACTIVE
    needs: str = ""
