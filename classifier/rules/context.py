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
    "大屠杀|二战|抗战|民国|清朝|古代|解放前|曾(?:经)?(?:发生|造成|导致|致|有|夺)|[几两三四五六七八九]年前|回顾|往年|遗址"
)
_DOUBTED = re.compile("谣|实|虚|此事|轻信|转发|纯属|假消息")  # a part of all that the next two find
_DENIAL = re.compile(
    "辟谣|谣言|谣传|不实(?:信息|消息|传言|言论|内容)|(?:不|未)属实|(?:属|系|为)不实|并非事实|与事实不符|"
    "虚假(?:信息|消息)|纯属(?:虚构|捏造|谣)|假消息|子虚乌有|没有此事|并无此事|(?:信|传)谣"
)
_REFUTED = re.compile(
    "【[^】]{0,10}(?:辟谣|谣言)|(?:官方|警方|公安|平台|专家|发布)辟谣|辟谣[:,]|(?:系|属|是|为|:)(?:谣言|谣传|网络谣言)(?!还|吗|,?还)|"
    "(?:均|系|属|为|是)(?:不实|虚假)(?:信息|消息|传言|言论|内容|谣言)?|(?:不|未)属实|并无此事|"
    "没有此事|子虚乌有|与事实(?:严重)?不符|(?:请勿|不要|切勿)(?:轻信|信谣|传谣|转发)|不(?:信谣|传谣)"
)
_ASKED = re.compile(
    "是不是谣言|谣言还是|谣言吗|求辟谣|不是谣言|谁(?:来|能)辟谣|为什么不辟谣|如属实|若属实|是否属实|谣言倒逼|所谓(?:的)?辟谣"
)
_REMEMBERED = re.compile("周年|纪念日|公祭|年前的(?:今天|今日|这一天)|历史上的今天")
_STATISTIC = re.compile(
    "频频|频繁发生|自[^,。;]{1,14}(?:开通|通车|建成|使用)|每年|年均|历年|全年|全球|全世界|世界上|今年以来|[一二三四]季度|近年来|概率|以上的|以上[^,。]{0,8}以下|是指|"
    r"(?<!第)(?:[5-9]|\d{2,})[余多]?起|(?<!第)[五六七八九十百数多]+余?起(?!来|火|火灾)"
)
_PAST = re.compile("上半年|下半年|去年|前年|每天有")
_SURVEY = re.compile(
    r"据统计|统计显示|统计数据|数据显示|平均|研究(?:显示|表明|发现)|条例|《[^》]{0,30}(?:办法|规定|法)》|(?:根据|按照?|依照)[^,。]{0,6}规定"
)
_NOW = re.compile(
    r"截至|截止|目前[已共]|此次|本次|这起|该起|该事故|今[天日晨早晚]|昨[天日晚夜]|凌晨|刚刚|\d+日\d*时"
)
_SUPPOSED = re.compile(
    "会不会|担心|是否会|如果|假如|一旦|万一|要是|可能(?:会)?(?:造成|导致)|(?<![社机工])会(?:造成|导致)|险些|差点|难道|扬言|"
    "威胁(?:要|说|称|着)|(?:防止|避免|杜绝|以免)[^,。;]{0,10}$"
)
_FICTION = re.compile(
    "剧中|剧里|电影[里中]|影片|小说|剧情|游戏[里中]|主角|片中|剧本|剧集|动漫|段子|微小说|漫画"
)
_AFFIRMED = re.compile(
    r"经核实|经初步|截至|截止|目前[已共]|事故造成|实际|已确认|经确认|属实(?!\?)|确有|共造成|真实情况|事实是|情况如下"
)
_TOLD = re.compile("网传|传言|谣|不实|有人称|所谓|传闻|讹传|虚假|流传|并无|子虚|捏造|不属实|失实")
_NO_DRILL = re.compile("(?:未|没|没有|从不|从未|缺乏|缺少|不搞|不做|疏于|补)[^,。;!?]{0,6}$")
_NEGATED = re.compile("(?:未|没有|没|并未|并非|不是|无|零)(?:造成|导致|出现|发生|有)?[^。,;]{0,4}$")
_CASES = re.compile("病例|确诊|无症状|疑似|治愈|出院|新冠|肺炎|疫情")
_NO_CASES = re.compile(
    "食物|食品|中毒|呕吐|腹泻|腹痛|事故|火灾|爆炸|地震|撞|坍塌|垮塌|泄漏|砍|捅|伤"
)
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)年")
_UNDATED = 2000  # of a post without a date only the last century is surely past
_SENTENCE_END = re.compile("[。!?;\n]")
_MEDIA = frozenset({"央视", "新华网", "中新网", "网友", "中央"})
_ANYWHERE = frozenset({"县政府", "市政府", "区政府", "省政府", "社区", "街道", "派出所"}) | {
    *("书记", "全国", "全市", "全省", "全县", "公里处", "国道", "乡镇", "有关部门", "相关部门"),
    "市民",
}
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

    def real(self, start: int, end: int, lasting: bool = False) -> bool:
        """True when the incident told at [start, end) is one of here and now; what is `lasting`
        (a debt, a shared grievance) may have begun last year."""
        if self.foreign or self.drill:
            return False
        left, right = self.sentence(start, end)
        around, before = self.text[left:right], self.text[left:start]
        if self.denied and not self._affirmed(around, lasting):
            return False
        return not (
            _STATISTIC.search(around)
            or _FICTION.search(around)
            or _SUPPOSED.search(before)
            or _NEGATED.search(before)
            or (not lasting and self._past(around))
        )

    def _affirmed(self, around: str, lasting: bool) -> bool:
        """A denial elsewhere spares what an office confirms, and what people ask for."""
        if lasting:
            return not self.refuted
        return _AFFIRMED.search(around) is not None and _TOLD.search(around) is None

    def _past(self, around: str) -> bool:
        if _HISTORY.search(around) or _PAST.search(around) or self._of_another_year(around):
            return True
        return _SURVEY.search(around) is not None and _NOW.search(around) is None

    def counts_cases(self, start: int, end: int) -> bool:
        """True when the sentence around counts cases of a disease, not victims of an incident."""
        left, right = self.sentence(start, end)
        around = self.text[left:right]
        return _CASES.search(around) is not None and _NO_CASES.search(around) is None

    def _of_another_year(self, around: str) -> bool:
        years = [int(y) for y in _YEAR.findall(around)]
        return bool(years) and max(years) < (self.published_year or _UNDATED) - 1


