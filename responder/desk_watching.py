"""Who keeps which watchlists, and who reads their hits."""

from __future__ import annotations

from datetime import datetime

from responder.desk_reading import ReadingDesk, page_size
from responder.doors import check_reads_posts
from responder.lines.watching import hit_line
from responder.people import Person, Role, everybody
from responder.readmodels.watching import HitLine, WatchlistView
from responder.registers import page_key
from responder.watchlists import Watchlist, WatchlistDraft
from yuqing.domain.errors import InvalidMessage, NotAllowed, NotFound

_MANAGERS = (Role.MONITOR, Role.ANALYST, Role.ADMIN)


class WatchDesk(ReadingDesk):
    """监测方案 of a jurisdiction, kept by its monitors, analysts and administrators."""

    def watchlists(self, person: Person) -> tuple[WatchlistView, ...]:
        """The watchlists of the person's jurisdiction, with their tallies."""
        check_reads_posts(person)
        tallies = self._watchlists.tallies()
        return tuple(
            _view(one, *tallies.get(one.watchlist_id, (0, None)))
            for one in self._watchlists.listed(person.jurisdiction)
        )

    def watchlist(self, person: Person, watchlist_id: int) -> WatchlistView:
        """One watchlist with its tally."""
        check_reads_posts(person)
        found = self._watchlist(person, watchlist_id)
        return _view(found, *self._watchlists.tallies().get(watchlist_id, (0, None)))

    def save_watchlist(
        self,
        person: Person,
        draft: WatchlistDraft,
        now: datetime,
        watchlist_id: int | None = None,
        expected_version: int | None = None,
    ) -> WatchlistView:
        """Make a watchlist, or change `watchlist_id`."""
        _check_manager(person)
        if person.jurisdiction not in (None, draft.jurisdiction) or (
            draft.jurisdiction not in self._jurisdictions
        ):
            raise NotFound(f"没有辖区 {draft.jurisdiction}")
        if watchlist_id is not None:
            self._watchlist(person, watchlist_id)
        near = {login for login, _name in self.people_to_notify(person, draft.jurisdiction)}
        if unknown := set(draft.notify) - near:
            raise InvalidMessage(f"notify: 本辖区没有账号 {'、'.join(sorted(unknown))}")
        saved = self._watchlists.save(draft, person.login, now, watchlist_id, expected_version)
        return _view(saved, *self._watchlists.tallies().get(saved.watchlist_id, (0, None)))

    def drop_watchlist(
        self, person: Person, watchlist_id: int, now: datetime, version: int | None = None
    ) -> None:
        """Forget a watchlist and its hits, as the person read it at `version` if any."""
        _check_manager(person)
        dropped = self._watchlist(person, watchlist_id)
        self._watchlists.drop(dropped.watchlist_id, person.login, now, version)

    def hits(
        self, person: Person, watchlist_id: int, size: int = 50, after: str | None = None
    ) -> tuple[HitLine, ...]:
        """The latest hits of a watchlist; `after` is TIME|POST of the last of the page before."""
        check_reads_posts(person)
        self._watchlist(person, watchlist_id)
        key = page_key(after) if after is not None else None
        rows = self._watchlists.hits(watchlist_id, page_size(size), key)
        return tuple(hit_line(row) for row in rows)

    def people_to_notify(
        self, person: Person, jurisdiction: str | None = None
    ) -> tuple[tuple[str, str], ...]:
        """(login, name) of those that a watchlist of `jurisdiction` (None: of any that the person
        sees) may alert: its own people, and those of all jurisdictions."""
        home = person.jurisdiction or jurisdiction
        return tuple(
            (one.login, one.name)
            for one in everybody(self._engine)
            if home is None or one.jurisdiction in (None, home)
        )

    def _watchlist(self, person: Person, watchlist_id: int) -> Watchlist:
        found = self._watchlists.get(watchlist_id)
        if person.jurisdiction not in (None, found.draft.jurisdiction):
            raise NotFound(f"没有监测方案 {watchlist_id}")
        return found


def _check_manager(person: Person) -> None:
    if person.role not in _MANAGERS:
        raise NotAllowed("您的角色不能修改监测方案")


def _view(one: Watchlist, hits: int, last: datetime | None) -> WatchlistView:
    draft = one.draft
    return WatchlistView(
        watchlist_id=one.watchlist_id,
        jurisdiction=draft.jurisdiction,
        name=draft.name,
        query=draft.query,
        topics=draft.topics,
        severity_min=draft.severity_min,
        owner=one.owner,
        notify=draft.notify,
        every_minutes=draft.every_minutes,
        active=draft.active,
        version=one.version,
        hits=hits,
        last_hit_at=last,
    )
