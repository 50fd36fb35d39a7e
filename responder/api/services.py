"""What every route stands on, and who is asking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query, Request

from responder.desk import Desk
from responder.people import People, Person
from stream.index import Index
from yuqing.domain.clock import Clock

COOKIE = "yuqing_session"

Problems = Callable[[], Sequence[str]]
"""What is behind just now, in words for people; empty when all is well."""


@dataclass(frozen=True, slots=True)
class Services:
    """Handed in whole by the wiring."""

    desk: Desk
    index: Index
    people: People
    clock: Clock
    problems: Problems


class NotSignedIn(Exception):
    """No cookie, or one that no longer counts."""


def services(request: Request) -> Services:
    """The services of the application."""
    found: Services = request.app.state.services
    return found


def signed_in(request: Request, at: Annotated[Services, Depends(services)]) -> Person:
    """Who is asking. Raises NotSignedIn."""
    token = request.cookies.get(COOKIE)
    person = at.people.person_of(token) if token else None
    if person is None:
        raise NotSignedIn
    return person


At = Annotated[Services, Depends(services)]
Me = Annotated[Person, Depends(signed_in)]
# Names that reach the database are held to plain characters, numbers to what it can hold.
Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,96}$")]
Code = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Number = Annotated[int, Path(ge=1, le=2**53)]
Size = Annotated[int, Query(ge=1, le=200)]
After = Annotated[str | None, Query(max_length=200, pattern=r"^[A-Za-z0-9:+.|_-]+$")]
Typed = Annotated[str, Query(max_length=200)]
