"""Find what the numbers of a text count: the dead, hurt, missing and trapped, and what
classifier.rules.many finds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from classifier.rules.harm_words import (
    AFTER,
    BEFORE,
    COUNTING,
    LATER,
    NOT_PEOPLE,
    RESCUERS,
    RESCUING,
    RESUMED,
    SPARED,
    Finding,
    Harm,
    Patterns,
)
from classifier.rules.many import find_losses, find_many, may_be_many
from classifier.rules.numerals import Number
from yuqing.domain.grading import LEAST_SEEN, Counted

_PEOPLE = frozenset(
    (Harm.DEAD, Harm.MISSING, Harm.TRAPPED, Harm.GRAVELY_INJURED, Harm.HURT, Harm.STRICKEN)
)
_REACH = 34  # characters around a number in which its verb stands
_TELEPHONES = frozenset((110.0, 119.0, 120.0, 122.0, 12345.0, 12315.0))
_AND = re.compile(
    r"^(?:名|位|个|人|口)[^,。;!?\n\d倒伤死亡撞扎砍]{0,8}(?:和|及|与|以及|、)$|^[男女老少大]$"
)
_TO = re.compile(r"^(?:人|名|位|个)?(?:至|到|-|~|—|–)$")
_RAISED = re.compile(
    r"^(?:人|名|位|个)[^,。;!?\n\d]{0,6}(?:上升|升|增加|增|攀升|扩大|变|改|修正|更正|更新|调整|下调|核减)(?:至|到|为|成)(?:了)?$"
)
_FURTHER = re.compile("其中|另|还有|其余|此外|又有")
_BRACKETED = re.compile(r"(?:名|位|个|人|口)[^,。;()]{0,6}\([^()\n]{0,30}\)")
_HARMFUL = re.compile(  # a character of every verb of harm: most numbers count something else
    "[死亡难丧罹牺殉溺坠治踪联落去困埋压伤危垂截烧毒吐泻恶适昏晕吸肚抽咬扎骨血症情医院病围灾淹命还救绝生害遇毙殒]"
)
_MEASURE = re.compile("岁|年|月|分|%|号楼|栋|路|周")
_LEAST_LOSS = LEAST_SEEN[Counted.LOSS]  # yuan; a lesser loss has no grade anywhere
_ORDINAL = re.compile(r"[第初周#]$|\d[.\-/:·]$")
_NO_COUNT = re.compile("死一生|时(?!代)|点(?!名)|日(?!本)|[种些样直定般致旦切律下]")
_CORRECTED = re.compile("更正|勘误|订正|有误|误报|核减|实为|实际(?:死亡|受伤|为)|应为")
_SENTENCE_END = re.compile("[。!?\n]")
_STRICKEN_BEFORE = re.compile(r"受灾(?:人口|群众|人数|户数)?(?:已|达|为|约|共|有|到|:)*$")
_LIVES = "条(?:鲜活的?|无辜的?|年轻的?)?(?:生命|人命)"
_UNIT = re.compile(rf"^(?:多|余)?(?:名|位|个|人|口|具|{_LIVES}|条)")
_COUNT_END = re.compile(rf"^(?:多|余)?(?:人|名|位|个|{_LIVES}|[,。;!?、)]|$)")


def find_harm(text: str, counted: Sequence[Number]) -> Iterator[Finding]:
    """Every harm that one of the numbers `counted` in the folded `text` counts, in order; nothing
    is weighed yet. Numbers that share one verb, and those "another N" adds, are also summed."""
    found = _merged(text, [n for n in counted if n.value >= 1 and not _idle(text, n)])
    if _none_counts(text, found):
        return
    told = list(_each(text, found))
    yield from _corrected(text, [*told, *_sums(text, told)])


def _none_counts(text: str, found: Sequence[Number]) -> bool:
    """True where it is plain, by what follows each number, that none counts people or a loss: so
    for six posts in ten, which then need no reading around their numbers."""
    stops = [*(n.start for n in found[1:]), len(text)]
    return not any(
        COUNTING.match(text, n.end, stop) or n.value >= _LEAST_LOSS or may_be_many(text, n)
        for n, stop in zip(found, stops, strict=False)
    )


def _idle(text: str, number: Number) -> bool:
    """True for what is no count: 无一人, 九死一生, and a time of day, which must not part a number
    from its verb."""
    if text[max(0, number.start - 1) : number.start] == "无":
        return True
    return _NO_COUNT.match(text, number.end) is not None


def _merged(text: str, found: Sequence[Number]) -> list[Number]:
    """A range (3至5人) is one number of its lesser end."""
    merged: list[Number] = []
    for number in found:
        last = merged[-1] if merged else None
        if last and last.value < number.value and _TO.match(text[last.end : number.start]):
            merged[-1] = Number(last.start, number.end, last.value)
        else:
            merged.append(number)
    return merged


def _each(text: str, found: Sequence[Number]) -> Iterator[Finding]:
    used = 0  # a verb that counted one number does not count the next (1人死亡9人受伤)
    waiting: list[Number] = []  # numbers whose verb comes after the next one (50名儿童和3名老师)
    risen: Finding | None = None
    for i, number in enumerate(found):
        stop = _stop(text, found, i)
        start = max(found[i - 1].end, used) if i else 0
        told = list(_of(text, number, max(start, number.start - _REACH), stop))
        people = next((f for f in told if f.harm in _PEOPLE), None)
        if people is None and risen is not None:
            people = _raised_to(text, risen, number)
            told = [people, *told]
        used = max([used, *(f.end for f in told)])
        following = found[i + 1] if i + 1 < len(found) else None
        gap = text[number.end : following.start] if following else ""
        risen = people if people and _RAISED.match(gap) else None
        if risen:  # 从3人升至12人: the later number stands for both
            told = [f for f in told if f is not people]
        if people is None and _AND.match(gap) and not NOT_PEOPLE.match(text, number.end):
            waiting.append(number)
        else:
            yield from _jointly(waiting, people)
            waiting = []
        yield from told


def _stop(text: str, found: Sequence[Number], i: int) -> int:
    """Where the words end that may speak of number i: at the next number that is not in the
    bracket right behind it (11人(5女6男)全部死亡)."""
    number = found[i]
    near = text.find("(", number.end, number.end + 9) > 0
    bracket = _BRACKETED.match(text, number.end) if near else None
    for following in found[i + 1 :] if bracket else found[i + 1 : i + 2]:
        if bracket is None or following.start >= bracket.end():
            return following.start
    return len(text)


def _raised_to(text: str, before: Finding, number: Number) -> Finding:
    end = number.end + len(_unit(text[number.end : number.end + 3]))
    return Finding(before.harm, number.value, before.start, end)


def _jointly(waiting: Sequence[Number], people: Finding | None) -> Iterator[Finding]:
    if waiting and people is not None:
        count = people.count + sum(n.value for n in waiting)
        yield Finding(people.harm, count, waiting[0].start, people.end, summed=True)


def _sums(text: str, told: Sequence[Finding]) -> Iterator[Finding]:
    """两人当场死亡,另有4人不治 counts six, unless the first are among others told before."""
    for harm in (Harm.DEAD, Harm.GRAVELY_INJURED, Harm.HURT, Harm.MISSING):
        of = [f for f in told if f.harm is harm and not f.summed]
        for one, two in pairwise(of):
            between = text[one.end : two.start]
            link = _FURTHER.search(between + text[two.start : two.start + 2])
            began = max((m.end() for m in _SENTENCE_END.finditer(text, 0, one.start)), default=0)
            among = "其中" in text[began : one.start]
            if link and link[0] != "其中" and not among and not _SENTENCE_END.search(between):
                yield Finding(harm, one.count + two.count, one.start, two.end, summed=True)


def _corrected(text: str, told: Sequence[Finding]) -> Iterator[Finding]:
    """After a correction only what stands behind it counts, for the harms that it names again."""
    correction = _CORRECTED.search(text)
    if correction is None:
        yield from told
        return
    again = {f.harm for f in told if f.end > correction.end()}
    for finding in told:
        if finding.harm not in again or finding.end > correction.end():
            yield replace(finding, summed=False) if finding.summed else finding


def _of(text: str, number: Number, left: int, stop: int) -> Iterator[Finding]:
    right = min(stop, number.end + 2 * _REACH)
    after, before = text[number.end : right], text[left : number.start]
    if _ordinal(text, number) or _MEASURE.match(after):
        return
    if not NOT_PEOPLE.match(after) and not (number.value in _TELEPHONES and not _UNIT.match(after)):
        people = _people(number, before, after)
        yield from (people,) if people else ()
    if number.value >= _LEAST_LOSS:
        yield from find_losses(number, before, after, left)
    yield from find_many(text, number, after)


def _people(number: Number, before: str, after: str) -> Finding | None:
    if not (COUNTING.match(after) and (_HARMFUL.search(after) or _HARMFUL.search(before))):
        return None
    return (
        _counted_after(number, after[:_REACH], AFTER)
        or _counted_before(number, before, after)
        or (_counted_after(number, after, LATER) if RESUMED.search(after) else None)
    )


def _counted_after(number: Number, after: str, patterns: Patterns) -> Finding | None:
    for harm, pattern in patterns:
        match = pattern.match(after)
        if match and _meant(match):
            return Finding(harm, number.value, number.start, number.end + match.end())
    return None


def _meant(match: re.Match[str]) -> bool:
    """False when those counted are spared (3人未受伤) or the rescuers (30名民警赶来救治)."""
    who = match.groupdict().get("who") or ""
    if SPARED.search(match[0][: match.start("verb")] if "verb" in match.groupdict() else ""):
        return False
    return not (RESCUERS.search(who) and RESCUING.search(match[0]))


def _counted_before(number: Number, before: str, after: str) -> Finding | None:
    stricken = _STRICKEN_BEFORE.search(before)
    if stricken and _UNIT.match(after):
        start = number.start - len(before) + stricken.start()
        return Finding(Harm.STRICKEN, number.value, start, number.end + len(_unit(after)))
    if not _COUNT_END.match(after):
        return None
    for harm, pattern in BEFORE:
        match = pattern.search(before)
        if match:
            start = number.start - len(before) + match.start()
            return Finding(harm, number.value, start, number.end + len(_unit(after)))
    return None


def _unit(after: str) -> str:
    match = _UNIT.match(after)
    return match[0] if match else ""


def _ordinal(text: str, number: Number) -> bool:
    return _ORDINAL.search(text[max(0, number.start - 2) : number.start]) is not None
