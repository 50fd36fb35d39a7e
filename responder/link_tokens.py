"""The signed part of a link: which push it belongs to and until when it is good."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LASTS = timedelta(hours=24)
_FORM = re.compile(r"([0-9]{1,15})\.([0-9]{1,11})\.([A-Za-z0-9_-]{32})")


@dataclass(frozen=True, slots=True)
class Token:
    """What a link says of itself; nothing of it is true before `signed_by`."""

    outbox_id: int
    expires: int
    signature: str

    @property
    def until(self) -> datetime:
        """The last moment at which it is good; aware, UTC."""
        return datetime.fromtimestamp(self.expires, UTC)

    def signed_by(self, secret: str, key: str) -> bool:
        """True when `secret` made it for the row of the outbox named `key`."""
        right = _signature(secret, self.outbox_id, key, self.expires)
        return hmac.compare_digest(right, self.signature)


def token_of(secret: str, outbox_id: int, key: str, until: datetime) -> str:
    """The last part of the link for one row of the outbox, good until `until`."""
    expires = int(until.timestamp())
    return f"{outbox_id}.{expires}.{_signature(secret, outbox_id, key, expires)}"


def read_token(text: str) -> Token | None:
    """The parts of `text`, None when it does not look like one."""
    found = _FORM.fullmatch(text)
    return Token(int(found[1]), int(found[2]), found[3]) if found else None


def _signature(secret: str, outbox_id: int, key: str, expires: int) -> str:
    text = f"acknowledge\n{outbox_id}\n{key}\n{expires}".encode()
    digest = hmac.new(secret.encode(), text, hashlib.sha256).digest()[:24]
    return base64.urlsafe_b64encode(digest).decode()
