"""The Chinese names of the codes, as the UI and the reports show them."""

from __future__ import annotations

from responder.transitions import ACTION_TITLES, STATE_TITLES

STATES: dict[str, str] = {state.value: title for state, title in STATE_TITLES.items()}
ACTIONS: dict[str, str] = {action.value: title for action, title in ACTION_TITLES.items()}

GRADES: dict[int, str] = {4: "特别重大", 3: "重大", 2: "较大", 1: "一般", 0: "无风险"}

STATUSES: dict[str, str] = {
    "running": "计时中",
    "met": "按时",
    "breached": "超时",
    "superseded": "终止计时",
}

TOPICS: dict[str, str] = {
    "epidemic": "疫情防控",
    "healthcare": "医疗卫生",
    "food_drug": "食品药品安全",
    "education": "教育",
    "elderly_care": "养老",
    "social_security": "社会保障",
    "hardship": "困难群众与救助",
    "labour": "就业与工资拖欠",
    "housing": "房地产与住房",
    "land": "征地拆迁与农村事务",
    "finance": "金融安全",
    "environment": "生态环境",
    "work_safety": "安全生产",
    "public_security": "社会治安",
    "disaster": "自然灾害",
    "transport": "交通出行",
    "urban": "城市建设与管理",
    "market": "市场监管与消费",
    "gov_service": "政务服务与作风",
    "culture": "文化旅游体育",
    "other": "其他",
}

EMERGENCIES: dict[str, str] = {
    "natural": "自然灾害",
    "accident": "事故灾难",
    "health": "公共卫生",
    "social": "社会安全",
}

DISPOSITIONS: dict[str, str] = {
    "suggestion": "建设性意见建议",
    "difficulty": "实际困难",
    "major_problem": "重大问题",
    "unclear": "不了解情况、模糊认识",
    "wrong_view": "错误看法",
    "false_info": "虚假和不实信息",
    "none": "无需处置",
}

ROLES: dict[str, str] = {
    "monitor": "值班监测员",
    "analyst": "研判员",
    "unit": "责任单位",
    "reviewer": "审核人",
    "leader": "领导",
    "admin": "管理员",
}

PUSH_STATES: dict[str, str] = {
    "pending": "待发送",
    "sent": "已送达",
    "console": "仅控制台提醒",
    "cancelled": "已取消",
    "failed": "发送失败",
}

PUSH_PURPOSES: dict[str, str] = {
    "case": "案情通知",
    "assign": "催交办",
    "acknowledge": "催签收",
    "clock": "时限催办",
    "duty": "交接班",
    "watch": "监测方案",
    "drift": "研判漂移",
    "test": "推送测试",
}

AUDITED: dict[str, str] = {
    "act": "台账操作",
    "exported": "导出台账",
    "read_personal": "查看个人信息",
    "signed_in": "登录",
    "signed_out": "退出",
    "locked_out": "多次输错密码，锁定",
    "password_set": "设置密码",
    "person_created": "新建账号",
    "person_changed": "修改账号",
    "sign_ins_ended": "结束全部登录",
    "key_created": "新建密钥",
    "key_rotated": "更换密钥",
    "key_revoked": "作废密钥",
    "webhook_created": "新建订阅",
    "webhook_changed": "修改订阅",
    "webhook_rotated": "更换订阅密钥",
    "webhook_dropped": "删除订阅",
    "watchlist_saved": "保存监测方案",
    "watchlist_dropped": "删除监测方案",
    "handed_over": "交班",
    "took_over": "接班",
    "handover_chased": "催接班",
    "push_tested": "推送测试",
    "post_corrected": "更正研判",
    "post_confirmed": "确认研判",
    "regrouped": "调整事件",
}
"""What the audit log notes."""

CHANNELS: dict[str, str] = {
    "wecom": "企业微信",
    "dingtalk": "钉钉",
    "feishu": "飞书",
    "mail": "邮件",
    "webhook": "回调",
    "sms": "短信等",
}
"""The kinds of push addresses: an address itself is as good as its key."""

TARGETS: dict[str, str] = {
    "duty": "值班人员",
    "principal": "主要负责人",
    "coordinator": "牵头协调单位",
    "publicity": "宣传部门",
    "cyberspace": "网信部门",
    "leader": "分管领导",
    "superior": "上级政府",
}

MACHINE = "machine"
CONTACT = "contact:"
"""Before the name of who acknowledged by the link of a push; no login looks like this."""


def is_key(login: str) -> bool:
    """True for the key of a machine client."""
    return login.startswith("key.")


def by_machine(login: str) -> bool:
    """True where no person stands behind what `login` did."""
    return login == MACHINE or is_key(login)


def who(name: str) -> str:
    """`name` as shown; the machine is 系统."""
    if name.startswith(CONTACT):
        return f"{name.removeprefix(CONTACT)}（手机链接）"
    return "系统" if name == MACHINE else name


def named(names: dict[str, str], code: str | None) -> str:
    """The Chinese name of `code`; the code itself where there is none, empty for None."""
    return names.get(code, code) if code else ""
