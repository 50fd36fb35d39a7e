"""Emergencies of four kinds, and what only sounds like one."""

from __future__ import annotations

import pytest

from classifier.emergencies import emergency_of
from classifier.features import read
from classifier.rules.lexicon import product_lexicon
from yuqing.domain.verdict import Emergency, Severity, Topic

LEXICON = product_lexicon()
N, A, H, S = Emergency.NATURAL, Emergency.ACCIDENT, Emergency.HEALTH, Emergency.SOCIAL

HAPPENED = [
    (N, "今晨白鹤镇突降暴雨,多处房屋被淹,有人被困屋顶"),
    (N, "刚刚地震了!楼晃得厉害,我们都跑下来了"),
    (N, "后山发生山体滑坡,进村的路中断"),
    (N, "泥石流冲毁两座桥,3人失联"),
    (N, "台风登陆,沿海渔村房顶被掀,100余人受灾"),
    (N, "河堤决堤,下游两个村已被洪水淹没,正在转移群众"),
    (N, "昨夜冰雹砸坏大棚,村民们损失惨重,受灾500户"),
    (N, "山洪暴发,景区数十名游客被困"),
    (N, "云溪村后山山火烧了一夜,火势正在蔓延"),
    (N, "石桥水库出现管涌,镇里正组织下游居民疏散,洪水已漫过路面"),
    (A, "鞋厂发生火灾,造成12人死亡"),
    (A, "今天上午化工厂爆炸,浓烟滚滚,大家快跑"),
    (A, "城北隧道塌方,7名工人被困"),
    (A, "104国道发生追尾,2人死亡5人受伤"),
    (A, "幼儿园校车侧翻,多名孩子受伤"),
    (A, "地铁站扶梯突然倒转,十几人摔伤,发生踩踏"),
    (A, "我家楼下着火了,消防车进不来"),
    (A, "工地塔吊倒塌,砸死2人"),
    (A, "出租屋煤气中毒,一家三口送医抢救"),
    (A, "渡船翻船,8人落水失踪"),
    (A, "冷库氨气泄漏,现场20人送医"),
    (A, "煤矿透水,井下11人被困"),
    (A, "公交车坠河,正在打捞,车上有多名乘客"),
    (A, "电梯从十楼坠落,两人受伤,已报警"),
    (A, "烟花店突然爆炸,整条街玻璃都碎了"),
    (A, "老楼外墙坍塌,压住一辆车,现场有人被埋"),
    (A, "两辆大货车在隧道里相撞起火"),
    (A, "学校食堂锅炉爆炸,厨师被烫,救护车刚到"),
    (H, "小学食堂午饭后40名学生呕吐腹泻"),
    (H, "婚宴后多人上吐下泻,已有二十人住院,疑似食物中毒"),
    (H, "养老院发生聚集性疫情,十余名老人发病"),
    (H, "幼儿园全班孩子陆续发烧呕吐腹泻,老师说是诺如"),
    (H, "工厂员工集体食物中毒,医院走廊躺满了人"),
    (H, "吃了流动摊贩的凉皮,30多人食物中毒入院"),
    (H, "镇上爆发疫情,确诊病例两天多了几十例,很多人被隔离"),
    (H, "村里办酒席,百余名村民拉肚子送到医院"),
    (S, "男子在商场持刀砍人,4人受伤"),
    (S, "数百名业主围堵售楼部,拉横幅,特警到场"),
    (S, "上百名司机罢运,主干道堵死"),
    (S, "有人劫持人质,警方正在谈判"),
    (S, "刚才有人在小学门口行凶,捅伤3名家长"),
    (S, "三百名村民堵路抗议征地,双方发生冲突"),
    (S, "讨薪的工人们把厂门围堵了,现场几十人"),
    (S, "一男子纵火,烧死4人"),
    (S, "夜市发生枪击,两人受伤"),
    (S, "商户们集体上访,几百人堵在政府门口"),
    # as citizens say it
    (A, "刚路过开发区,一家家具厂烧起来了,黑烟冲天,119快来啊"),
    (A, "高速上五车连环追尾,车上有人卡在里面出不来"),
    (N, "雨下疯了,城南地下车库全淹了,车都漂起来,有人还困在里面"),
    (H, "公司团建吃烧烤,回来十几个同事都拉肚子发烧,三个住院了"),
    (S, "广场上有人拿着刀乱砍,已经倒下好几个了"),
    (A, "学校围墙倒了,压到两个放学的孩子,家长都疯了"),
    (N, "雪太大了,高速封了,几百辆车困在路上一天一夜没吃的"),
    (S, "出租车司机都不跑了,几百号人把车停在市政府门口讨说法"),
    (A, "孩子掉进没盖的窨井里了,消防正在救"),
    (A, "煤气罐爆了,三楼窗户飞了,邻居抬出来两个人浑身是血"),
    (H, "自来水喝了以后全村好多人呕吐,村医说像中毒"),
    (N, "余震不断,我们村房子裂了大口子,今晚都睡在操场"),
    (A, "刚才天然气管道被挖断,味道特别大,小区正在疏散"),
    (S, "有人在公交车上泼汽油纵火"),
    (A, "游乐园过山车停在半空,二十多人倒挂着下不来"),
    (N, "堤坝漏了,镇上敲锣让我们往高处跑"),
]

