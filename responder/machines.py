"""Other systems as administrators look after them: their keys, and the webhooks they are told by.

`responder.keys` and `responder.webhooks` keep them and note every change; here is what stands
before both: only administrators, only the own jurisdiction, only units that there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from responder.doors import check_admin, in_place
from responder.keys import ApiKey, KeyDraft, Keys
from responder.people import Person
from responder.webhooks import HookDelivery, Webhook, WebhookDraft, Webhooks
from yuqing.domain.errors import InvalidMessage, NotFound
from yuqing.domain.jurisdiction import Jurisdiction


@dataclass(frozen=True, slots=True)
class Machines:
    """All methods raise NotAllowed for anybody but an administrator, and NotFound for what is of
    another jurisdiction; else what `Keys` and `Webhooks` raise."""

    of_keys: Keys
    of_hooks: Webhooks
    jurisdictions: Mapping[str, Jurisdiction]

    def keys(self, me: Person) -> tuple[ApiKey, ...]:
        """The newest first, revoked ones too."""
        check_admin(me)
        return tuple(k for k in self.of_keys.listed() if me.jurisdiction in (None, k.jurisdiction))

    def make_key(self, me: Person, draft: KeyDraft) -> tuple[ApiKey, str]:
        """A new key and its token, which nobody can show again."""
        check_admin(me)
        place = self._place(me, draft.jurisdiction, draft.unit)
        return self.of_keys.create(replace(draft, jurisdiction=place), me.login)

    def rotate_key(self, me: Person, key_id: str) -> tuple[ApiKey, str]:
        """A new token; the former opens nothing any more."""
        return self.of_keys.rotate(self._key(me, key_id), me.login)

    def revoke_key(self, me: Person, key_id: str) -> ApiKey:
        """From now on the key opens nothing."""
        return self.of_keys.revoke(self._key(me, key_id), me.login)

    def hooks(self, me: Person) -> tuple[Webhook, ...]:
        """By number."""
        check_admin(me)
        return self.of_hooks.listed(me.jurisdiction)

    def hook(self, me: Person, webhook_id: int) -> Webhook:
        """One of them."""
        check_admin(me)
        found = self.of_hooks.get(webhook_id)
        if me.jurisdiction not in (None, found.jurisdiction):
            raise NotFound(f"没有事件订阅 {webhook_id}")
        return found

    def subscribe(self, me: Person, draft: WebhookDraft) -> tuple[Webhook, str]:
        """A new subscription and the secret of its signatures, which nobody can show again."""
        check_admin(me)
        place = self._place(me, draft.jurisdiction, draft.unit)
        return self.of_hooks.create(replace(draft, jurisdiction=place), me.login)

    def change_hook(self, me: Person, was: Webhook, draft: WebhookDraft) -> Webhook:
        """Replace what was seen as `was`; the secret stays."""
        self.hook(me, was.webhook_id)
        place = self._place(me, draft.jurisdiction, draft.unit)
        fit = replace(draft, jurisdiction=place)
        return self.of_hooks.change(was.webhook_id, was.version, fit, me.login)

    def rotate_hook(self, me: Person, was: Webhook) -> tuple[Webhook, str]:
        """A new secret, returned once."""
        self.hook(me, was.webhook_id)
        return self.of_hooks.rotate(was.webhook_id, was.version, me.login)

    def drop_hook(self, me: Person, was: Webhook) -> None:
        """End the subscription; what is still on its way to it lapses."""
        self.hook(me, was.webhook_id)
        self.of_hooks.drop(was.webhook_id, me.login)

    def deliveries(self, me: Person, webhook_id: int, size: int) -> tuple[HookDelivery, ...]:
        """What was sent to one, the latest first."""
        self.hook(me, webhook_id)
        return self.of_hooks.deliveries(webhook_id, size)

    def _key(self, me: Person, key_id: str) -> str:
        if key_id not in {key.key_id for key in self.keys(me)}:
            raise NotFound(f"没有接口密钥 {key_id}")
        return key_id

    def _place(self, me: Person, jurisdiction: str | None, unit: str | None) -> str | None:
        place = in_place(me, jurisdiction)
        home = self.jurisdictions.get(place) if place else None
        if place and home is None:
            raise InvalidMessage(f"jurisdiction: 没有辖区 {place}")
        if unit and (home is None or home.unit(unit) is None):
            raise InvalidMessage(f"unit: 所选辖区没有单位 {unit}")
        return place