def read_context(
    text: str, hits: Sequence[Hit[Topic | Mark]], published_at: datetime | None
) -> Context:
    """The context of a folded text; `published_at` tells which years are long past."""
    foreign = is_foreign(hits)
    doubted = _DOUBTED.search(text) is not None
    return Context(
        text=text,
        drill=_is_drill(text),
        denied=doubted and _DENIAL.search(text) is not None,
        remembered=_REMEMBERED.search(text) is not None,
        refuted=doubted and _REFUTED.search(text) is not None and _ASKED.search(text) is None,
        foreign=foreign,
        abroad_only=foreign and _OURS.search(text) is None,
        published_year=published_at.year if published_at else None,
    )


def _is_drill(text: str) -> bool:
    """True when a drill is told of, not that there was none (从未组织消防演练)."""
    return any(not _NO_DRILL.search(text[: m.start()][-14:]) for m in _DRILL.finditer(text))


def is_foreign(hits: Sequence[Hit[Topic | Mark]]) -> bool:
    """True when the text names more of abroad than of China; 县政府 and 社区, which a translator
    gives to any country, count once."""
    abroad = sum(Mark.FOREIGN in hit.means for hit in hits)
    if not abroad:
        return False
    at_home = [h.word for h in hits if Mark.DOMESTIC in h.means and h.word not in _MEDIA]
    named = sum(word not in _ANYWHERE for word in at_home)
    return abroad > named + len(_ANYWHERE.intersection(at_home))
