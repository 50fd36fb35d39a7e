"""Webhooks: who is told of ticket events, and how the deliveries went. For administrators."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from responder.api.once import SHOWN_ONCE, ActingRoute
from responder.api.paging import Paged, page_of, paged
from responder.api.services import After, At, Myself, Number
from responder.api.tickets import PageSize, Version
from responder.api.versions import IfMatch, tag, version_asked, version_wished
from responder.doors import check_admin, in_place
from responder.people import Person
from responder.webhooks import HookDelivery, Webhook, WebhookDraft, Webhooks
from yuqing.domain.errors import NotFound

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"], route_class=ActingRoute)
Code = Annotated[str | None, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


class WebhookIn(BaseModel):
    """A subscription. No `actions`: every act; no `jurisdiction`: all that you administer."""

    name: str = Field(max_length=64, examples=["区级平台"])
    url: str = Field(max_length=2000, examples=["https://platform.example/yuqing"])
    actions: list[str] = Field(default_factory=list, max_length=50, examples=[["open", "close"]])
    jurisdiction: Code = None
    unit: Code = None
    active: bool = True
    version: Version = None

    def draft(self, jurisdiction: str | None) -> WebhookDraft:
        """The draft in the product's words."""
        return WebhookDraft(
            self.name, self.url, tuple(self.actions), jurisdiction, self.unit, self.active
        )


class WebhookMade(BaseModel):
    """A new subscription and the secret of its signatures, which is not shown again."""

    webhook: Webhook
    secret: str = Field(examples=["whsec_…"])


@router.get("")
def listed(at: At, me: Myself, size: PageSize = 50, after: After = None) -> Paged[Webhook]:
    """The subscriptions that you administer, by number."""
    check_admin(me)
    found = at.webhooks.listed(me.jurisdiction)
    return page_of(found, size, after, lambda one: one.webhook_id)


@router.post("", status_code=HTTPStatus.CREATED)
def create(form: WebhookIn, response: Response, at: At, me: Myself) -> WebhookMade:
    """Subscribe; keep the secret, with it a receiver checks `webhook-signature`."""
    check_admin(me)
    draft = form.draft(in_place(me, form.jurisdiction))
    made, secret = at.webhooks.create(draft, me.login)
    response.headers["Location"] = f"/api/v1/webhooks/{made.webhook_id}"
    tag(response, made.version)
    response.headers[SHOWN_ONCE] = "true"
    return WebhookMade(webhook=made, secret=secret)


@router.get("/{webhook_id}")
def one(webhook_id: Number, response: Response, at: At, me: Myself) -> Webhook:
    """One subscription; its ETag is its version."""
    found = _mine(at.webhooks, me, webhook_id)
    tag(response, found.version)
    return found


@router.put("/{webhook_id}")
def change(
    webhook_id: Number,
    form: WebhookIn,
    response: Response,
    at: At,
    me: Myself,
    if_match: IfMatch = None,
) -> Webhook:
    """Change one; the secret stays."""
    _mine(at.webhooks, me, webhook_id)
    draft = form.draft(in_place(me, form.jurisdiction))
    with version_asked(if_match, form.version) as version:
        changed = at.webhooks.change(webhook_id, version, draft, me.login)
    tag(response, changed.version)
    return changed


@router.delete("/{webhook_id}", status_code=HTTPStatus.NO_CONTENT)
def drop(webhook_id: Number, at: At, me: Myself, if_match: IfMatch = None) -> None:
    """End one; what is still on its way lapses. With If-Match only the version that you read."""
    found = _mine(at.webhooks, me, webhook_id)
    with version_wished(if_match) as version:
        at.webhooks.drop(found.webhook_id, me.login, version)


@router.get("/{webhook_id}/deliveries")
def deliveries(
    webhook_id: Number,
    at: At,
    me: Myself,
    size: PageSize = 50,
    after: Annotated[str | None, Query(pattern=r"^[^|]{1,40}\|[0-9]{1,18}$")] = None,
) -> Paged[HookDelivery]:
    """What was sent to it, the latest first, with what the receiver said."""
    _mine(at.webhooks, me, webhook_id)
    before = int(after.rpartition("|")[2]) if after else None
    lines = at.webhooks.deliveries(webhook_id, size + 1, before)
    return paged(lines, size, lambda line: (line.created_at, line.delivery_id))


def _mine(hooks: Webhooks, me: Person, webhook_id: int) -> Webhook:
    check_admin(me)
    found = hooks.get(webhook_id)
    if me.jurisdiction not in (None, found.jurisdiction):
        raise NotFound(f"没有事件订阅 {webhook_id}")
    return found