NOT = [
    "我们小区消防栓没水,着火了怎么办",
    "孩子在学校被同学推倒摔伤,老师不管",
    "前年车祸的案子法院到现在没判",
    "这家饭店火爆得很,排队两小时",
    "电视里说国外又地震了",
    "医院门口救护车通道总被占",
    "强烈要求查处非法烟花爆竹摊点,太危险",
    "楼上装修把承重墙砸了,整栋楼有坍塌危险",
    "游泳馆水太脏,孩子回来就拉肚子",
    "物业把车位锁了,业主拉横幅维权",
    # feared
    "楼道堆满杂物,万一发生火灾怎么逃生",
    "消防通道被占,存在严重火灾隐患",
    "担心老旧电梯坠落,希望尽快更换",
    "燃气管道老化,容易泄漏爆炸,请尽快检修",
    "河堤年久失修,怕汛期决堤",
    "这个路口没有红绿灯,迟早出车祸",
    "加油站离小区太近,若爆炸后果不堪设想",
    "飞线充电可能引发火灾,物业不管",
    "山坡开裂,村民担心滑坡,请国土部门来看看",
    # drills, notices and lessons
    "社区开展消防演练,模拟火灾逃生",
    "学校组织地震演习,师生有序疏散",
    "【温馨提示】谨防煤气中毒,请保持通风",
    "气象台发布暴雨蓝色预警,请市民做好防范",
    "区里部署防汛抗洪工作,排查隐患",
    "安全生产月宣传活动走进工厂,讲解火灾知识",
    "应急局举办危化品泄漏应急预案培训",
    "专家讲解诺如病毒预防知识",
    # everyday injuries
    "我妈在公园摔了一跤骨折了,台阶太滑",
    "遛狗不拴绳,孩子被狗咬了一口",
    "吃了外卖拉肚子,找商家不认账",
    "在健身房扭伤了腰,办卡不给退",
    # the old, the past, the foreign
    "去年那场火灾的补偿款到现在没发",
    "大火十周年,居民在原址献花",
    "1998年的洪水大家还记得吗",
    "日本发生地震,外媒称多人受伤",
    "印度列车脱轨,当地时间今晨发生",
    "三年前的爆炸事故至今无人负责",
    # quarrels about an accident
    "交通事故责任认定不公,要求复议",
    "车祸后保险公司拖着不理赔",
    "工伤坠落致一人受伤,老板不赔,仲裁一年了",
    "我父亲去年车祸身亡,肇事方判决后不赔偿",
    # refuted
    "【辟谣】化工厂爆炸系谣言,请勿轻信",
    "网传水库溃坝为不实信息,大坝安全",
    # figures of speech
    "朋友圈爆炸了,都在转这个视频",
    "人事地震!公司高管全换了",
    "这部剧大火,评论区炸了",
    "成绩滑坡,孩子压力太大",
    # habits and complaints
    "楼下广场舞噪音扰民,天天吵到十点",
    "一下雨小区就内涝,物业每次都说在修",
    "这条路经常追尾,建议装减速带",
    "路灯坏了没人修",
    "违停的车堵路,救护车进不来怎么办",
    "请问疫苗接种点几点开门",
    "夜市烧烤油烟大,投诉多次没人管",
    "自来水压力不足,高层没水",
    "公交改线后老人出行不便",
    "小区电梯三天两头坏,要爬楼",
    "商场促销,围堵收银台的全是大妈",
]


