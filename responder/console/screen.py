"""One open page of one viewer: what it shows is made again every second and pushed when changed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from jinja2 import Environment
from markupsafe import Markup
from nicegui import run, ui

from responder.console.backstage import Backstage
from responder.console.cards import PostCard
from responder.console.marks import STRONG, marked
from responder.console.render import render
from responder.desk_judging import may_judge
from responder.explanation import HEADS
from responder.people import Person, Role
from responder.readmodels.events import PostLine
from responder.readmodels.offers import OfferLine
from responder.refusals import Refused
from yuqing.domain.errors import NotAllowed, YuqingError

T = TypeVar("T")
REFRESH_SECONDS = 1.0
BROKEN = "操作没有完成：程序出错，已写入日志。请再试一次，仍不行请联系管理员。"
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Followed:
    read: Callable[[], Any]
    apply: Callable[[Any], object]
    last: Any


@dataclass(slots=True)
class Screen:
    """Renders fragments, refreshes them while the page is open, and acts for the viewer."""

    backstage: Backstage
    templates: Environment
    person: Person
    token: str
    stale: Callable[[str], None] = lambda _why: None
    _followed: list[_Followed] = field(default_factory=list)

    @property
    def scope(self) -> tuple[str | None, str | None]:
        """Viewers of the same scope see the same tickets, events and posts."""
        unit = self.person.unit if self.person.role is Role.UNIT else None
        return self.person.jurisdiction, unit

    def shared(self, what: Hashable, read: Callable[[], T]) -> T:
        """What `read` gives, read once a second for all viewers of this scope."""
        return self.backstage.recent.get((self.scope, what), read)

    def html(self, template: str, /, **values: Any) -> str:
        """A filled fragment."""
        return render(self.templates, template, **values)

    def offers(self, offers: Sequence[OfferLine], link: bool = True) -> str:
        """Offered answers, to look at; with a `link` to the ticket each is offered to."""
        names = self.backstage.source_names
        return self.html("offers.html", offers=offers, sources=names, link=link)

    @property
    def judges(self) -> bool:
        """Whether the viewer may correct posts and regroup events."""
        return may_judge(self.person)

    def names(self) -> Mapping[str, str]:
        """Logins to names, for who confirmed what."""
        return self.backstage.recent.get("names", self.backstage.desk.names)

    def posts(self, posts: Sequence[PostCard], empty: str, fixable: bool = True) -> str:
        """Judged posts as a list, each with a way to correct it if `fixable` by the viewer."""
        fixable = fixable and self.judges
        names = self.names()
        return self.html("posts.html", posts=posts, empty=empty, fixable=fixable, names=names)

    def copies(self, posts: Sequence[PostLine], most: int) -> str:
        """The first `most` of copied posts, with the words marked that their verdicts rest on."""
        marked = [(post, *_marked(post)) for post in posts[:most]]
        return self.html(
            "event_posts.html",
            posts=marked,
            more=max(0, len(posts) - most),
            sources=self.backstage.source_names,
            fixable=self.judges,
            names=self.names(),
        )

    def legend(self) -> None:
        """What the marks in posts mean."""
        heads = HEADS.items()
        ui.html(self.html("legend.html", heads=heads, strong=STRONG), sanitize=False).classes(
            "w-full"
        )

    def live(self, make: Callable[[], str], classes: str = "w-full") -> ui.html:
        """A fragment that is made again every second and pushed when it has changed."""
        content = make()
        element = ui.html(content, sanitize=False).classes(classes)
        self.follow(make, element.set_content, content)
        return element

    def drawn(
        self, read: Callable[[], T], draw: Callable[[T], str], classes: str = "w-full"
    ) -> None:
        """Like `live`, for what is dear to draw: drawn again only when what is read has changed."""
        value = read()
        element = ui.html(draw(value), sanitize=False).classes(classes)
        self.follow(read, lambda new: element.set_content(draw(new)), value)

    def follow(self, read: Callable[[], T], apply: Callable[[T], object], last: T) -> None:
        """`read` in a thread every second; `apply` what differs from the `last`, in the page."""
        self._followed.append(_Followed(read, apply, last))

    async def refresh(self) -> None:
        """Push what has changed; say so when that cannot be known; a viewer whose sign-in has
        ended is sent to the door."""
        try:
            values = await run.io_bound(self._read_all)
        except NotAllowed:
            ui.navigate.to("/sign-in")
        except YuqingError as error:
            self.stale(said(error))
        except Exception:
            log.exception("a page of the console cannot be refreshed")
            self.stale("程序出错，已写入日志")
        else:
            self.stale("")
            self._apply_all(values or [])

    def checked(self) -> Person:
        """The viewer, if still signed in; what every action asks first. Raises NotAllowed."""
        person = self.backstage.people.person_of(self.token)
        if person is None:
            raise NotAllowed("登录已失效，请重新登录")
        return person

    def attempt(self, action: Callable[[Person], Any], done: str | Callable[[], str]) -> bool:
        """Do `action` for the viewer and say how it went: `done`, made afterwards if it depends on
        what happened."""
        try:
            action(self.checked())
        except YuqingError as error:
            ui.notify(said(error), type="negative", position="top", timeout=8000)
            return False
        self.backstage.recent.forget()
        said_done = done if isinstance(done, str) else done()
        ui.notify(said_done, type="positive", position="top")
        return True

    def _read_all(self) -> list[Any]:
        self.person = self.checked()
        return [one.read() for one in self._followed]

    def _apply_all(self, values: Sequence[Any]) -> None:
        for one, value in zip(tuple(self._followed), values, strict=False):
            if value != one.last:
                one.last = value
                one.apply(value)


def _marked(post: PostLine) -> tuple[Markup, Markup]:
    text, split = post.text, len(post.text) - len(post.body)
    title = marked(text, post.spans, 0, len(post.title))
    return title, marked(text, post.spans, split, len(text))


def said(error: YuqingError) -> str:
    """`error` as people read it: the code of a field before the Chinese is for programs."""
    if isinstance(error, Refused):
        return error.chinese
    code, colon, rest = str(error).partition(": ")
    return rest if colon and code.isascii() and code.isidentifier() else str(error)
