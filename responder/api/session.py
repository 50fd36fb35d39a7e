"""Signing in and out for programs and scripts; the console has its own form for people."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from responder.api.problems import problem
from responder.api.services import COOKIE, At, Me
from responder.people import SIGNED_IN_FOR, Person
from yuqing.domain.errors import NotAllowed

router = APIRouter(prefix="/api/v1/session", tags=["session"])


class SignIn(BaseModel):
    """A login and its password."""

    login: str = Field(max_length=64)
    password: str = Field(max_length=1024)


class Who(BaseModel):
    """Who is signed in."""

    login: str
    name: str
    role: str
    jurisdiction: str | None
    unit: str | None


@router.post("", response_model=Who)
def sign_in(request: Request, form: SignIn, at: At) -> Response:
    """Sign in; the answer sets an HttpOnly cookie."""
    try:
        token = at.people.sign_in(form.login.strip(), form.password)
    except NotAllowed as error:
        return problem(HTTPStatus.UNAUTHORIZED, "登录失败", str(error))
    person = at.people.person_of(token)
    assert person is not None
    response = JSONResponse(_who(person).model_dump())
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SIGNED_IN_FOR.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


@router.get("")
def who_am_i(me: Me) -> Who:
    """Who is asking."""
    return _who(me)


@router.delete("", status_code=HTTPStatus.NO_CONTENT)
def sign_out(request: Request, response: Response, at: At) -> None:
    """End this sign-in."""
    if token := request.cookies.get(COOKIE):
        at.people.sign_out(token)
    response.delete_cookie(COOKIE)


def _who(person: Person) -> Who:
    return Who(
        login=person.login,
        name=person.name,
        role=person.role,
        jurisdiction=person.jurisdiction,
        unit=person.unit,
    )