def found(text: str) -> Emergency | None:
    reading = read(text, LEXICON)
    graded = reading.graded[0].severity if reading.graded else Severity.NONE
    said = emergency_of(reading, Topic.OTHER, max(Severity.ORDINARY, graded))
    return said[0] if said else None


@pytest.mark.parametrize(("kind", "text"), HAPPENED)
def test_what_happened_is_marked_with_its_kind(kind: Emergency, text: str) -> None:
    assert found(text) is kind


@pytest.mark.parametrize("text", NOT)
def test_what_only_sounds_like_an_emergency_is_not_marked(text: str) -> None:
    assert found(text) is None


@pytest.mark.parametrize(("kind", "text"), HAPPENED)
def test_the_words_that_show_it_are_the_posts_own(kind: Emergency, text: str) -> None:
    said = emergency_of(read(text, LEXICON), Topic.OTHER, Severity.ORDINARY)
    assert said is not None
    evidence = said[1]
    assert evidence.text == text[evidence.start : evidence.end] != ""
    assert evidence.what == "emergency"


def test_the_topic_decides_where_words_speak_for_two_kinds() -> None:
    text = "今晨暴雨,工厂仓库倒塌,2人受伤"
    assert found(text) is N
    both = read("现场有人触电,雨很大,发生内涝和追尾,3人受伤", LEXICON)
    said = emergency_of(both, Topic.TRANSPORT, Severity.LARGER)
    assert said is not None


OWN_WORDS = "对面加了层的那栋眼看着往我们这边歪,墙皮一块块往下掉,底下一楼还在打麻将"


def test_a_grave_post_in_words_of_its_own_is_one_where_the_model_says_so() -> None:
    reading = read(OWN_WORDS, LEXICON)
    assert emergency_of(reading, Topic.WORK_SAFETY, Severity.LARGER) is None
    said = emergency_of(reading, Topic.WORK_SAFETY, Severity.LARGER, likely=True)
    assert said is not None
    assert said[0] is A
    assert (said[1].rule, said[1].text) == ("文本模型:accident", OWN_WORDS)
    assert emergency_of(reading, Topic.WORK_SAFETY, Severity.ORDINARY, likely=True) is None


def test_the_topic_tells_the_kind_where_no_word_does() -> None:
    reading = read("几百号人到现在还不肯散", LEXICON)
    for topic, kind in ((Topic.LABOUR, S), (Topic.EPIDEMIC, H), (Topic.URBAN, A)):
        said = emergency_of(reading, topic, Severity.LARGER, likely=True)
        assert said is not None
        assert said[0] is kind


@pytest.mark.parametrize("topic", [Topic.HOUSING, Topic.LABOUR])
def test_the_dead_of_a_building_site_are_no_quarrel(topic: Topic) -> None:
    said = emergency_of(read("自建房那边死了4人,5人重伤", LEXICON), topic, Severity.LARGER)
    assert said is not None
    assert said[0] is A


@pytest.mark.parametrize("text", ["迟早要着火,担心得睡不着", "一下雨地下车库就被淹,每年都这样"])
def test_the_model_has_no_say_about_what_is_feared_or_usual(text: str) -> None:
    assert emergency_of(read(text, LEXICON), Topic.URBAN, Severity.LARGER, likely=True) is None


def test_the_model_has_no_say_about_a_drill() -> None:
    reading = read("化工园区今天举行泄漏应急演练,模拟多人受伤", LEXICON)
    assert emergency_of(reading, Topic.WORK_SAFETY, Severity.LARGER, likely=True) is None
