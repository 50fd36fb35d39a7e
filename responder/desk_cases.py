"""What people do to tickets: every act passes the door here before it is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from responder.act import Act
from responder.announce import announcer
from responder.answering import evidence_of_offer, settling
from responder.answers import Offer
from responder.changes import Change
from responder.choices import Scene, action_offers
from responder.consultation import consultations, entered
from responder.desk_reading import ReadingDesk
from responder.doors import (
    check_extension,
    check_may,
    check_returns,
    may_lead,
    may_see,
    named_lead,
)
from responder.filled import clean_data, text_of
from responder.forms import FORMS
from responder.lines.offers import offer_line
from responder.opening import NewCase, by_hand
from responder.people import Person, Role, everybody
from responder.readmodels.actions import ActionOffer
from responder.readmodels.offers import OfferLine
from responder.readmodels.tickets import TicketLine
from responder.reporting import check_answered, check_reported
from responder.review import check_review, check_step, review_of
from responder.spokesperson import first_spokespeople
from responder.stored import Stored
from responder.transitions import EVIDENCE_ACTIONS, Action, State
from responder.voice import check_consent, check_release, check_releasing, releasing_unit
from responder.waits import waits_in
from yuqing.domain.errors import Conflict, InvalidMessage, NotAllowed, NotFound
from yuqing.domain.jurisdiction import Jurisdiction

_CANCELS: Mapping[Action, tuple[str, ...]] = {
    Action.ASSIGN: ("assign",),
    Action.ACKNOWLEDGE: ("acknowledge",),
    Action.RETURN: ("acknowledge",),
    Action.REASSIGN: ("acknowledge",),
    Action.CLOSE: ("assign", "acknowledge", "clock"),
    Action.DISMISS: ("assign", "acknowledge", "clock"),
}


class CaseDesk(ReadingDesk):
    """Opening, acting, and deciding on offered publications."""

    def actions_for(self, person: Person, ticket_id: str, now: datetime) -> tuple[ActionOffer, ...]:
        """What `person` may do next with the ticket; nothing with one that was only pushed."""
        self.only_reads(person, ticket_id)
        try:
            stored, acts, jurisdiction = self._known(person, ticket_id, None)
        except NotFound:
            return ()
        approvers = self._approvers(jurisdiction)
        offers = action_offers(person, Scene(stored, acts, jurisdiction, approvers, now))
        return tuple(
            one for one in offers if _admits(person, stored, acts, jurisdiction, Action(one.action))
        )

    def act(
        self,
        person: Person,
        ticket_id: str,
        expected_version: int,
        action: str,
        data: Mapping[str, Any],
        now: datetime,
    ) -> TicketLine:
        """Record one action on the ticket as it was read at `expected_version`."""
        kind = _action(action)
        stored, _acts, jurisdiction = self._known(person, ticket_id, kind)
        check_may(person, kind)
        logins = [login for login, _name in self._approvers(jurisdiction)]
        fields = clean_data(kind, data, jurisdiction, logins, now)
        act = Act(now, person.login, kind.value, fields)
        if kind is Action.MERGE:
            self._merge(person, stored, expected_version, act)
        else:
            change = Change(
                (act,),
                cancels=_CANCELS.get(kind, ()),
                announce=announcer(jurisdiction),
                waits=waits_in(jurisdiction),
            )

            def decide(current: Stored, acts: Sequence[Act]) -> Change:
                _check_now(person, current, acts, act, jurisdiction)
                return _completed(person, change, current, acts)

            self._store.change(ticket_id, decide, expected_version)
        return self._line(ticket_id, now)

    def open_by_hand(self, person: Person, case: NewCase, now: datetime) -> TicketLine:
        """Open a case; Conflict when its event has one already."""
        check_may(person, Action.OPEN)
        jurisdiction = self._jurisdictions.get(case.jurisdiction)
        if jurisdiction is None or person.jurisdiction not in (None, case.jurisdiction):
            raise NotFound(f"没有辖区 {case.jurisdiction}")
        if case.event_id is not None:
            event = self.event(person, case.event_id)
            if event.line.jurisdiction != case.jurisdiction:
                raise NotFound(f"没有事件 {case.event_id}")
        stored, new = self._store.open(by_hand(case, person, jurisdiction, now))
        if not new:
            raise Conflict(f"该事件已立案：{stored.ticket_id}")
        return self._line(stored.ticket_id, now)

    def accept_offer(
        self,
        person: Person,
        offer_id: int,
        expected_version: int,
        speaker: str,
        principal: bool,
        now: datetime,
        kind: str | None = None,
    ) -> TicketLine:
        """Put the post on record as evidence at its own time; it stops the clocks it fits."""
        offer = self._offer(person, offer_id)
        action = _action(kind or offer.kind)
        if action not in (Action.PUBLISH, Action.PRESS_CONFERENCE):
            raise InvalidMessage("kind: 须为 publish 或 press_conference")
        act = evidence_of_offer(offer, person, speaker, principal, action.value, now)
        _stored, acts, jurisdiction = self._known(person, offer.ticket_id)
        check_releasing(person, _stored.ticket, acts, jurisdiction, action)
        self._store.change(
            offer.ticket_id,
            lambda _s, _a: Change((act,), waits=waits_in(jurisdiction)),
            expected_version,
            settling(offer, person, now),
        )
        return self._line(offer.ticket_id, now)

    def refuse_offer(self, person: Person, offer_id: int, reason: str, now: datetime) -> OfferLine:
        """It is no answer to the ticket; the reason goes on the ticket's record."""
        offer = self._offer(person, offer_id)
        text = f"未采信发布“{offer.post.title[:80]}”：{text_of('reason', reason, 500)}"
        note = Act(now, person.login, Action.NOTE.value, {"text": text, "offer": offer_id})
        beside = settling(offer, person, now, "refused")
        stored = self._store.change(offer.ticket_id, lambda _s, _a: Change((note,)), None, beside)
        return offer_line(self._offers.get(offer_id), stored.title)

    def spokespeople(self, person: Person, ticket_id: str) -> tuple[tuple[str, str], ...]:
        """(name, role) of those who should speak in person, the first to be asked first."""
        if self.only_reads(person, ticket_id):
            return ()
        stored, _acts, jurisdiction = self._known(person, ticket_id)
        contacts = first_spokespeople(jurisdiction, stored.ticket, stored.places, stored.topic)
        return tuple((contact.name, contact.role) for contact in contacts)

    def _known(
        self, person: Person, ticket_id: str, action: Action | None = Action.NOTE
    ) -> tuple[Stored, tuple[Act, ...], Jurisdiction]:
        stored, acts = self._store.history(ticket_id)
        ticket, jurisdiction = stored.ticket, self._jurisdictions.get(stored.jurisdiction)
        if jurisdiction is None:
            if not may_see(person, stored.jurisdiction, ticket.unit, ticket.co_units):
                raise NotFound(f"没有台账 {ticket_id}")
            raise NotAllowed(f"辖区 {stored.jurisdiction} 未在本系统配置，只能查看")
        if not _admits(person, stored, acts, jurisdiction, action):
            raise NotFound(f"没有台账 {ticket_id}")
        return stored, acts, jurisdiction

    def _merge(self, person: Person, stored: Stored, version: int, act: Act) -> None:
        into, _acts, jurisdiction = self._known(person, str(act.data["into"]))
        if jurisdiction.code != stored.jurisdiction or not into.ticket.is_open:
            raise InvalidMessage("into: 只能并入本辖区未办结的台账")
        self._store.merge(stored.ticket_id, version, into.ticket_id, act)

    def _offer(self, person: Person, offer_id: int) -> Offer:
        check_may(person, Action.PUBLISH)
        offer = self._offers.get(offer_id)
        self._known(person, offer.ticket_id)
        return offer

    def _approvers(self, jurisdiction: Jurisdiction) -> tuple[tuple[str, str], ...]:
        may, near = (Role.LEADER, Role.ADMIN), (None, jurisdiction.code)
        return tuple(
            (one.login, one.name)
            for one in everybody(self._engine)
            if one.role in may and one.jurisdiction in near
        )


