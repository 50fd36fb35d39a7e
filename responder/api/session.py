"""Signing in and out for programs and scripts; the console has its own form for people."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from responder.api.problems import problem
from responder.api.services import COOKIE, At, Myself, csrf_token
from responder.people import Person
from yuqing.domain.errors import NotAllowed

router = APIRouter(prefix="/api/v1/session", tags=["session"])


class SignIn(BaseModel):
    """A login and its password."""

    login: str = Field(max_length=64)
    password: str = Field(max_length=1024)

    model_config = {"json_schema_extra": {"examples": [{"login": "lin", "password": "••••••"}]}}


class Who(BaseModel):
    """Who is signed in; `csrf_token` goes along, as X-CSRF-Token, with every change."""

    login: str
    name: str
    role: str
    jurisdiction: str | None
    unit: str | None
    csrf_token: str


@router.post("", response_model=Who)
def sign_in(request: Request, form: SignIn, at: At) -> Response:
    """Sign in; the answer sets an HttpOnly cookie."""
    try:
        token = at.people.sign_in(form.login.strip(), form.password)
    except NotAllowed as error:
        return problem(HTTPStatus.UNAUTHORIZED, "登录失败", str(error))
    person = at.people.person_of(token)
    assert person is not None
    response = JSONResponse(_who(person, token).model_dump())
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(at.people.signed_in_for.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


@router.get("")
def who_am_i(request: Request, me: Myself) -> Who:
    """Who is asking."""
    return _who(me, request.cookies[COOKIE])


@router.delete("", status_code=HTTPStatus.NO_CONTENT)
def sign_out(request: Request, response: Response, at: At, _me: Myself) -> None:
    """End this sign-in."""
    at.people.sign_out(request.cookies[COOKIE])
    response.delete_cookie(COOKIE)


def _who(person: Person, session: str) -> Who:
    return Who(
        login=person.login,
        name=person.name,
        role=person.role,
        jurisdiction=person.jurisdiction,
        unit=person.unit,
        csrf_token=csrf_token(session),
    )
