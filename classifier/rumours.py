"""How likely a post spreads something untrue: the model's opinion, tempered by what rules see."""

from __future__ import annotations

from classifier.features import Reading
from classifier.rules.mark_words import Mark
from yuqing.domain.post import Owner

_CEILING = {Owner.OFFICIAL: 0.1, Owner.MEDIA: 0.6, Owner.CITIZEN: 1.0}
_REFUTED = 0.15


def rumour_risk(modelled: float, reading: Reading, owner: Owner) -> float:
    """The risk within 0..1; `modelled` is the model's own, within 0..1.

    A refutation repeats a rumour to end it; an official's voice is not hearsay; an appeal to
    spread what was only heard is, whatever the words around it.
    """
    risk = modelled
    if reading.has(Mark.HEARSAY) and reading.has(Mark.ALARM):
        risk = risk + 0.5 * (1 - risk)
    if reading.context.denied:
        risk = min(risk, _REFUTED)
    return round(min(risk, _CEILING[owner]), 4)
