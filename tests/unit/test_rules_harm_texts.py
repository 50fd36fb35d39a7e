"""The rules against texts written to be true reports, and texts written to fool them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.features import read
from classifier.rules.grades import ARTICLE, Graded
from classifier.rules.lexicon import product_lexicon

LEXICON = product_lexicon()
TODAY = datetime(2026, 3, 5, tzinfo=UTC)

REPORTS = [
    # the dead, in every spelling
    ("云溪镇烟花厂今晨爆炸,造成31人死亡。", 4),
    ("云溪镇烟花厂今晨爆炸,造成三十一人死亡。", 4),
    ("据现场通报,遇难者已增至30人", 4),
    ("矿难已确认十二名矿工遇难,搜救仍在继续", 3),
    ("死亡人数从3人升至12人", 3),
    ("死亡人数由最初的9人更新为10人", 3),
    ("大客车坠沟,车上11人(5女6男)全部死亡", 3),
    ("渔船倾覆,船上13人无一生还", 3),
    ("面包车与货车相撞,两人当场死亡,另有1人送医后不治", 2),
    ("工地塔吊倒塌,3死2伤", 2),
    ("工地塔吊倒塌,死3人、伤2人", 2),
    ("昨晚青石桥发生车祸,造成三死七伤", 2),
    ("火灾夺去4名租客的生命?据邻居说4人遇难", 2),
    ("轿车追尾,车内三男两女全部死亡", 2),
    ("两大一小在水库溺亡", 2),
    ("事故夺走4条鲜活的生命", 2),
    ("一家五口煤气中毒身亡", 2),
    ("母女三人在河边溺亡", 2),
    ("沼气池清淤,多人中毒身亡,村里哭声一片", 2),
    ("化粪池作业时数名工人死亡", 2),
    ("事故造成3至5人死亡,具体数字还在核实", 2),
    ("七八个人死亡,消息还没公布", 2),
    ("死了4个人,到现在没人给说法", 2),
    ("砸死3人,开发商还想压下来", 2),
    ("昨天柳溪路口撞死一人", 1),
    ("两名司机当场死亡", 1),
    ("工地坠亡一人,家属在门口讨说法", 1),
    ("据统计,截至今天18时,滑坡已造成6人死亡", 2),
    ("据初步统计,龙卷风已致8人死亡", 2),
    ("违反操作规定动火,致3人死亡", 2),
    ("司机为避免追尾急打方向,撞上护栏,3人死亡", 2),
    ("从未组织过消防演练,大火烧死5人", 2),
    ("【情况通报】火灾造成3人死亡,已确认。网传死亡30人系谣言,请勿传播。", 2),
    ("通报:昨日爆炸此前称死亡12人有误,经核实更正为2人死亡", 1),
    ("今天发生的是本月第3起,又有4人死亡", 2),
    ("10余名工人遇难", 3),
    ("近10人死亡", 2),
    ("遇难人数:29人", 3),
    ("殉职消防员3名,均系年轻人", 2),
    ("3名消防员在救火中牺牲", 2),
    ("十人遇难,其中三人是孩子", 3),
    # the injured, the poisoned
    ("食堂饭后120名学生陆续呕吐、腹泻", 2),
    ("50名儿童和3名老师吃扁豆后中毒入院", 2),
    ("50名儿童、3名老师吃扁豆后中毒入院", 2),
    ("十二名孩子参加午托,吃完盒饭,陆续出现呕吐", 2),
    ("近百名员工吃了公司食堂的饭后上吐下泻", 2),
    ("婚宴后三百余名宾客腹泻住院", 3),
    ("截至上午,21名学生因疑似食物中毒就医,出现腹痛", 2),
    ("大桥断裂致55人重伤", 3),
    ("氯气泄漏,重伤一百零二人", 4),
    ("公交侧翻,15人重伤", 2),
    ("1人重伤,2人轻伤", 1),
    ("电梯急坠,三人骨折", 1),
    ("小区电动车爆炸,4人烧伤", 1),
    ("踩踏造成死伤40余人", 2),
    ("体育馆看台塌了,伤了十几个人", 2),
    ("伤者达26人", 2),
    ("车祸造成24人受伤,其中3人受重伤", 2),
    ("中学21名学生昨天吃完午饭,下午3时许陆续出现腹痛", 2),
    ("电子厂40余员工出现呕吐和腹泻", 2),
    ("上百名学生吃了学校小卖部卖的一种袋装豆干后集体出现食物中毒", 2),
    ("中毒学生共22人", 2),
    ("三十多名职工因吃野果(山莓)出现食物中毒", 2),
    ("工地约百名工人午饭后恶心、呕吐,送往医院", 2),
    ("足浴店50多名员工9日午饭后相继恶心头晕", 2),
    ("68名学生发病,症状为腹痛恶心", 2),
    ("好多孩子都出现类似症状,大概有二十多人", 2),
    # the missing and the trapped
    ("山洪过后失联32人", 4),
    ("山洪过后3人下落不明", 2),
    ("渔船沉没,十一名船员失踪", 3),
    ("隧道塌方,15名工人被困", 3),
    ("厂房起火,多名工人被困楼顶", 2),
    ("2人获救,仍有5人被困井下", 2),
    ("电梯里困着人,3人被困已两小时,无人来救", 2),
    ("民房垮塌,被埋6人", 2),
    ("一名老人被困火场,谁去救救他", 2),
    # loss
    ("仓库大火直接经济损失1.2亿元", 4),
    ("暴雨造成经济损失六千万元", 3),
    ("养殖户损失合计1500万元", 2),
    ("投资公司卷款2亿元跑路", 4),
    ("老板拖欠货款3000万元不还", 2),
    # crowds and shared grievances
    ("三百多名业主围堵售楼部", 3),
    ("六十多名司机堵路罢运", 2),
    ("上千名村民聚集在镇政府门口抗议", 3),
    ("二十几个家长在教育局门口拉横幅", 2),
    ("五十名工人去年的工资到现在一分没发", 2),
    ("我们一百二十户去年就该交房,现在楼盘烂尾", 2),
    ("30多家商户的押金被市场方卷款带走,老板跑路", 2),
    # supplies and disasters
    ("水厂出事,全镇八千户停水四天没人管", 3),
    ("自来水发黄发臭,两百多户居民不敢喝", 2),
    ("整个片区1200户停暖一周,老人孩子冻得受不了", 3),
    ("暴雨致370余人受灾,房屋倒塌多间", 2),
    ("受灾人口达12万人", 3),
]

TRAPS = [
    # negation
    "火灾无一人死亡",
    "事故没有造成一人受伤",
    "车上12人均未受伤",
    "5名乘客没有受伤",
    "三十名学生未出现中毒",
    "20名员工无人中毒",
    "全车人幸免,3人并未受伤",
    "零死亡、零事故,全年安全生产",
    "没有造成3人以上伤亡",
    "564名患者无一转为重症",
    # history and memory
    "二十年前那场大火夺走了31条生命",
    "三年前石桥水库溃坝,12人遇难",
    "1987年的洪水淹死三十多人",
    "历史上这里地震死亡五千人",
    "烈士纪念日,祭奠当年牺牲的32名战士",
    "大桥垮塌事故十周年,遇难的10人名字刻在碑上",
    "去年夏天这里淹死了3个孩子",
    "回顾那次矿难,死亡十四人",
    # statistics
    "全国每年约6万人死于交通事故",
    "今年以来全市发生火灾85起,死亡12人",
    "一季度全县交通事故死亡21人",
    "全市上半年事故致34人死亡",
    "世界上每天有数千人死亡",
    "近年来溺水死亡的学生有上百人",
    "据统计,吸烟致数十万人死亡",
    "平均每百人中有3人死亡",
    "死亡3人以上10人以下的是较大事故",
    "《生产安全事故报告和调查处理条例》规定,死亡30人为特别重大事故",
    "数据显示心脏病死亡者达数万人",
    # supposition
    "如果煤气罐爆了,会死几十人",
    "万一桥塌了,死三十人谁负责",
    "这样的隐患可能造成10人死亡",
    "要是起火,整栋楼100人被困怎么办",
    "差点造成5人死亡",
    "难道要死3个人才有人管吗",
    "扬言要让10人死亡的男子在网上发帖",
    "为防止10人死亡的悲剧重演",
    # drills
    "消防演练:模拟起火,15人被困",
    "应急演习中假设爆炸致3人死亡",
    "桌面推演设定毒气泄漏,50人中毒",
    "区里搞地震演练,200名师生受伤由志愿者扮演",
    # foreign places
    "加纳两车相撞,14人死亡",
    "据日本共同社报道,日本宫城县一旅馆72名客人出现呕吐,县政府已令其停业",
    "洪都拉斯市场大火致9人死亡",
    "印尼渡轮沉没,30人失踪",
    "外媒称爆炸造成40人死亡",
    "英国一养老院起火,5名老人遇难",
    "肯尼亚洪水已致32人死亡",
    "哈萨克斯坦客机坠毁,38人遇难",
    # denials
    "网传化工厂爆炸死亡30人,警方:系谣言",
    "【辟谣】所谓12名学生失踪纯属捏造",
    "有关5人死亡的消息不属实",
    "经查,水库溃坝致100人失联的信息为虚假信息",
    "没有此事,所谓死了10个人是造谣",
    # lives that were saved
    "两场手术后3条生命终于平安",
    "他跳进河里救了4条人命",
    # words that only look like harm
    "九死一生才到家",
    "一死百了的念头不可取",
    "三个人笑死在现场,太好玩了",
    "这道题难倒50名学生,累死个人",
    "3个月后死亡的树要换新的",
    "手术2个小时后死亡通知才来",
    "被120送往医院",
    "119送医及时",
    "死亡赔偿金30万元什么时候给",
    "伤残十级怎么赔",
    "轻伤二级的标准是什么",
    "住院30天报销多少",
    "失踪12小时才能报案吗",
    "120头猪死亡,没人收",
    "河里死了3000条鱼",
    "20只猫中毒",
    "第3名遇难",
    "32岁男子身亡原因",
    "5号楼死角没有监控",
    "502室漏水,伤心",
    "两人受了委屈,伤透了心",
    "剧中30人死亡的情节太假",
    "游戏里一枪打死3人",
    "小说里十二名水手遇难",
    "确诊32人,疑似病例15人,治愈出院12人",
    "新增死亡病例3例",
    "班里32名同学 有的升学 有的不知去向",
    # rescuers, not victims
    "200名消防官兵赶来救治伤员",
    "30名医护人员连夜抢救伤者",
    "60名民警疏散被困群众",
    "10名专家前往医院看望住院的孩子",
    "150名志愿者转移被困老人",
    "3名工人被困,全部获救",
    # money that is not lost
    "为群众挽回损失1.2亿元",
    "追回被骗资金6000万元",
    "总投资1.5亿元的大桥开工",
    "注册资本一亿元",
    "避免经济损失5000万元",
    "营业额达1.2亿元",
    "损失300元,求退",
    # people together in peace
    "上万名游客聚集广场跨年",
    "300名观众聚集在台前",
    "五百名运动员冲击金牌",
    "警方端掉聚众赌博窝点,30人被抓",
    "三百名志愿者聚集河边捡垃圾",
    "200名消防员聚集待命",
    # planned outages
    "因管道检修,明日停水,影响5000户,请提前储水",
    "计划停电通知:涉及1200户",
    "抢修完毕,3000户停水用户已恢复供水",
    # what is usual, summed up over years, or asked
    "村外那家厂长期排放有毒气体,气味刺鼻",
    "自新路开通后到现在已有10人因车祸死亡",
    "大家担心水库会不会垮了",
    # numbers that count something else
    "不能以牺牲900多个孩子的前途为代价",
    "顺产报销600,住院2000,其余自理",
    "队里有1名感染科医生和9名重症监护护士",
    "12345热线办结30人的投诉",
    "3人投诉,没人理",
    "小区有三百户,物业很好",
    "30名学生获奖",
    "一百亩地绝收",
    "学校有2000名学生",
    "10个部门联合执法",
]


def graded(text: str) -> tuple[Graded, ...]:
    return read(text, LEXICON, TODAY).graded


def grade(text: str) -> int:
    found = graded(text)
    return int(found[0].severity) if found else 0


def test_there_are_enough_texts_and_half_of_them_are_traps() -> None:
    assert len(REPORTS) + len(TRAPS) >= 150
    assert len(set(TRAPS)) >= 75


@pytest.mark.parametrize(("text", "expected"), REPORTS)
def test_a_report_gets_its_grade_and_shows_the_words(text: str, expected: int) -> None:
    first = graded(text)[0]
    assert int(first.severity) == expected
    assert text[first.evidence.start : first.evidence.end] == first.evidence.text
    assert first.evidence.rule.startswith((ARTICLE, "本系统规则"))


@pytest.mark.parametrize("text", TRAPS)
def test_a_trap_gets_no_grade(text: str) -> None:
    assert graded(text) == ()


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("两人当场死亡,另有4人抢救无效死亡", "两人当场死亡,另有4人抢救无效死亡"),
        ("50名儿童和3名老师吃扁豆后中毒入院", "50名儿童和3名老师吃扁豆后中毒"),
        ("死亡人数从3人升至12人", "死亡人数从3人升至12人"),
        ("车上11人(5女6男)全部死亡", "11人(5女6男)全部死亡"),
        ("受灾人口达12万人", "受灾人口达12万人"),
    ],
)
def test_a_count_that_is_spread_shows_all_of_its_words(text: str, span: str) -> None:
    assert graded(text)[0].evidence.text == span


def test_those_among_others_are_not_added_again() -> None:
    text = "造成5人死亡,其中2人当场死亡,另3人送医后死亡"
    assert graded(text)[0].evidence.text == "5人死亡"
    assert not any("合计" in g.evidence.rule for g in graded(text))


_HAN = "零一二三四五六七八九"


def _han(number: int) -> str:
    """`number` (1 to 999) as it is spelled in Chinese."""
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    spelled = f"{_HAN[hundreds]}百" if hundreds else ""
    if tens:
        spelled += f"{'' if tens == 1 and not hundreds else _HAN[tens]}十"
    elif hundreds and ones:
        spelled += "零"
    return spelled + (_HAN[ones] if ones else "")


PATTERNS = (
    "工厂爆炸造成{}人死亡",
    "死亡人数升至{}人",
    "{}名矿工遇难",
    "山洪致{}人失踪",
    "{}名乘客重伤",
    "{}名学生食物中毒",
    "井下{}名工人被困",
    "{}名业主围堵售楼部",
    "另有{}人受伤,昨晚送往医院",
)


@settings(deadline=None, max_examples=120)
@given(st.sampled_from(PATTERNS), st.integers(1, 999))
def test_digits_and_chinese_numerals_get_the_same_grade(pattern: str, count: int) -> None:
    digits, spelled = pattern.format(count), pattern.format(_han(count))
    assert grade(digits) == grade(spelled)


@settings(deadline=None, max_examples=120)
@given(st.sampled_from(PATTERNS), st.integers(1, 5000), st.integers(1, 5000))
def test_a_greater_count_never_gets_a_lesser_grade(pattern: str, one: int, two: int) -> None:
    less, more = sorted((one, two))
    assert grade(pattern.format(less)) <= grade(pattern.format(more))


_PIECES = st.one_of(
    st.sampled_from(("死亡", "12人", "三十", "另有", "其中", "和", "受伤", "(", ")", ",", "。")),
    st.sampled_from(("升至", "至", "名", "多人", "被困", "损失", "亿元", "户", "停水", "从", "两")),
    st.sampled_from(("个", "更正", "失踪", "重伤", "有误", "仍有", "无", "、", "5")),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(_PIECES, max_size=24).map("".join))
def test_spans_always_point_at_the_text(text: str) -> None:
    for found in graded(text):
        evidence = found.evidence
        assert 0 <= evidence.start < evidence.end <= len(text)
        assert text[evidence.start : evidence.end] == evidence.text
