"""A post as it now stands, wherever it is kept: what the console and the API let people judge."""

from __future__ import annotations

from responder.desk_judging import JudgeDesk
from responder.doors import check_reads_posts
from responder.people import Person
from stream.index import Index, Search
from stream.messages import Judged


def judged_post(desk: JudgeDesk, index: Index, person: Person, post_id: str) -> Judged:
    """The post with what people said of it, from the index or from what a ticket keeps.

    Raises NotAllowed or NotFound.
    """
    check_reads_posts(person)
    wanted = Search(post_ids=(post_id,), jurisdiction=person.jurisdiction, size=1, facets=False)
    hits = index.search(wanted).hits if post_id else ()
    return desk.settled(hits)[0] if hits else desk.judged_copy(person, post_id)
