"""What every route stands on, and who is asking: a person by cookie, a machine by key."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from pydantic import AfterValidator, AwareDatetime

from responder.desk import Desk
from responder.filled import EARLIEST, LATEST
from responder.keys import Keys, Scope
from responder.people import People, Person
from responder.repeats import Repeats
from responder.webhooks import Webhooks
from stream.index import Index
from yuqing.domain.clock import Clock
from yuqing.domain.errors import NotAllowed

COOKIE = "yuqing_session"
CSRF_HEADER = "x-csrf-token"
SAFE = ("GET", "HEAD", "OPTIONS")

Problems = Callable[[], Sequence[str]]
"""What is behind just now, in words for people; empty when all is well."""


@dataclass(frozen=True, slots=True)
class Services:
    """Handed in whole by the wiring."""

    desk: Desk
    index: Index
    people: People
    keys: Keys
    repeats: Repeats
    webhooks: Webhooks
    clock: Clock
    problems: Problems


class NotSignedIn(Exception):
    """No cookie and no key, or one that no longer counts."""


class Forged(Exception):
    """The request carries a person's cookie, but does not come from that person's page."""


def _reachable(moment: datetime) -> datetime:
    """`moment`, if it can be kept and shown in any zone."""
    if not EARLIEST <= moment.year <= LATEST:
        raise ValueError(f"须在 {EARLIEST} 年至 {LATEST} 年之间")
    return moment


def services(request: Request) -> Services:
    """The services of the application."""
    found: Services = request.app.state.services
    return found


def csrf_token(session: str) -> str:
    """What a page of the holder of `session` must send along with every change.

    Derived from it, so it is as secret, ends with it, and does not give it away.
    """
    return hmac.new(session.encode(), b"csrf", hashlib.sha256).hexdigest()


def fits_session(given: str | None, session: str) -> bool:
    """Whether `given` is the token of `session`."""
    expected = csrf_token(session).encode()
    return given is not None and hmac.compare_digest(given.encode(), expected)


def signed_in(request: Request, at: Annotated[Services, Depends(services)]) -> Person:
    """Who is asking. Raises NotSignedIn, Forged, or NotAllowed for what the key is not for."""
    word = request.headers.get("authorization")
    if word is not None:
        return _by_key(request, at, word)
    token = request.cookies.get(COOKIE)
    person = at.people.person_of(token) if token else None
    if token is None or person is None:
        raise NotSignedIn
    given = request.headers.get(CSRF_HEADER)
    if request.method not in SAFE and not fits_session(given, token):
        raise Forged
    return person


def signed_in_by_hand(me: Annotated[Person, Depends(signed_in)], request: Request) -> Person:
    """A person; no key will do. Raises NotAllowed."""
    if "authorization" in request.headers:
        raise NotAllowed("此操作须由本人登录办理，不接受接口密钥")
    return me


def _by_key(request: Request, at: Services, word: str) -> Person:
    scheme, _, token = word.partition(" ")
    key = at.keys.of(token.strip()) if scheme.lower() == "bearer" else None
    if key is None:
        raise NotSignedIn
    if scope_of(request.method, request.url.path) not in key.scopes:
        raise NotAllowed("接口密钥没有此项权限")
    return key.person


def scope_of(method: str, path: str) -> Scope:
    """Which scope a key needs for a request."""
    if path.endswith("/export"):
        return Scope.EXPORT
    return Scope.READ if method in SAFE else Scope.WRITE


Instant = Annotated[AwareDatetime, AfterValidator(_reachable)]
At = Annotated[Services, Depends(services)]
Me = Annotated[Person, Depends(signed_in)]
Myself = Annotated[Person, Depends(signed_in_by_hand)]
# Names that reach the database are held to plain characters, numbers to what it can hold.
Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,96}$")]
Code = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Number = Annotated[int, Path(ge=1, le=2**53)]
Size = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
After = Annotated[
    str | None,
    Query(
        max_length=200,
        pattern=r"^[A-Za-z0-9:+.|_-]+$",
        description="`next` of the page before; leave it out for the first page.",
    ),
]
Typed = Annotated[str, Query(max_length=200)]
