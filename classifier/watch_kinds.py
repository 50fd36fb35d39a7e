"""The six kinds of opinion a district's plan tells its units to watch first; several may hold.

1 major decisions of the committee and government; 2 media reports on people's vital interests
with large potential effect; 3 what may hurt the government's image and credibility; 4 the
handling of emergencies and disasters; 5 livelihood matters that shock the moral bottom line;
6 false information that gravely harms public order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from classifier.features import Reading
from classifier.rules.harm_words import Harm
from classifier.rules.mark_words import Mark
from classifier.rumours import Assessment
from yuqing.domain.post import Owner
from yuqing.domain.verdict import Emergency, Evidence, Severity, Topic

NAMES: dict[int, str] = {
    1: "重大决策部署",
    2: "涉及切身利益的媒体报道",
    3: "影响政府形象和公信力",
    4: "突发事件和自然灾害处置",
    5: "冲击社会道德底线的民生事件",
    6: "严重危害社会秩序的不实信息",
}
_LIVELIHOOD = frozenset(Topic) - {Topic.OTHER, Topic.CULTURE}
_LIKELY_FALSE = 0.5
_MANY_PEOPLE = 100
_DECISION = re.compile(
    "(?:党工委|市委|区委|县委|省委|党委|市政府|区政府|县政府|管委会|政府)[^,。;!?]{0,8}(?:决定|决策|部署|出台|印发|发布|公布|通过|研究|拍板|"
    "方案|规划|征求意见|新规|新政|红头文件)|常务会议|常委会会议|政府工作报告|三重一大|重大(?:行政)?决策|听证会|社会稳定风险评估|"
    "(?:限购|学区划分|机构改革|撤并|合村并镇|撤镇设街|拆迁|征收|棚改|公交改革|医保改革|延迟退休|收费标准)[^,。;!?]{0,8}(?:新政|政策|方案|决定|意见稿|调整)|"
    "(?:新政|新规|意见稿|实施方案|实施意见|暂行办法)[^,。;!?]{0,10}(?:出台|公布|实施|征求|不合理|不公平|一刀切)"
)
_REPORTED = re.compile(
    "记者[^,。;!?]{0,6}(?:采访|调查|从|暗访|发现|来到|了解)|据[^,。;!?]{0,12}(?:报道|日报|晚报|电视台)|(?:媒体|电视台|晚报|日报|焦点访谈|3·15|315晚会)[^,。;!?]{0,6}(?:报道|曝光|披露|追踪)|"
    "本报讯|本报记者"
)
_IMAGE = re.compile(
    "公信力|政府形象|官官相护|不作为|乱作为|慢作为|懒政|怠政|踢皮球|推诿扯皮|形式主义|面子工程|形象工程|政绩工程|朝令夕改|"
    "说话不算数|言而无信|政府[^,。;!?]{0,4}(?:失信|食言|骗|欠)|数据造假|瞒报|谎报|删帖|捂盖子|公款|三公|萝卜(?:招聘|坑)|"
    "吃空饷|超标(?:配车|接待|办公)|豪华(?:办公|接待)|天价(?:采购|路灯|空调|灯|电脑)|执法不公|选择性执法|钓鱼执法|暴力执法|粗暴执法|"
    "雷人|官威|特权|态度(?:恶劣|蛮横|嚣张)|门难进|脸难看|事难办"
)
_WEAK = (
    "老人|儿童|孩子|幼儿|女童|幼女|婴儿|学生|残疾|孤儿|留守|智障|低保|五保|特困|病人|患者|烈士|遗属|"
    "灾民|贫困户|农民工"
)
_SHOCKING = re.compile("[虐殴侵亵奸弃卖饿针药绑笼霸贪扣领吞挪截套骗毒假尸墓葬坟死亡顶地沟拒]")
_OUTRAGE = re.compile(
    f"(?:{_WEAK})[^,。;!?]{{0,10}}(?:虐待|虐打|殴打|性侵|猥亵|强奸|遗弃|拐卖|活活|饿死|打死|扎针|喂药|捆绑|关笼|体罚致|霸凌)|"
    f"(?:虐待|虐打|殴打|性侵|猥亵|强奸|遗弃|拐卖|扎针|捆绑|霸凌)[^,。;!?]{{0,10}}(?:{_WEAK})|"
    "(?:低保|扶贫|救灾|抚恤|救助|营养餐|慈善|善款|五保|残疾|捐款|补助|危房改造)[^,。;!?]{0,8}(?:贪污|克扣|冒领|侵吞|挪用|截留|私分|套取|骗取|被吞)|"
    "(?:贪污|克扣|冒领|侵吞|挪用|截留|私分|套取|骗取)[^,。;!?]{0,10}(?:低保|扶贫|救灾|抚恤|救助|营养餐|善款|五保|残疾|捐款)|"
    "见死不救|拒(?:绝)?(?:收治|抢救)[^,。;!?]{0,8}(?:死|亡|流产)|毒奶粉|假疫苗|问题疫苗|毒校服|毒跑道|毒大米|地沟油[^,。;!?]{0,6}(?:食堂|学校|养老院)|"
    "倒卖(?:尸体|器官|婴儿)|贩卖(?:婴儿|儿童|人口)|偷尸|人贩子|挖坟|天价(?:殡葬|墓地|抢救)|(?:养老院|福利院|幼儿园|精神病院)[^,。;!?]{0,8}(?:虐|打人|猥亵|捆)|顶替上学|冒名顶替"
)
_PUBLIC_ORDER = frozenset(
    {Topic.EPIDEMIC, Topic.FOOD_DRUG, Topic.WORK_SAFETY, Topic.PUBLIC_SECURITY, Topic.DISASTER}
) | {Topic.FINANCE, Topic.TRANSPORT, Topic.ENVIRONMENT, Topic.URBAN, Topic.HEALTHCARE}


@dataclass(frozen=True, slots=True)
class Watched:
    """What the other heads found of a relevant post."""

    reading: Reading
    topics: tuple[Topic, ...]
    severity: Severity
    emergency: tuple[Emergency, Evidence] | None
    owner: Owner
    rumour: Assessment


def watch_kinds_of(post: Watched) -> tuple[tuple[int, Evidence], ...]:
    """The kinds that hold, in order, each with the words or the finding that shows it."""
    found = (
        (1, _decision(post)),
        (2, _reported(post)),
        (3, _image(post)),
        (4, _emergency(post)),
        (5, _outrage(post)),
        (6, _false(post)),
    )
    return tuple((kind, evidence) for kind, evidence in found if evidence is not None)


def _decision(post: Watched) -> Evidence | None:
    return _words(post, 1, _DECISION)


def _reported(post: Watched) -> Evidence | None:
    """A media voice or what cites one, on a livelihood topic, with more than one person's grief."""
    if not any(topic in _LIVELIHOOD for topic in post.topics):
        return None
    large = post.severity >= Severity.LARGER or post.reading.people >= _MANY_PEOPLE
    risky = post.severity >= Severity.ORDINARY and post.reading.has(Mark.GROUP)
    if not (large or risky):
        return None
    if post.owner is Owner.MEDIA:
        return _words(post, 2, _REPORTED) or _told(2, "信源为媒体")
    return _words(post, 2, _REPORTED)


