"""What people say a post is: its verdict as it now stands, confirmed or corrected by name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from responder.api.once import ActingRoute
from responder.api.paging import Paged, page_of
from responder.api.posts import PostFound, Verdict, post_found, verdict_shown
from responder.api.services import After, At, Me, Myself, Name, Services
from responder.api.tickets import PageSize, Version
from responder.api.versions import IfMatch, tag, version_asked
from responder.corrections import Correction
from responder.judged_posts import judged_post
from responder.lines.masking import shown_places
from responder.people import Person
from stream.messages import Judged
from yuqing.domain.decision import Labels, labels_of
from yuqing.domain.text import discreet
from yuqing.domain.verdict import Disposition, Emergency, Severity, Topic

router = APIRouter(prefix="/api/v1", tags=["judging"], route_class=ActingRoute)
Note = Annotated[str, Field(max_length=500, description="Why; for those who come after.")]
Places = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=20)]


class ConfirmIn(BaseModel):
    """The machine was right."""

    version: Version = None
    note: Note = ""

    model_config = {"json_schema_extra": {"examples": [{"version": 1, "note": "看过原帖"}]}}


class CorrectionIn(BaseModel):
    """What the post is. Heads left out stay as they are; `emergency` null: it is none."""

    version: Version = None
    relevant: bool | None = None
    topic: Topic | None = None
    also: list[Topic] | None = Field(None, max_length=20)
    severity: Severity | None = None
    emergency: Emergency | None = None
    disposition: Disposition | None = None
    places: Places | None = None
    note: Note = ""

    model_config = {
        "json_schema_extra": {
            "examples": [{"topic": "urban", "severity": 1, "note": "路灯归城管，未伤人"}]
        }
    }

    def over(self, labels: Labels) -> Labels:
        """`labels` with what was said otherwise."""
        told = {name: getattr(self, name) for name in _HEADS & self.model_fields_set}
        said: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in told.items()
            if value is not None or name == "emergency"
        }
        return replace(labels, **said)


_HEADS = frozenset(Labels.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class PostPage:
    """One post and its verdict; each correction makes the next `version`, from 1."""

    post: PostFound
    verdict: Verdict
    jurisdictions: tuple[str, ...]
    version: int


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """One correction, or confirmation where `before` equals `after`; it made `version`."""

    post_id: str
    version: int
    who: str
    at: datetime
    before: Labels
    after: Labels
    changed: bool
    note: str


@router.get("/posts/{post_id}")
def post(post_id: Name, response: Response, at: At, me: Me) -> PostPage:
    """One post as it now stands; its ETag is the version of its verdict."""
    version = at.desk.version_of(post_id)
    judged = judged_post(at.desk, at.index, me, post_id)
    tag(response, version)
    return PostPage(post_found(judged), verdict_shown(judged), judged.jurisdictions, version)


@router.get("/posts/{post_id}/corrections")
def corrections(
    post_id: Name, response: Response, at: At, me: Me, size: PageSize = 50, after: After = None
) -> Paged[CorrectionLine]:
    """What people said of it, the latest first."""
    made = at.desk.corrections_of(me, post_id)
    tag(response, len(made) + 1)
    lines = [_line(one, len(made) + 1 - number) for number, one in enumerate(made)]
    return page_of(lines, size, after, lambda one: one.version)


@router.post("/posts/{post_id}/corrections", status_code=HTTPStatus.CREATED)
def correct(
    post_id: Name,
    form: CorrectionIn,
    response: Response,
    at: At,
    me: Myself,
    if_match: IfMatch = None,
) -> CorrectionLine:
    """Say what it is: on record with before and after, out of the queue, and told to search,
    events and tickets. No later verdict of the machine undoes it."""
    judged = judged_post(at.desk, at.index, me, post_id)
    labels = form.over(labels_of(judged.verdict))
    with version_asked(if_match, form.version) as version:
        made = _said(at, me, judged, labels, version, form.note)
    tag(response, made.version)
    return made


@router.post("/posts/{post_id}/confirm", status_code=HTTPStatus.CREATED)
def confirm(
    post_id: Name,
    form: ConfirmIn,
    response: Response,
    at: At,
    me: Myself,
    if_match: IfMatch = None,
) -> CorrectionLine:
    """Say that the verdict is right as it stands; the rest as for a correction."""
    judged = judged_post(at.desk, at.index, me, post_id)
    with version_asked(if_match, form.version) as version:
        made = _said(at, me, judged, labels_of(judged.verdict), version, form.note)
    tag(response, made.version)
    return made


def _said(
    at: Services, me: Person, judged: Judged, labels: Labels, version: int, note: str
) -> CorrectionLine:
    known_at = at.desk.correction_seen(judged.post.post_id, version)
    made = at.desk.correct(me, judged, labels, at.clock.now(), known_at, note)
    return _line(made, version + 1)


def _line(made: Correction, version: int) -> CorrectionLine:
    return CorrectionLine(
        post_id=made.post_id,
        version=version,
        who=made.who,
        at=made.at,
        before=_shown(made.before),
        after=_shown(made.after),
        changed=made.changed,
        note=discreet(made.note),
    )


def _shown(labels: Labels) -> Labels:
    return replace(labels, places=shown_places(labels.places))