def _check_now(
    person: Person, stored: Stored, acts: Sequence[Act], act: Act, jurisdiction: Jurisdiction
) -> None:
    """What depends on how the ticket stands, asked under its lock."""
    ticket, action, steps = stored.ticket, Action(act.action), jurisdiction.review
    if not _admits(person, stored, acts, jurisdiction, action):
        raise NotFound(f"没有台账 {stored.ticket_id}")
    if not may_lead(person, ticket.unit, action):
        raise NotAllowed("协办单位不能进行此操作，须由责任单位办理")
    check_returns(person, stored, action)
    check_review(person, ticket, acts, steps, action)
    if action is Action.APPROVE:
        check_step(review_of(ticket, acts, steps), str(act.data.get("step")))
    check_extension(person, acts, action, act.data)
    check_answered(stored, acts, action)
    check_releasing(person, ticket, acts, jurisdiction, action)
    check_release(ticket, acts, jurisdiction, action, act.data)
    check_reported(stored, acts, jurisdiction, action, act.data)
    if FORMS[action].consentable:
        check_consent(person, act.data)


def _admits(
    person: Person,
    stored: Stored,
    acts: Sequence[Act],
    jurisdiction: Jurisdiction,
    action: Action | None,
) -> bool:
    """A unit acts on its own tickets; it reviews a draft whose next step is for it, speaks in a
    会商 to which it is asked, and publishes what it is named to release."""
    ticket = stored.ticket
    if may_see(person, stored.jurisdiction, ticket.unit, ticket.co_units):
        return True
    near = person.jurisdiction in (None, stored.jurisdiction)
    if near and action in (None, Action.CONSULT) and _asked(person, acts):
        return True
    if near and action in (None, *EVIDENCE_ACTIONS) and _releases(person, stored, acts):
        return True
    step = None
    if ticket.state is State.IN_REVIEW and action in (None, Action.APPROVE, Action.SEND_BACK):
        review = review_of(ticket, acts, jurisdiction.review)
        step = review.next_step if review else None
    return near and step is not None and step.by == person.unit


def _asked(person: Person, acts: Sequence[Act]) -> bool:
    rounds = consultations(acts)
    return bool(rounds) and rounds[-1].open and person.unit in rounds[-1].units


def _releases(person: Person, stored: Stored, acts: Sequence[Act]) -> bool:
    ticket = stored.ticket
    return ticket.is_open and person.unit == (releasing_unit(ticket, acts) or "")


def _completed(person: Person, change: Change, stored: Stored, acts: Sequence[Act]) -> Change:
    """`change` with what its act says besides, known only under the ticket's lock."""
    (act,) = change.acts
    if act.action == Action.CONSULT:
        own = person.unit if person.role is Role.UNIT else None
        act = replace(act, data=entered(acts, act.data, own))
    elif act.action == Action.ASSIGN and named_lead(stored):
        act = replace(act, data={**act.data, "named_lead": True})
    return replace(change, acts=(act,))


def _action(name: str) -> Action:
    try:
        return Action(name)
    except ValueError as error:
        raise InvalidMessage(f"action: 没有操作 {name}") from error
