"""The actions that state and role allow on one ticket, and what each asks of the person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from responder import labels
from responder.act import Act
from responder.clocks import read_clocks
from responder.doors import KEYS_MAY, PERMITS, check_returns, may_lead
from responder.forms import CONSENT, FORMS
from responder.labels import is_key
from responder.people import Person
from responder.readmodels.actions import ActionOffer, FieldSpec
from responder.reporting import check_answered, unreported
from responder.review import GATES, Review, check_review, may_review, review_of
from responder.stored import Stored
from responder.ticket import allowed
from responder.transitions import EVIDENCE_ACTIONS, Action
from responder.voice import check_releasing, is_pressing, may_go_first, unapproved
from yuqing.domain.errors import NotAllowed
from yuqing.domain.jurisdiction import Jurisdiction

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """What the choices of a form are drawn from. `approvers` are (login, name)."""

    stored: Stored
    acts: Sequence[Act]
    jurisdiction: Jurisdiction
    approvers: Choices
    now: datetime

    @property
    def review(self) -> Review | None:
        """Where the review of the newest draft stands."""
        return review_of(self.stored.ticket, self.acts, self.jurisdiction.review)

    def lacking(self, action: Action) -> str:
        """What `action` needs and is not there, in Chinese; mostly nothing."""
        if action is Action.CLOSE:
            return unreported(self.stored, self.acts, self.jurisdiction)
        return unapproved(self.stored.ticket, self.acts, self.jurisdiction.review, action)


_REVIEWING = (Action.APPROVE, Action.SEND_BACK)


def action_offers(person: Person, scene: Scene) -> tuple[ActionOffer, ...]:
    """What `person` may do next, the most likely first."""
    ticket = scene.stored.ticket
    permitted = [
        action
        for action in allowed(ticket)
        if action in FORMS
        and action in PERMITS[person.role]
        and may_lead(person, ticket.unit, action)
        and (action not in _REVIEWING or may_review(person, scene.review))
        and not _refused(person, scene, action)
        and (action in KEYS_MAY or not is_key(person.login))
    ]
    offers = (_offer(action, scene) for action in permitted)
    wanting = (offer for offer in offers if not _hopeless(offer))
    return tuple(sorted(wanting, key=lambda offer: _ORDER[offer.weight]))


def _refused(person: Person, scene: Scene, action: Action) -> bool:
    """Whether the door would refuse `action` whatever is typed."""
    try:
        check_review(person, scene.stored.ticket, scene.acts, scene.jurisdiction.review, action)
        check_releasing(person, scene.stored.ticket, scene.acts, scene.jurisdiction, action)
        check_returns(person, scene.stored, action)
        check_answered(scene.stored, scene.acts, action)
    except NotAllowed:
        return True
    unapproved = action in EVIDENCE_ACTIONS and bool(scene.lacking(action))
    return unapproved and not may_go_first(scene.stored.ticket)


_ORDER = {"primary": 0, "plain": 1, "danger": 2}
_CHOSEN = ("clock", "promise", "position")


def _hopeless(offer: ActionOffer) -> bool:
    # Without a clock, a promise or a piece of evidence to choose, the action has no object.
    return any(field.kind in _CHOSEN and not field.choices for field in offer.fields)


def _offer(action: Action, scene: Scene) -> ActionOffer:
    form = FORMS[action]
    asked, said = (*form.fields, *_consent(action, scene)), form.next_zh
    if lacking := scene.lacking(action):
        said = f"{lacking}。由同意的领导和理由代替，记录在案；{said}"
    fields = tuple(_filled(field, scene) for field in asked)
    title = labels.named(labels.ACTIONS, action)
    return ActionOffer(action.value, title, fields, said, form.weight)


def _consent(action: Action, scene: Scene) -> Iterator[FieldSpec]:
    """What must be said in place of what is missing; in a pressing emergency a release goes out
    on the reason alone."""
    if not scene.lacking(action):
        return
    alone = action in EVIDENCE_ACTIONS and is_pressing(scene.stored.ticket)
    for field in CONSENT:
        yield replace(field, required=field.name == "reason" or not alone)


def _filled(field: FieldSpec, scene: Scene) -> FieldSpec:
    choose = _CHOICES.get(field.kind)
    return replace(field, choices=choose(scene)) if choose else field


def _units(scene: Scene) -> Choices:
    return tuple((unit.code, unit.name) for unit in scene.jurisdiction.units)


def _grades(_scene: Scene) -> Choices:
    return tuple((str(grade), name) for grade, name in labels.GRADES.items() if grade)


def _clocks(scene: Scene) -> Choices:
    now = max(scene.now, scene.stored.ticket.last_at)
    readings = read_clocks(scene.acts, scene.stored.policy, now)
    standing = [
        one
        for one in readings
        if one.round == scene.stored.ticket.round
        and one.stopped_at is None
        and one.status in ("running", "breached")
    ]
    return tuple({one.name: one.title for one in standing}.items())


def _promises(scene: Scene) -> Choices:
    unsettled = [promise for promise in scene.stored.ticket.promises if not promise.settled]
    return tuple((promise.name, f"{promise.name} {promise.text}"[:60]) for promise in unsettled)


def _pieces(scene: Scene) -> Choices:
    return tuple(
        (
            str(piece.position),
            f"{piece.position} {labels.named(labels.ACTIONS, piece.action)}"
            f" {scene.acts[piece.position].data.get('url', '')}",
        )
        for piece in scene.stored.ticket.evidence
    )


def _approvers(scene: Scene) -> Choices:
    return scene.approvers


def _gates(_scene: Scene) -> Choices:
    return tuple(GATES.items())


def _step(scene: Scene) -> Choices:
    step = scene.review.next_step if scene.review else None
    return ((step.code, step.name),) if step else ()


_CHOICES: Mapping[str, Callable[[Scene], Choices]] = {
    "unit": _units,
    "units": _units,
    "grade": _grades,
    "clock": _clocks,
    "promise": _promises,
    "position": _pieces,
    "approver": _approvers,
    "gates": _gates,
    "step": _step,
}
