"""What people say to the machine: of posts, and of which posts are one matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from responder.copies import post_of, verdict_of
from responder.corrections import Correction, Corrections
from responder.desk_reading import ReadingDesk, page_size
from responder.doors import check_reads_posts, text_of
from responder.drifts import Drifts, DriftView
from responder.people import Person, Role
from responder.people import everybody as all_people
from responder.regroupings import Regrouping, Regroupings, Wish
from responder.reviews import Review, Reviews, own_thresholds
from responder.schema import event_posts
from stream.messages import Judged
from stream.sql import failures_named, reading
from yuqing.domain.decision import Labels
from yuqing.domain.errors import Conflict, InvalidMessage, NotAllowed, NotFound
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.post import Sighting

JUDGES = (Role.MONITOR, Role.ANALYST, Role.ADMIN)
"""Who may confirm, correct and regroup."""
REVIEW_BELOW = 0.6
"""The confidence below which a verdict goes to the queue, where neither the settings nor the
jurisdiction say anything else."""
MOST_PLACES, LONGEST_PLACE, LONGEST_NOTE = 20, 40, 500


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """The first of those that wait, and how many do; `names` maps logins to names."""

    lines: tuple[Review, ...]
    total: int
    below: float
    names: Mapping[str, str]


class JudgeDesk(ReadingDesk):
    """The review queue, corrections, and merging, splitting and pinning of events."""

    def __init__(
        self,
        engine: Engine,
        jurisdictions: Mapping[str, Jurisdiction],
        review_below: float = REVIEW_BELOW,
    ) -> None:
        super().__init__(engine, jurisdictions)
        self._reviews = Reviews(engine, review_below, own_thresholds(jurisdictions))
        self._corrections, self._regroupings = Corrections(engine), Regroupings(engine)
        self._drifts = Drifts(engine)

    def reviews(self, person: Person, now: datetime, size: int = 50) -> ReviewPage:
        """What waits for people, the gravest first, of one gravity the newest."""
        check_reads_posts(person)
        lines = self._reviews.waiting(person.jurisdiction, page_size(size), now)
        total = self._reviews.count(person.jurisdiction)
        below = self._reviews.below(person.jurisdiction)
        return ReviewPage(tuple(lines), total, below, self.names())

    def waiting_reviews(self, person: Person) -> int:
        """How many posts wait in the queue."""
        return self._reviews.count(person.jurisdiction)

    def take_review(self, person: Person, post_id: str, now: datetime) -> None:
        """The person works on it now. Conflict says who already does."""
        _check_judges(person)
        try:
            self._reviews.take(post_id, person.login, now)
        except Conflict as error:
            raise Conflict(f"{self._name(str(error))}正在处理这条帖文") from None

    def leave_review(self, person: Person, post_id: str) -> None:
        """The person no longer works on it."""
        self._reviews.give_back(post_id, person.login)

    def correct(
        self,
        person: Person,
        judged: Judged,
        labels: Labels,
        now: datetime,
        known_at: datetime | None = None,
        note: str = "",
    ) -> Correction:
        """The person confirms (`labels` are the verdict's) or corrects `judged`, as it was after
        the correction of `known_at` (None: as the machine left it)."""
        _check_judges(person)
        if person.jurisdiction is not None and person.jurisdiction not in judged.jurisdictions:
            raise NotFound(f"没有帖文 {judged.post.post_id}")
        said = _checked(labels)
        words = text_of("note", note, LONGEST_NOTE) if note.strip() else ""
        try:
            return self._corrections.record(judged, said, person.login, now, known_at, words)
        except Conflict as error:
            who = self._name(str(error))
            raise Conflict(f"{who}已先行更正这条帖文，请看过新的结论再改") from None

    def settled(self, judged: Sequence[Judged]) -> list[Judged]:
        """`judged` with what people said of them since."""
        return self._corrections.settled(judged)

    def judged_copy(self, person: Person, post_id: str) -> Judged:
        """A post as a ticket or event keeps it, where the index has forgotten it."""
        check_reads_posts(person)
        query = select(event_posts).where(event_posts.c.post_id == post_id).limit(1)
        with failures_named(), reading(self._engine).begin() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(f"没有帖文 {post_id}")
        post = post_of(row.post)
        sighting = Sighting(post.post_id, post.place, post.seen_at)
        judged = Judged(post, sighting, verdict_of(row.verdict), post.jurisdictions)
        return self.settled([judged])[0]

    def corrections_of(self, person: Person, post_id: str) -> tuple[Correction, ...]:
        """What people said of a post, the latest first."""
        check_reads_posts(person)
        return self._corrections.of_post(post_id)

    def regroup(self, person: Person, wish: Wish, now: datetime) -> None:
        """Merge, split or pin; grouping follows within moments."""
        _check_judges(person)
        self.event(person, wish.event_id)
        reason = text_of("reason", wish.reason, LONGEST_NOTE)
        asked = Wish(wish.action, wish.event_id, wish.into, wish.post_ids, reason)
        self._regroupings.record(asked, person.login, now)

    def regroupings_of(self, person: Person, event_id: str) -> tuple[Regrouping, ...]:
        """What people decided about an event that the person may see."""
        self.event(person, event_id)
        return self._regroupings.of_event(event_id)

    def drifts(self, person: Person, size: int = 30) -> tuple[DriftView, ...]:
        """The latest comparisons with the reference, newest first."""
        check_reads_posts(person)
        return self._drifts.latest(person.jurisdiction, page_size(size))

    def names(self) -> Mapping[str, str]:
        """Logins and the names they stand for."""
        return {one.login: one.name for one in all_people(self._engine)}

    def _name(self, login: str) -> str:
        return self.names().get(login, login)


def may_judge(person: Person) -> bool:
    """Whether the person may confirm, correct and regroup."""
    return person.role in JUDGES


def _check_judges(person: Person) -> None:
    if not may_judge(person):
        raise NotAllowed("更正研判结论和调整事件由监测员、研判员办理")


def _checked(labels: Labels) -> Labels:
    if len(labels.places) > MOST_PLACES:
        raise InvalidMessage(f"places: 地点最多 {MOST_PLACES} 个")
    for place in labels.places:
        text_of("places", place, LONGEST_PLACE)
    return labels.settled
