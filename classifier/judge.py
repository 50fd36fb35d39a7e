"""Judge one post: rules read it, the linear model weighs it, and every opinion shows its evidence.

Later models replace what happens inside `Judge`, not how it is called.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from importlib import resources

from classifier.debunks.library import Debunk, Debunks
from classifier.features import LONGEST, dense, read
from classifier.linear import LinearModel, load_linear
from classifier.opinion import Opinion
from classifier.places import Gazetteers
from classifier.rules.folding import fold
from classifier.rules.lexicon import Lexicon, product_lexicon
from classifier.rules.mark_words import Mark
from classifier.rumours import UNKNOWN, Signals, signals_of
from yuqing.domain.jurisdiction import Place
from yuqing.domain.post import Owner, Post, Sighting
from yuqing.domain.verdict import Topic, Verdict


def load_judge(gazetteers: Mapping[str, Sequence[Place]], debunks: Sequence[Debunk] = ()) -> Judge:
    """The judge that ships with the product, knowing the places of each jurisdiction code and the
    operator's official refutations."""
    folder = resources.files("classifier").joinpath("models", "linear")
    return Judge(load_linear(folder), Gazetteers(gazetteers), product_lexicon(), Debunks(debunks))


class Judge:
    """Pure and deterministic: the same text gets the same verdict alone, in any batch or order."""

    def __init__(
        self,
        model: LinearModel,
        gazetteers: Gazetteers,
        lexicon: Lexicon[Topic | Mark],
        debunks: Debunks | None = None,
    ) -> None:
        self._model, self._gazetteers, self._lexicon = model, gazetteers, lexicon
        self._debunks = debunks

    def judge_post(self, post: Post, sighting: Sighting | None = None) -> Verdict:
        """The verdict on `post` as `sighting` saw it; spans point into `post.text`."""
        return self.judge(
            post.post_id,
            post.text,
            published_at=post.published_at,
            owner=post.owner,
            jurisdictions=post.jurisdictions,
            signals=signals_of(post.followers, sighting),
        )

    def judge(
        self,
        post_id: str,
        text: str,
        *,
        published_at: datetime | None = None,
        owner: Owner = Owner.CITIZEN,
        jurisdictions: Collection[str] = (),
        signals: Signals = UNKNOWN,
    ) -> Verdict:
        """The verdict on `text`; places are looked up in the gazetteers of `jurisdictions` only,
        or in all when there are none."""
        reading = read(text, self._lexicon, published_at)
        scores = self._model.scores(reading.folded.text, dense(reading))
        ours = self._gazetteers.find(reading.folded, jurisdictions)
        places = (*ours, *self._gazetteers.general(reading.folded))
        model = self._model
        opinion = Opinion(
            reading, scores, model.heads, model.settings, owner, signals, self._debunks
        )
        return opinion.verdict(post_id, places, model.name)

    def concerned_by(self, post: Post) -> tuple[str, ...]:
        """The jurisdictions of `post`: its source's, but for those that all its places lie outside
        of; for a source that has none, those whose gazetteers name a place of its text."""
        if not post.jurisdictions:
            return self.concerned(post.text)
        folded = fold(post.text[:LONGEST])
        outside = self._gazetteers.elsewhere
        return tuple(code for code in post.jurisdictions if not outside(folded, code))

    def concerned(self, text: str) -> tuple[str, ...]:
        """The codes of the jurisdictions whose gazetteers name a place of `text`, in order."""
        named = self._gazetteers.find(fold(text[:LONGEST]))
        return tuple(dict.fromkeys(place.jurisdiction for place in named))
