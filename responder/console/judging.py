"""The dialog in which a person says what a post is, from wherever posts are shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import events, ui

from responder.console.cards import card_of
from responder.console.forms import asking
from responder.console.screen import Screen, said
from responder.judged_posts import judged_post
from responder.labels import DISPOSITIONS, EMERGENCIES, GRADES, TOPICS
from responder.people import Person
from stream.messages import Judged
from yuqing.domain.decision import Labels, labels_of
from yuqing.domain.errors import NotFound, YuqingError
from yuqing.domain.verdict import Disposition, Emergency, Severity, Topic

NO_EMERGENCY = "none"
NEXT = (
    "记入更正记录（姓名、时间、改前改后），检索、事件和台账随即按新的结论显示；"
    "系统以后重新研判也不会改回。"
)
_BETWEEN = re.compile(r"[、，,;；\s]+")


def offer_corrections(screen: Screen) -> None:
    """Open the dialog for whichever post on the page somebody asks to correct."""
    ui.on("yq_fix", lambda event: correct_post(screen, asked_post(event)))


def asked_post(event: events.GenericEventArguments) -> str:
    """The post that a button of a list named."""
    args = event.args
    return str(args.get("post", "")) if isinstance(args, dict) else ""


def correct_post(screen: Screen, post_id: str) -> None:
    """Ask what the post is; meanwhile colleagues see in the queue who works on it."""
    desk, now = screen.backstage.desk, screen.backstage.clock.now
    try:
        person = screen.checked()
        judged = judged_post(desk, screen.backstage.index, person, post_id)
        _take(screen, person, post_id)
    except YuqingError as error:
        ui.notify(said(error), type="negative", position="top", timeout=8000)
        return
    fields: dict[str, Any] = {}

    def send() -> bool:
        labels, known_at = _labels(fields), judged.verdict.confirmed_at
        note = str(fields["note"].value or "")
        return screen.attempt(
            lambda who: desk.correct(who, judged, labels, now(), known_at, note), "已更正"
        )

    with asking("更正研判", "保存", send, NEXT) as dialog:
        dialog.on("hide", lambda: desk.leave_review(person, post_id))
        _show(screen, judged)
        _ask(fields, labels_of(judged.verdict))


def confirm_post(screen: Screen, post_id: str) -> None:
    """The viewer says that the machine was right."""
    desk, now = screen.backstage.desk, screen.backstage.clock.now

    def confirm(person: Person) -> None:
        judged = judged_post(desk, screen.backstage.index, person, post_id)
        verdict = judged.verdict
        desk.correct(person, judged, labels_of(verdict), now(), verdict.confirmed_at)

    screen.attempt(confirm, "已确认")


def _take(screen: Screen, person: Person, post_id: str) -> None:
    try:
        screen.backstage.desk.take_review(person, post_id, screen.backstage.clock.now())
    except NotFound:
        return  # a post that is not in the queue is corrected without queueing


def _show(screen: Screen, judged: Judged) -> None:
    post = card_of(judged, screen.backstage.source_names)
    ui.html(screen.posts([post], "", fixable=False), sanitize=False).classes("w-full yq-quoted")


def _ask(fields: dict[str, Any], labels: Labels) -> None:
    fields["relevant"] = ui.switch("与政务舆情相关", value=labels.relevant)
    below = ui.element("div").classes("w-full").bind_visibility_from(fields["relevant"], "value")
    with below:
        fields["topic"] = ui.select(TOPICS, label="议题", value=labels.topic.value)
        also = [topic.value for topic in labels.also]
        fields["also"] = ui.select(TOPICS, label="兼及议题（可不选）", multiple=True, value=also)
        fields["severity"] = ui.select(GRADES, label="等级", value=int(labels.severity))
        kinds = {NO_EMERGENCY: "不是突发事件"} | EMERGENCIES
        kind = labels.emergency.value if labels.emergency else NO_EMERGENCY
        fields["emergency"] = ui.select(kinds, label="突发事件", value=kind)
        kind = labels.disposition.value
        fields["disposition"] = ui.select(DISPOSITIONS, label="处置分类", value=kind)
        fields["places"] = ui.input("地点（用顿号隔开）", value="、".join(labels.places))
    fields["note"] = ui.input("理由（可不填）")
    for name, made in fields.items():
        made.props(f'data-field="{name}"')
        if name != "relevant":
            made.classes("w-full")


def _labels(fields: Mapping[str, Any]) -> Labels:
    kind = str(fields["emergency"].value or NO_EMERGENCY)
    return Labels(
        relevant=bool(fields["relevant"].value),
        topic=Topic(fields["topic"].value or Topic.OTHER),
        also=tuple(Topic(code) for code in fields["also"].value or ()),
        severity=Severity(int(fields["severity"].value or 0)),
        emergency=None if kind == NO_EMERGENCY else Emergency(kind),
        disposition=Disposition(fields["disposition"].value or Disposition.NONE),
        places=_places(str(fields["places"].value or "")),
    )


def _places(typed: str) -> tuple[str, ...]:
    found: Sequence[str] = [one for one in _BETWEEN.split(typed.strip()) if one]
    return tuple(dict.fromkeys(found))
