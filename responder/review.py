"""送审: the steps a draft goes through before it is published, in order, each by another person.

Which steps there are the jurisdiction says; which of the conditional ones a draft needs, people
say: who drafts, and whoever reviews it. Several units on one ticket need no saying.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from responder.act import Act
from responder.people import Person, Role
from responder.ticket import Ticket
from responder.transitions import Action, State
from yuqing.domain.conduct import Gate, ReviewStep
from yuqing.domain.errors import NotAllowed

GATES = {
    Gate.FINANCIAL.value: "涉及资金",
    Gate.COLLECTIVE.value: "三重一大",
    Gate.MAJOR_POLICY.value: "重大政策",
    Gate.SECRECY.value: "可能涉密",
    Gate.SEVERAL_UNITS.value: "涉及多个单位",
}
WITHOUT_STEPS = (Role.REVIEWER, Role.LEADER, Role.ADMIN)
"""Who reviews where the jurisdiction names no steps."""


@dataclass(frozen=True, slots=True)
class Review:
    """Where the review of the newest draft stands. `drafters` are all who drafted in this round;
    `needed` are the steps for this draft, `passed` those approved, as (code, login)."""

    draft: str
    drafters: frozenset[str]
    needed: tuple[ReviewStep, ...]
    passed: tuple[tuple[str, str], ...]

    @property
    def next_step(self) -> ReviewStep | None:
        """The first step that nobody has approved."""
        codes = {code for code, _ in self.passed}
        return next((step for step in self.needed if step.code not in codes), None)

    @property
    def complete(self) -> bool:
        """Whether the draft may be published."""
        return bool(self.passed) and self.next_step is None


def review_of(ticket: Ticket, acts: Sequence[Act], steps: Sequence[ReviewStep]) -> Review | None:
    """The review of the newest draft of this round, None when there is none."""
    begun = max((i for i, act in enumerate(acts) if act.action == Action.REOPEN), default=0)
    drafts = [i for i in range(begun, len(acts)) if acts[i].action == Action.SUBMIT]
    if not drafts:
        return None
    since = acts[drafts[-1] :]
    approvals = [act for act in since if act.action == Action.APPROVE]
    gates = {str(gate) for act in (since[0], *approvals) for gate in _listed(act.data.get("gates"))}
    if ticket.co_units:
        gates.add(Gate.SEVERAL_UNITS.value)
    return Review(
        draft=str(since[0].data.get("draft", "")),
        drafters=frozenset(acts[i].who for i in drafts),
        needed=tuple(step for step in steps if step.when is None or step.when.value in gates),
        passed=tuple((str(act.data.get("step", "")), act.who) for act in approvals),
    )


def check_review(
    person: Person, ticket: Ticket, acts: Sequence[Act], steps: Sequence[ReviewStep], action: Action
) -> None:
    """Who drafts cannot approve, and nobody approves twice. Raises NotAllowed."""
    if ticket.state is not State.IN_REVIEW:
        return
    review = review_of(ticket, acts, steps)
    assert review is not None
    if action in (Action.APPROVE, Action.SEND_BACK):
        _check_reviewer(person, review, action)


def check_step(review: Review | None, given: str) -> None:
    """Steps are approved in order. Raises NotAllowed."""
    step = review.next_step if review else None
    if review is not None and review.needed and (step is None or step.code != given):
        raise NotAllowed(f"须先完成“{step.name}”" if step else "各审核环节均已通过")


def may_review(person: Person, review: Review | None) -> bool:
    """Whether it is for `person` to take the next step with the draft."""
    if review is None:
        return False
    step = review.next_step
    if not review.needed:
        return person.role in WITHOUT_STEPS
    return step is not None and fits(person, step)


def fits(person: Person, step: ReviewStep) -> bool:
    """Whether the step is for the role of `person`, or for the unit."""
    return step.by in (person.role.value, person.unit)


def _check_reviewer(person: Person, review: Review, action: Action) -> None:
    step = review.next_step
    if review.needed and step is None and action is Action.APPROVE:
        raise NotAllowed("各审核环节均已通过")
    if not may_review(person, review) and (action is Action.APPROVE or step is not None):
        name = f"“{step.name}”" if step else "审核"
        raise NotAllowed(f"{name}不由您的角色或单位办理")
    if action is Action.APPROVE and person.login in review.drafters:
        raise NotAllowed("起草人不能审核自己的稿件")
    if action is Action.APPROVE and person.login in {who for _, who in review.passed}:
        raise NotAllowed("您已审核过这份稿件，下一环节须由他人审核")


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()
