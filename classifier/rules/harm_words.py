"""How a count of the dead, hurt, missing and trapped is put into words: patterns, no decisions.

Folded text only. `AFTER` patterns follow the number ("12名工人死亡"), `BEFORE` patterns end where
it begins ("死亡人数升至12人").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Harm(StrEnum):
    """What a number of the text counts."""

    DEAD = "dead"
    GRAVELY_INJURED = "gravely_injured"
    HURT = "hurt"
    MISSING = "missing"
    TRAPPED = "trapped"
    LOSS = "loss"
    CROWD = "crowd"
    AFFECTED = "affected"
    OUTRAGE = "outrage"
    LOCKDOWN = "lockdown"
    DANGER = "danger"
    SHARED = "shared"
    STRICKEN = "stricken"


@dataclass(frozen=True, slots=True)
class Finding:
    """`count` people (or yuan, for a loss) told at [start, end) of the folded text; 1 for what
    is grave without a number. `summed` when the count adds up several numbers."""

    harm: Harm
    count: float
    start: int
    end: int
    summed: bool = False


_BRACKET = r"(?:\([^()\n]{0,30}\))?"
_ROLES = (
    "员工|学生|工人|村民|孩子|儿童|幼儿|师生|乘客|居民|群众|矿工|民工|农民工|老人|游客|职工|男子|女子|男|女|"
    "小(?![时区学])"
)
_INSIDE = r"(?:[^,。;!?、:\s\d()#@|]|\d{1,2}[日时点]|\([^()\d]{0,8}\))"
_NEAR = rf"(?:名|位|个|人|口|具|(?={_ROLES})){_BRACKET}(?P<who>{_INSIDE}{{0,26}}?)"
_BARE = r"(?:人|名|个|口)?(?:当场|不幸|均|全部)?"
_DIE = (
    r"(?:死亡(?!率|原因|证明|赔偿|风险|线|鉴定|威胁)|遇难|丧生|身亡|罹难|牺牲|殉职|溺亡|坠亡|溺水身亡|烧死|熏死|"
    r"砸死|撞死|撞亡|压死|毒死|打死|捅死|砍死|杀死|淹死|摔死|电死|炸死|呛死|闷死|遇害|被害|丧命|殒命|窒息而死|不治|"
    r"死于非命|死去|死者|溺毙|毙命|没了呼吸|无一生还|无一幸免|无人生还|(?<![生半假装])死(?!一生)(?=[,。;!?、\n]|$|[\d一两二三四五六七八九十]))"
)
_DIED = (
    r"死(?!刑|缓|活|角|路|里|因|机|党|板|者|去|于|亡|了之|百了|一生|不|无|心|"
    r"守|磕|扛|敌|忠|穴|胡同|伤)"
)
_GRAVE = (
    r"(?:受?重伤(?!害|二级|一级)|伤势(?:较|严|很|十分|非常)?重|病危|危重|重症(?!监护|医学|病房|科)|生命垂危|命悬一线|截肢|"
    r"重度烧伤)"
)
_HURT = (
    r"(?:受伤|轻伤|烧伤|摔伤|砸伤|擦伤|灼伤|烫伤|炸伤|撞伤|压伤|踩伤|划伤|负伤|送医|送往医院|被送|住院|入院|中毒|"
    r"呕吐|腹泻|腹痛|恶心|胸闷|发病(?!率)|不适|昏迷|晕倒|伤亡|死伤|吸入[^,。;!?]{0,4}(?:烟|毒|气体|尘)|上吐下泻|拉肚子|吐血|抽搐|砍伤|捅伤|刺伤|咬伤|扎伤|骨折|伤者|伤员|"
    r"流鼻血|头晕|类似症状|类似情况|不舒服|送到医院|送去医院|送进医院)"
)
_MISSING = r"(?:失踪|失联|下落不明|失去联系|不知去向|失去联络)"
_TRAPPED = r"(?:被困|被埋|被压|受困|压在|埋在|围困|困在)"
_COUNTED: tuple[tuple[Harm, str], ...] = (
    (Harm.DEAD, _DIE),
    (Harm.MISSING, _MISSING),
    (Harm.TRAPPED, _TRAPPED),
    (Harm.GRAVELY_INJURED, _GRAVE),
    (Harm.HURT, _HURT),
)
_BARELY: tuple[tuple[Harm, str], ...] = (
    (Harm.DEAD, _DIE),
    (Harm.MISSING, _MISSING),
    (Harm.TRAPPED, "(?:被困|被埋|受困)"),
    (Harm.GRAVELY_INJURED, "(?:重伤|危重)"),
    (Harm.HURT, "(?:受伤|轻伤|中毒|烧伤)"),
)
Patterns = tuple[tuple[Harm, re.Pattern[str]], ...]
AFTER: Patterns = (
    (
        Harm.DEAD,
        re.compile(
            r"^条(?:鲜活的?|无辜的?|年轻的?)?(?:生命|人命)(?=[^。!?]{0,8}(?:逝去|没了|消逝|陨落|离去|就这样|啊))"
        ),
    ),
    *((harm, re.compile(rf"^{_NEAR}(?P<verb>{verb})")) for harm, verb in _COUNTED),
    *((harm, re.compile(rf"^{_BARE}(?P<verb>{verb})")) for harm, verb in _BARELY),
    (Harm.DEAD, re.compile(rf"^{_BARE}{_DIED}")),
    (Harm.HURT, re.compile(r"^(?:人|名)?伤(?!害|心|口|感|透|神|风|悲|痕|情|残|员|者|亡)")),
)
_LATER = r"(?:先后|陆续|相继|均|都|全部|全都|集体|不幸|疑似|突然|突遇|出现|当场|双双|无一)"
_TIME = r"(?:上午|中午|下午|晚上|当晚|随后)?\d{1,2}[时点]许?"
_WITHIN = r"(?:[^,。;!?:\n\d()]|\d{1,2}[时点日分])"
RESUMED = re.compile(rf",(?:{_TIME})?{_LATER}")  # stands in all that LATER finds; these are slow
LATER: Patterns = tuple(
    (
        harm,
        re.compile(
            rf"^{_NEAR}(?:{_WITHIN}{{0,24}},){{1,2}}(?:{_TIME})?{_LATER}[^,。;!?:\n\d()]{{0,12}}?(?P<verb>{verb})"
        ),
    )
    for harm, verb in _COUNTED
)
_REACHED = (
    r"(?:的?(?:人数|总数|总人数)|者|人员|学生|儿童|员工|工人|乘客|群众|村民|矿工|游客|师生)?(?:已经|已|上升|升|增加|增|达|至|到|为|共|约|有|累计|了|:|是|从|由|"
    r"此前的|之前的|最初的|至少|人数|超过|合计)*$"
)
BEFORE: Patterns = (
    (Harm.DEAD, re.compile(r"(?:夺[去走]|失去|丧失|吞噬|带走|葬送|断送|害[了死])了?(?:整整|近)?$")),
    (
        Harm.DEAD,
        re.compile(
            rf"(?:死亡|遇难|死者|身亡|丧生|罹难|死难|遇害|坠亡|溺亡|(?:殉职|(?<!以)牺牲)(?:消防员|民警|人员)?|(?<![该找想])(?:[烧砸撞压毒打捅砍杀淹炸]|致)?死(?=了?$)){_REACHED}"
        ),
    ),
    (Harm.MISSING, re.compile(rf"(?:失踪|失联|下落不明){_REACHED}")),
    (Harm.TRAPPED, re.compile(rf"(?:被困|受困|被埋){_REACHED}")),
    (Harm.GRAVELY_INJURED, re.compile(rf"(?:重伤|危重|重症){_REACHED}")),
    (
        Harm.HURT,
        re.compile(
            rf"(?:(?:类似(?:情况|症状)|症状|不适),?(?:大概|大约|一共)?|受伤|轻伤|中毒|伤者|伤员|伤亡|死伤|发病|(?:[烧砸撞压砍捅炸]|致)?伤(?=了?$)){_REACHED}"
        ),
    ),
)
COUNTING = re.compile(  # how what follows a number begins where the number counts people
    "[名位个人口具条多余员学工村孩儿幼师乘居群矿民农老游职男女小,。;!?、)上下不丧中伤住入全划刺危压发受吐吸呕呛命咬困围均坠埋失头"
    "当恶截扎打抽拉捅摔撞擦无昏晕杀死殉殒毒毙没流淹溺灼炸烧烫熏牺生电病砍砸窒类罹胸腹被负踩身轻送遇重闷骨]|$"
)
SPARED = re.compile(
    "(?:未|没有?|无一?[人例]?|并不|不曾|幸免|免于|躲过)(?:再|曾|有|见)?(?:转为|转成)?(?:出现|造成|发生|受到)?(?:任何|明显)?$"
)
RESCUERS = re.compile(
    "消防|官兵|民警|交警|警力|警察|特警|医护|医生|医务|护士|救援|队员|志愿者|干部|战士|武警|专家|工作人员|指战员|民兵|党员|记者|施救"
)
RESCUING = re.compile(
    "赶|前往|投入|参[与加]|抢救(?!无效)|救[出治助援]|出动|处置|到达|展开|开展|连夜|奋战|携带|进入|扑|转移|疏散|看望|慰问|安置|将|把"
)
NOT_PEOPLE = re.compile(
    "(?:多|余|几|来)?个(?:多|半)?(?:月|小时|钟头|星期|礼拜|季度|百分点|工作日|班|部门|地区|省|市|县|区|镇|乡|村|街道|"
    "社区|楼|房间|项目|点|路口|方面|问题|视频|群|账号|公司|企业|单位|医院|学校|国家|城市|病例|昼夜|世纪|学期|回合|车站|站|细胞|品种)"
    "|(?:多|余)?(?:例|次|米|公里|吨|辆|台|头|只|匹|棵|条狗|条鱼|尾)"
)
