"""Mark what happened suddenly and needs handling at once: natural, accident, health, social."""

from __future__ import annotations

from classifier.features import Reading
from classifier.rules.harm_words import Harm
from classifier.rules.lexicon import Hit
from classifier.rules.mark_words import Mark
from yuqing.domain.verdict import Emergency, Severity, Topic

_MARKS: tuple[tuple[Mark, Emergency], ...] = (
    (Mark.HEALTH, Emergency.HEALTH),
    (Mark.SOCIAL, Emergency.SOCIAL),
    (Mark.NATURAL, Emergency.NATURAL),
    (Mark.ACCIDENT, Emergency.ACCIDENT),
)
_HOME: dict[Topic, Emergency] = {
    Topic.EPIDEMIC: Emergency.HEALTH,
    Topic.FOOD_DRUG: Emergency.HEALTH,
    Topic.DISASTER: Emergency.NATURAL,
    Topic.WORK_SAFETY: Emergency.ACCIDENT,
    Topic.TRANSPORT: Emergency.ACCIDENT,
    Topic.PUBLIC_SECURITY: Emergency.SOCIAL,
}
_VICTIMS = (Harm.DEAD, Harm.GRAVELY_INJURED, Harm.HURT, Harm.MISSING, Harm.TRAPPED)


def emergency_of(
    reading: Reading, topic: Topic, severity: Severity
) -> tuple[Emergency, Hit[Topic | Mark]] | None:
    """The kind of emergency and the word that shows it; None for everyday matters.

    A word alone is not enough (a complaint may fear a fire): there are victims, or the topic is
    the word's own and the grade is above the ordinary.
    """
    if severity is Severity.NONE or reading.context.drill or reading.context.denied:
        return None
    found = _found(reading)
    if not found:
        return None
    victims = any(graded.harm in _VICTIMS for graded in reading.graded)
    crowd = any(graded.harm is Harm.CROWD for graded in reading.graded)
    home = _HOME.get(topic)
    kind = home if home in found else next(iter(found))
    happened = victims or (kind is home and severity >= Severity.LARGER)
    happened = happened or (kind is Emergency.SOCIAL and crowd)
    return (kind, found[kind]) if happened else None


def _found(reading: Reading) -> dict[Emergency, Hit[Topic | Mark]]:
    found: dict[Emergency, Hit[Topic | Mark]] = {}
    for mark, kind in _MARKS:
        hit = next((h for h in reading.hits if mark in h.means), None)
        if hit is not None:
            found[kind] = hit
    return found
