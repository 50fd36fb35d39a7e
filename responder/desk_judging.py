"""What people say to the machine: of posts, and of which posts are one matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from responder.copies import post_of, verdict_of
from responder.corrections import Correction, Corrections
from responder.desk_reading import ReadingDesk, page_size
from responder.doors import check_reads_posts
from responder.drifts import Drifts, DriftView
from responder.filled import text_of
from responder.labels import is_key
from responder.people import Person, Role, names_of
from responder.regroupings import Regrouping, Regroupings, Wish
from responder.review_filter import ALL, ReviewFilter
from responder.reviews import Review, Reviews, own_thresholds
from responder.schema import event_copies, event_posts
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
NO_SUCH_VERSION = "没有这个版本，请重新读取"
MOST_PLACES, LONGEST_PLACE, LONGEST_NOTE = 20, 40, 500


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A page of those that wait, and how many do; `names` maps logins to names, `next` is the
    `after` of the following page."""

    lines: tuple[Review, ...]
    total: int
    below: float
    names: Mapping[str, str]
    next: str | None = None


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

    def reviews(
        self,
        person: Person,
        now: datetime,
        size: int = 50,
        wanted: ReviewFilter = ALL,
        after: str | None = None,
    ) -> ReviewPage:
        """What waits for people, the gravest first, of one gravity the newest."""
        check_reads_posts(person)
        home, most = person.jurisdiction, page_size(size)
        found = self._reviews.waiting(home, most + 1, now, wanted, after)
        lines, more = tuple(found[:most]), len(found) > most
        total = self._reviews.count(home, now, wanted)
        following = lines[-1].key if more else None
        return ReviewPage(lines, total, self._reviews.below(home), self.names(), following)

    def waiting_reviews(self, person: Person) -> int:
        """How many posts wait in the queue."""
        return self._reviews.count(person.jurisdiction)

    def take_review(self, person: Person, post_id: str, now: datetime) -> None:
        """The person works on it now. Conflict says who already does."""
        check_judges(person)
        try:
            self._reviews.take(person.jurisdiction, post_id, person.login, now)
        except Conflict as error:
            raise self._in_hand(str(error)) from None

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
        the correction of `known_at` (None: as the machine left it). Conflict says who works on
        it in the queue, or who came first."""
        check_judges(person)
        _check_near(person, judged)
        self._check_free(person, judged.post.post_id, now)
        said = _checked(labels)
        words = text_of("note", note, LONGEST_NOTE) if note.strip() else ""
        try:
            return self._corrections.record(judged, said, person.login, now, known_at, words)
        except Conflict as error:
            raise self._came_first(str(error)) from None

    def version_of(self, post_id: str) -> int:
        """The version of the post's verdict: 1 as the machine left it, one more a correction."""
        return len(self._corrections.of_post(post_id)) + 1

    def correction_seen(self, post_id: str, version: int) -> datetime | None:
        """When the correction that made `version` of the post was made (version 1 is the
        machine's word): the `known_at` of who has read that version. Raises Conflict for any
        version but the newest."""
        try:
            return self._corrections.known_at(post_id, version)
        except Conflict as error:
            raise self._came_first(str(error)) from None

    def settled(self, judged: Sequence[Judged]) -> list[Judged]:
        """`judged` with what people said of them since."""
        return self._corrections.settled(judged)

    def judged_copy(self, person: Person, post_id: str) -> Judged:
        """A post as a ticket or event keeps it, where the index has forgotten it; it belongs to
        the jurisdictions of the events that keep it."""
        check_reads_posts(person)
        of_event = event_copies.c.event_id == event_posts.c.event_id
        kept = select(event_posts, event_copies.c.jurisdiction).join(event_copies, of_event)
        query = kept.where(event_posts.c.post_id == post_id)
        with failures_named(), reading(self._engine).begin() as connection:
            rows = connection.execute(query.order_by(event_copies.c.jurisdiction)).all()
        if not rows:
            raise NotFound(f"没有帖文 {post_id}")
        post = post_of(rows[0].post)
        homes = tuple(dict.fromkeys((*post.jurisdictions, *(row.jurisdiction for row in rows))))
        sighting = Sighting(post.post_id, post.place, post.seen_at)
        judged = Judged(post, sighting, verdict_of(rows[0].verdict), homes)
        _check_near(person, judged)
        return self.settled([judged])[0]

    def corrections_of(self, person: Person, post_id: str) -> tuple[Correction, ...]:
        """What people said of a post, the latest first; nothing of a post elsewhere."""
        check_reads_posts(person)
        made = self._corrections.of_post(post_id)
        near = (None, *(home for one in made for home in one.judged.jurisdictions))
        return made if person.jurisdiction in near else ()

    def regroup(
        self, person: Person, wish: Wish, now: datetime, version: int | None = None
    ) -> None:
        """Merge, split or pin; grouping follows within moments. `version` is one more than the
        decisions about the event that the person has seen; Conflict says who came between."""
        check_judges(person)
        self.event(person, wish.event_id)
        reason = text_of("reason", wish.reason, LONGEST_NOTE)
        asked = Wish(wish.action, wish.event_id, wish.into, wish.post_ids, reason)
        try:
            self._regroupings.record(asked, person.login, now, version)
        except Conflict as error:
            who = self._name(str(error))
            said = f"{who}已先行调整这个事件，请看过再办" if who else NO_SUCH_VERSION
            raise Conflict(said) from None

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
        return names_of(self._engine)

    def _name(self, login: str) -> str:
        return self.names().get(login, login)

    def _check_free(self, person: Person, post_id: str, now: datetime) -> None:
        waiting = self._reviews.one(person.jurisdiction, post_id, now)
        if waiting is not None and waiting.taken_by not in (None, person.login):
            raise self._in_hand(str(waiting.taken_by))

    def _in_hand(self, login: str) -> Conflict:
        return Conflict(f"{self._name(login)}正在处理这条帖文")

    def _came_first(self, login: str) -> Conflict:
        who = self._name(login)
        return Conflict(f"{who}已先行更正这条帖文，请看过新的结论再改" if who else NO_SUCH_VERSION)


def may_judge(person: Person) -> bool:
    """Whether the person may confirm, correct and regroup."""
    return person.role in JUDGES


def check_judges(person: Person) -> None:
    """Raises NotAllowed for another role, and for a machine: a person's word needs a name."""
    if not may_judge(person):
        raise NotAllowed("更正研判结论和调整事件由监测员、研判员办理")
    if is_key(person.login):
        raise NotAllowed("此操作须由本人登录办理，不接受接口密钥")


def _check_near(person: Person, judged: Judged) -> None:
    if person.jurisdiction not in (None, *judged.jurisdictions):
        raise NotFound(f"没有帖文 {judged.post.post_id}")


def _checked(labels: Labels) -> Labels:
    if len(labels.places) > MOST_PLACES:
        raise InvalidMessage(f"places: 地点最多 {MOST_PLACES} 个")
    for place in labels.places:
        text_of("places", place, LONGEST_PLACE)
    return labels.settled
