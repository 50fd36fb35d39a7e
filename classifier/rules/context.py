"""Decide whether a number of dead or a loss is reported as happening here and now.

A drill, an anniversary, a denial, another country, a yearly statistic or an "if" names the same
words and the same numbers without being an incident the unit must grade.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from classifier.rules.lexicon import Hit
from classifier.rules.mark_words import Mark
from yuqing.domain.verdict import Topic

_DRILL = re.compile("演练|演习|推演|模拟(?:火灾|事故|地震|场景|灾情|爆炸|泄漏)")
_HISTORY = re.compile(
    "周年|纪念日|公祭|默哀|祭奠|缅怀|历史上|史上|当年|昔日|往事|[十百\\d]年前|多年前|几年前|世纪|"
    "[十百][一二三四五六七八九]年前|年前的(?:今天|今日|这一天)|公元前?\\d|"
    "大屠杀|二战|抗战|民国|清朝|古代|解放前|曾(?:经)?(?:发生|造成|导致|致|有|夺)"
)
_DENIAL = re.compile(
    "辟谣|谣言|谣传|不实(?:信息|消息|传言|言论|内容)|(?:不|未)属实|(?:属|系|为)不实|并非事实|与事实不符|"
    "虚假(?:信息|消息)|纯属(?:虚构|捏造|谣)|假消息|子虚乌有|没有此事|并无此事|(?:信|传)谣"
)
_REFUTED = re.compile(
    "【[^】]{0,10}(?:辟谣|谣言)|(?:官方|警方|公安|平台|专家|发布)辟谣|辟谣[:,]|(?:系|属|是|为|:)(?:谣言|谣传|网络谣言)(?!还|吗|,?还)|"
    "(?:均|系|属|为|是)(?:不实|虚假)(?:信息|消息|传言|言论|内容|谣言)?|(?:信息|消息|传言|内容|视频|情况)?(?:不|未)属实|并无此事|"
    "没有此事|子虚乌有|与事实(?:严重)?不符|(?:请勿|不要|切勿)(?:轻信|信谣|传谣|转发)|不(?:信谣|传谣)"
)
_ASKED = re.compile(
    "是不是谣言|谣言还是|谣言吗|求辟谣|不是谣言|谁(?:来|能)辟谣|为什么不辟谣|如属实|若属实|是否属实|谣言倒逼|所谓(?:的)?辟谣"
)
_REMEMBERED = re.compile("周年|纪念日|公祭|年前的(?:今天|今日|这一天)|历史上的今天")
_STATISTIC = re.compile(
    "每年|每天有|年均|历年|全年|上半年|下半年|去年|据统计|统计显示|统计数据|数据显示|全球|全世界|世界上|"
    "平均|近年来|研究(?:显示|表明|发现)|概率|条例|规定|以上的|是指|的事故"
)
_SUPPOSED = re.compile(
    "如果|假如|一旦|万一|可能(?:会)?(?:造成|导致)|会(?:造成|导致)|防止|避免|杜绝|险些|差点|难道|扬言|威胁"
)
_NEGATED = re.compile("(?:未|没有|没|并未|并非|不是|无|零)(?:造成|导致|出现|发生|有)?[^。,;]{0,4}$")
_CASES = re.compile("病例|确诊|无症状|疑似|治愈|出院|新冠|肺炎")
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)年")
_UNDATED = 2000  # of a post without a date only the last century is surely past
_SENTENCE_END = re.compile("[。!?;\n]")
_MEDIA = frozenset({"央视", "新华网", "中新网", "网友", "中央"})
_OURS = re.compile(
    "中国|我国|国人|同胞|华人|华侨|留学生|境外输入|我省|我市|我县|我区|本市|本县|本区"
)


@dataclass(frozen=True, slots=True)
class Context:
    """What a whole post tells about the reality of the incidents in it."""

    text: str
    drill: bool
    denied: bool
    refuted: bool
    remembered: bool
    foreign: bool
    abroad_only: bool
    published_year: int | None

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """The span of the sentence around [start, end)."""
        before = [m.end() for m in _SENTENCE_END.finditer(self.text, max(0, start - 200), start)]
        after = _SENTENCE_END.search(self.text, end, min(len(self.text), end + 200))
        return (before[-1] if before else max(0, start - 200)), (
            after.start() if after else min(len(self.text), end + 200)
        )

    def real(self, start: int, end: int) -> bool:
        """True when the incident told at [start, end) is one of here and now."""
        if self.drill or self.denied or self.foreign:
            return False
        left, right = self.sentence(start, end)
        around = self.text[left:right]
        return not (
            _HISTORY.search(around)
            or _STATISTIC.search(around)
            or _SUPPOSED.search(self.text[left:start])
            or _NEGATED.search(self.text[left:start])
            or self._of_another_year(around)
        )

    def counts_cases(self, start: int, end: int) -> bool:
        """True when the sentence around counts cases of a disease, not victims of an incident."""
        left, right = self.sentence(start, end)
        return _CASES.search(self.text[left:right]) is not None

    def _of_another_year(self, around: str) -> bool:
        years = [int(y) for y in _YEAR.findall(around)]
        return bool(years) and max(years) < (self.published_year or _UNDATED) - 1


def read_context(
    text: str, hits: Sequence[Hit[Topic | Mark]], published_at: datetime | None
) -> Context:
    """The context of a folded text; `published_at` tells which years are long past."""
    foreign = is_foreign(hits)
    return Context(
        text=text,
        drill=_DRILL.search(text) is not None,
        denied=_DENIAL.search(text) is not None,
        remembered=_REMEMBERED.search(text) is not None,
        refuted=_REFUTED.search(text) is not None and _ASKED.search(text) is None,
        foreign=foreign,
        abroad_only=foreign and _OURS.search(text) is None,
        published_year=published_at.year if published_at else None,
    )


def is_foreign(hits: Sequence[Hit[Topic | Mark]]) -> bool:
    """True when the text names more of abroad than of China."""
    abroad = sum(Mark.FOREIGN in hit.means for hit in hits)
    at_home = sum(Mark.DOMESTIC in hit.means and hit.word not in _MEDIA for hit in hits)
    return abroad > at_home
