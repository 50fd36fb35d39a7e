"""The Chinese names of the codes that stand in the data, for legends and tables."""

from __future__ import annotations

from collections.abc import Mapping

from yuqing.domain.verdict import Topic

GRADES: Mapping[str, str] = {"4": "特别重大", "3": "重大", "2": "较大", "1": "一般", "0": "无风险"}
GRADE_COLOURS: Mapping[str, str] = {
    "4": "dark-red",
    "3": "orange",
    "2": "yellow",
    "1": "blue",
    "0": "text",
}
OWNERS: Mapping[str, str] = {"official": "官方", "media": "媒体", "citizen": "群众"}
TOPICS: Mapping[str, str] = {
    Topic.EPIDEMIC: "疫情防控",
    Topic.HEALTHCARE: "医疗卫生",
    Topic.FOOD_DRUG: "食品药品安全",
    Topic.EDUCATION: "教育",
    Topic.ELDERLY_CARE: "养老",
    Topic.SOCIAL_SECURITY: "社会保障",
    Topic.HARDSHIP: "困难群众与救助",
    Topic.LABOUR: "就业与工资拖欠",
    Topic.HOUSING: "房地产与住房",
    Topic.LAND: "征地拆迁与农村事务",
    Topic.FINANCE: "金融安全",
    Topic.ENVIRONMENT: "生态环境",
    Topic.WORK_SAFETY: "安全生产",
    Topic.PUBLIC_SECURITY: "社会治安",
    Topic.DISASTER: "自然灾害",
    Topic.TRANSPORT: "交通出行",
    Topic.URBAN: "城市建设与管理",
    Topic.MARKET: "市场监管与消费",
    Topic.GOV_SERVICE: "政务服务与作风",
    Topic.CULTURE: "文化旅游体育",
    Topic.OTHER: "其他",
}
STATES: Mapping[str, str] = {
    "triage": "待研判",
    "assigned": "已交办",
    "acknowledged": "已签收",
    "handling": "处置中",
    "in_review": "审核中",
    "responded": "已回应",
    "following_up": "跟踪中",
    "returned": "退回",
}
