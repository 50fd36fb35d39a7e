"""ETag and If-Match: nobody overwrites what somebody else changed meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Header, Response

from yuqing.domain.errors import Conflict, InvalidMessage

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        pattern=r'^"[1-9][0-9]{0,8}"$',
        description='The ETag of the version that you read, such as "3"; else `version`.',
    ),
]


class VersionNeeded(Exception):
    """The change does not say which version it is meant for."""


class Outdated(Exception):
    """The version of If-Match is no longer the newest; `str` says who was first."""


@contextmanager
def version_asked(if_match: str | None, version: int | None) -> Iterator[int]:
    """The version that the caller read, from the header or the body.

    Raises VersionNeeded without either and InvalidMessage when they differ; a Conflict within
    becomes Outdated when the header asked.
    """
    asked = int(if_match.strip('"')) if if_match else version
    if asked is None:
        raise VersionNeeded
    if version not in (None, asked):
        raise InvalidMessage("version: 与 If-Match 不一致")
    try:
        yield asked
    except Conflict as error:
        if if_match is None:
            raise
        raise Outdated(str(error)) from error


@contextmanager
def version_wished(if_match: str | None) -> Iterator[int | None]:
    """The version of If-Match, None without one: for what may be ended unread. A Conflict within
    becomes Outdated."""
    try:
        yield int(if_match.strip('"')) if if_match else None
    except Conflict as error:
        raise Outdated(str(error)) from error


def tag(response: Response, version: int) -> None:
    """Say which version this is."""
    response.headers["ETag"] = f'"{version}"'
