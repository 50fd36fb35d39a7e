"""Guess which kind of unit is in charge: 谁主管谁负责, from the topic and what the text names."""

from __future__ import annotations

import re

from yuqing.domain.verdict import Topic

_BY_WORD: tuple[tuple[frozenset[Topic], re.Pattern[str], str], ...] = (
    (
        frozenset({Topic.URBAN, Topic.MARKET, Topic.TRANSPORT}),
        re.compile(
            "自来水公司|供水公司|水务集团|水务公司|停水|供电公司|停电|电费|燃气|天然气|供暖|暖气|公交车|公交线路|公交站|地铁"
        ),
        "soe",
    ),
    (frozenset({Topic.URBAN}), re.compile("规划|容积率|采光|地块"), "planning"),
    (
        frozenset({Topic.ENVIRONMENT}),
        re.compile("夜市|夜宵摊|烧烤|油烟|施工|广场舞|垃圾|渣土|ktv|酒吧"),
        "urban_mgmt",
    ),
    (frozenset({Topic.ENVIRONMENT}), re.compile("河道|内河|水库|河长|黑臭|截污"), "water"),
    (
        frozenset({Topic.TRANSPORT}),
        re.compile("交警|红绿灯|违停|酒驾|罚单|车祸|交通事故|相撞|追尾|驾照|车管所"),
        "police",
    ),
    (frozenset({Topic.WORK_SAFETY}), re.compile("消防|火灾|起火|着火"), "police"),
    (frozenset({Topic.SOCIAL_SECURITY}), re.compile("医保|医疗保险|报销|新农合"), "health"),
    (frozenset({Topic.SOCIAL_SECURITY}), re.compile("公积金"), "housing"),
    (frozenset({Topic.LAND}), re.compile("农业|种植|养殖|种粮|农药|林|农机|灌溉"), "agri"),
    (frozenset({Topic.LAND}), re.compile("村委|村支书|村干部|村务|村民组|外嫁女"), "street"),
    (frozenset({Topic.GOV_SERVICE}), re.compile("公安|民警|派出所|户口|身份证|出入境"), "police"),
    (frozenset({Topic.GOV_SERVICE}), re.compile("街道办|镇政府|乡政府|社区|村委"), "street"),
    (frozenset({Topic.MARKET}), re.compile("物价|价格|电费|发改"), "reform"),
)
_BY_TOPIC: dict[Topic, str] = {
    Topic.EPIDEMIC: "health",
    Topic.HEALTHCARE: "health",
    Topic.FOOD_DRUG: "market",
    Topic.EDUCATION: "education",
    Topic.ELDERLY_CARE: "civil",
    Topic.SOCIAL_SECURITY: "hr",
    Topic.HARDSHIP: "civil",
    Topic.LABOUR: "hr",
    Topic.HOUSING: "housing",
    Topic.LAND: "planning",
    Topic.FINANCE: "finance",
    Topic.ENVIRONMENT: "environment",
    Topic.WORK_SAFETY: "other",
    Topic.PUBLIC_SECURITY: "police",
    Topic.DISASTER: "other",
    Topic.TRANSPORT: "transport",
    Topic.URBAN: "urban_mgmt",
    Topic.MARKET: "market",
    Topic.GOV_SERVICE: "district_gov",
    Topic.CULTURE: "culture",
}


def guess_unit_kind(topic: Topic, text: str) -> str | None:
    """The unit-kind code for a folded text on `topic`; None when the topic names no unit."""
    for topics, words, kind in _BY_WORD:
        if topic in topics and words.search(text):
            return kind
    return _BY_TOPIC.get(topic)
