"""Posts to measure with: the demo's script told again with other places, numbers and words.

A copy of the week has its own estates, roads, villages and firms, and says each thing a little
differently, so that it brings new matters and not duplicates. One copy in ten has the major
accident, the rumour and the unpaid workers; all have everyday complaints, answers and noise. Six
posts in ten concern a government: more than most districts crawl, so the later stages work hard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count

from stream.messages import Crawled
from yuqing.app.demo.posts import ScriptedPost, Site, seeded
from yuqing.app.demo.world import World, load_world
from yuqing.domain.post import Owner, Post, Sighting, place_of, post_id_of

HOME = "qingting"
A_DAY = 2_000
"""Posts a day once the copies overlap; 50,000 posts stay within the window of grouping."""
_VARIANTS = 24
_GRAVE = ("plant_explosion", "air_after_explosion", "water_rumour", "site_wages")
_GRAVE_EVERY = 10
_SOURCES = {
    (Site.FORUM, Owner.CITIZEN): "tingsheng-bbs",
    (Site.MICROBLOG, Owner.CITIZEN): "weilan-residents",
    (Site.MICROBLOG, Owner.MEDIA): "weilan-media",
    (Site.MICROBLOG, Owner.OFFICIAL): "weilan-official",
    (Site.PORTAL, Owner.OFFICIAL): "qingting-gov",
    (Site.PAPER, Owner.MEDIA): "linlan-evening",
}
# what the script calls its places and firms, by the part that varies
_ROOTS = (
    *("翠岸", "东篱", "滨澜", "锦帆", "云汀", "汀兰", "望澜", "文津", "学苑", "渡口", "石桥口"),
    *("梅家渡", "北窑", "芦塘", "环园", "建业", "汀溪", "泓璟", "云雀芽", "辣不辣随缘", "筑垒"),
)
_FIRST, _SECOND = "松柏枫榆槐桂兰菊荷莲泉峰岭湖", "鸣舒映拂回临望依枕漱听观"
_PLACES = (
    *("{翠岸}花园", "{东篱}新村", "{滨澜}府", "{锦帆}家园", "{云汀}府", "{汀兰}公园"),
    *("{望澜}大道", "{望澜}广场", "{文津}街道", "{文津}中学", "{文津}广场", "{学苑}路"),
    *("{渡口}路", "{石桥口}村", "{梅家渡}村", "{北窑}镇", "{北窑}街", "{芦塘}镇", "{环园}路"),
    *("{芦塘}化工园区", "{建业}路", "{汀溪}河"),
)
_ASIDES = (
    *("真的没办法了", "大家都看在眼里", "希望有人管一管", "已经不是第一回了", "邻居们都在说"),
    *("我也是听对门说的", "拍了照片在相册里", "等了好些天", "孩子问我我也答不上来", "说来话长"),
    *("天气预报说明天降温", "刚下班路过看见的", "老人腿脚不好", "群里吵了一下午", "先记在这里"),
    *("不知道找哪个部门", "打过电话没人接", "有知道内情的说一声", "心里堵得慌", "又过了一个周末"),
    *("顺便问一句", "写得急别见怪", "去年春天也是这样", "社区的小王来看过", "后来就没下文了"),
    *("我们这一片都这样", "早上出门的时候", "晚上九点以后更明显", "当时没多想", "不吐不快"),
)
_COUNTED = re.compile(r"\d{1,4}(?=[号栋单户元米亩楼层])")
_CLAUSES = re.compile(r"[^，。！？；]+[，。！？；]*")


def crawled(number: int) -> Iterator[Crawled]:
    """`number` posts as the crawlers publish them, by time; the same ones for the same number."""
    return map(_crawled, scripted(number))


def scripted(number: int) -> list[ScriptedPost]:
    """As `crawled`, before they are found: the truth about each is on it."""
    world = load_world()
    found: list[ScriptedPost] = []
    for copy in count():
        found += _copy(world, copy)
        if len(found) >= number:
            return sorted(found[:number], key=lambda post: (post.at, post.native))
    raise AssertionError("count() never ends")


def places() -> list[str]:
    """Every place that a copy may name, for the gazetteer of the district."""
    found: dict[str, None] = {}
    for place in _PLACES:
        root = place[1 : place.index("}")]
        for variant in range(_VARIANTS):
            found[place.replace(f"{{{root}}}", _name(root, variant))] = None
    return list(found)


def watched() -> list[str]:
    """Queries of watchlists, as the people of a district keep them."""
    matters = ("停水|停电", "拖欠 工资", "电梯 困人", "学校|小学 -广告", "爆炸|起火 -演练")
    return [
        f"{name} {matter}" for name in ("", "花园|新村", "镇|村", "府|家园") for matter in matters
    ]


def _copy(world: World, copy: int) -> Iterator[ScriptedPost]:
    later = timedelta(days=1) * (copy * _size(world) / A_DAY)
    for post in world.posts:
        if post.broken is None and _belongs(post, copy):
            yield replace(
                post,
                native=f"{post.native}c{copy}",
                at=post.at + later,
                author=f"{post.author}{copy or ''}",
                title=_told(post.title, copy),
                text=_told(_reworded(post, copy), copy),
            )


def _belongs(post: ScriptedPost, copy: int) -> bool:
    return copy % _GRAVE_EVERY == 0 or post.matter not in _GRAVE


def _size(world: World) -> float:
    """How many posts a copy has on average."""
    grave = sum(post.matter in _GRAVE for post in world.posts)
    return len(world.posts) - grave + grave / _GRAVE_EVERY


def _told(text: str, copy: int) -> str:
    """The text with the names and numbers of the copy; the first copy is the script itself."""
    if copy == 0:
        return text
    for root in _ROOTS:
        if root in text:
            text = text.replace(root, _name(root, seeded(f"{root}{copy}", _VARIANTS)))
    return _COUNTED.sub(lambda found: _number(found[0], copy), text)


def _name(root: str, variant: int) -> str:
    if variant == 0:
        return root
    start = seeded(root, 10_000) + 7 * variant
    return _FIRST[start % len(_FIRST)] + _SECOND[start // 3 % len(_SECOND)] + root[2:3]


def _number(written: str, copy: int) -> str:
    low = 10 ** (len(written) - 1)
    return str(low + seeded(f"{written}n{copy}", 9 * low))


def _reworded(post: ScriptedPost, copy: int) -> str:
    """Citizens leave out a clause here and add one there; officials copy themselves."""
    clauses = _CLAUSES.findall(post.text)
    if copy == 0 or post.owner is not Owner.CITIZEN or not clauses:
        return post.text
    said = [c for n, c in enumerate(clauses) if n < 2 or seeded(f"{post.native}{copy}{n}", 4)]
    for more in range(1 + seeded(f"{post.native}{copy}", 3)):
        aside = _ASIDES[seeded(f"{post.native}{copy}a{more}", len(_ASIDES))]
        said.insert(1 + seeded(f"{aside}{copy}", len(said)), f"{aside}，")
    return "".join(said)


def _crawled(post: ScriptedPost) -> Crawled:
    source = _SOURCES[post.site, post.owner]
    place = place_of(source, post.native)
    post_id = post_id_of(place, post.title, post.text)
    seen_at = post.at + timedelta(minutes=5)
    found = Post(
        post_id=post_id,
        place=place,
        source=source,
        owner=post.owner,
        title=post.title,
        body=post.text,
        url=f"http://site.example/{post.native}",
        author=post.author,
        published_at=post.at,
        seen_at=seen_at,
        jurisdictions=(HOME,),
        followers=post.followers,
    )
    return Crawled(found, Sighting(post_id, place, seen_at, 1, 2, 3))