def _image(post: Watched) -> Evidence | None:
    """Abuse told of officials, or words that doubt the government itself."""
    if post.severity is Severity.NONE or post.owner is Owner.OFFICIAL:
        return None
    shown = _words(post, 3, _IMAGE)
    if shown is not None:
        return shown
    official = post.reading.has(Mark.OFFICIAL)
    return _marked(post, 3, Mark.ABUSE) if official else None


def _emergency(post: Watched) -> Evidence | None:
    if post.emergency is None:
        return None
    shown = post.emergency[1]
    return Evidence("watch_kinds", shown.start, shown.end, shown.text, _rule(4))


def _outrage(post: Watched) -> Evidence | None:
    if post.severity is Severity.NONE or post.reading.context.remembered:
        return None
    graded = next((g for g in post.reading.graded if g.harm is Harm.OUTRAGE), None)
    if graded is not None:
        e = graded.evidence
        return Evidence("watch_kinds", e.start, e.end, e.text, _rule(5))
    if not _SHOCKING.search(post.reading.folded.text):
        return None
    return _words(post, 5, _OUTRAGE)


def _false(post: Watched) -> Evidence | None:
    """A likely rumour that is about public safety or urges people to spread it."""
    if post.rumour.risk < _LIKELY_FALSE or post.owner is Owner.OFFICIAL:
        return None
    urged = _marked(post, 6, Mark.ALARM) or _marked(post, 6, Mark.HEARSAY)
    public = any(topic in _PUBLIC_ORDER for topic in post.topics)
    if not public:
        return None
    first = next((r for r in post.rumour.reasons if r.end > r.start), None)
    if first is not None:
        return Evidence("watch_kinds", first.start, first.end, first.text, _rule(6))
    return urged or _told(6, f"谣言风险{post.rumour.risk:.2f}")


def _words(post: Watched, kind: int, pattern: re.Pattern[str]) -> Evidence | None:
    match = pattern.search(post.reading.folded.text)
    return _shown(post, kind, match.start(), match.end()) if match else None


def _marked(post: Watched, kind: int, mark: Mark) -> Evidence | None:
    hit = next((h for h in post.reading.hits if mark in h.means), None)
    return _shown(post, kind, hit.start, hit.end) if hit else None


def _shown(post: Watched, kind: int, start: int, end: int) -> Evidence:
    return post.reading.folded.evidence("watch_kinds", start, end, _rule(kind))


def _told(kind: int, why: str) -> Evidence:
    return Evidence("watch_kinds", 0, 0, "", f"{_rule(kind)}:{why}")


def _rule(kind: int) -> str:
    return f"重点类别{kind}:{NAMES[kind]}"
