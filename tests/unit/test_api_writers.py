"""Many who write to one ticket at once, over HTTP: of each version one wins, the others are told
who was first, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient, Response

from responder.api.services import COOKIE, csrf_token
from responder.audit_check import verify
from responder.people import Person, Role
from tests.api_world import House, open_house, problem
from tests.desk_world import ROOT, SECRET
from tests.responder_world import NOON

WRITERS = 200
PERSISTENT = 20


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as made:
        yield made


def writers(house: House, count: int) -> Sequence[AsyncClient]:
    """Clients of as many people, within this process: no socket stands between them."""
    return [_writer(house, f"w{number:03}") for number in range(count)]


def _writer(house: House, login: str) -> AsyncClient:
    house.people.create(Person(login, login, Role.MONITOR, "qinghe"), SECRET)
    token = house.people.sign_in(login, SECRET)
    headers = {"cookie": f"{COOKIE}={token}", "x-csrf-token": csrf_token(token)}
    transport = ASGITransport(app=house.api)
    return AsyncClient(transport=transport, base_url="http://house/api/v1", headers=headers)


def written(house: House, ticket_id: str) -> list[str]:
    """Who wrote the notes of the ticket, in order."""
    page = house.desk.ticket(ROOT, ticket_id, house.clock.now())
    assert [one.position for one in page.history] == list(range(len(page.history)))
    assert page.line.version == len(page.history)
    return [one.who for one in page.history if one.action == "note"]


def only_ticket(house: House) -> str:
    (line,) = house.desk.urgent(ROOT, NOON)
    return line.ticket_id


async def note(web: AsyncClient, ticket_id: str, tag: str) -> Response:
    """A note on the version `tag`; again when the store was too busy to look at it."""
    act = {"action": "note", "data": {"text": "已知悉"}}
    while True:
        path = f"/tickets/{ticket_id}/acts"
        answer = await web.post(path, json=act, headers={"if-match": tag})
        if answer.status_code != 503:
            return answer


async def note_until_in(web: AsyncClient, ticket_id: str) -> None:
    """Read and write, and again with the version that came between, until it is on record."""
    while True:
        tag = (await web.get(f"/tickets/{ticket_id}")).headers["etag"]
        answer = await note(web, ticket_id, tag)
        if answer.status_code == 200:
            return
        assert "先行" in problem(answer, 412, "outdated")


def test_of_two_hundred_on_one_version_one_wins_and_all_others_are_told_who(house: House) -> None:
    ticket_id, everybody = only_ticket(house), writers(house, WRITERS)

    async def rush() -> list[Response]:
        return await asyncio.gather(*(note(web, ticket_id, '"1"') for web in everybody))

    answers = asyncio.run(rush())
    won = [one for one in answers if one.status_code == 200]
    assert [one.headers["etag"] for one in won] == ['"2"']
    (winner,) = written(house, ticket_id)
    lost = [problem(one, 412, "outdated") for one in answers if one.status_code != 200]
    assert len(lost) == WRITERS - 1
    assert all(winner in said for said in lost)
    assert verify(house.engine).findings == ()


def test_of_those_who_try_again_nobody_is_lost(house: House) -> None:
    ticket_id, everybody = only_ticket(house), writers(house, PERSISTENT)

    async def rush() -> None:
        await asyncio.gather(*(note_until_in(web, ticket_id) for web in everybody))

    asyncio.run(rush())
    assert sorted(written(house, ticket_id)) == [f"w{number:03}" for number in range(PERSISTENT)]
    assert verify(house.engine).findings == ()
