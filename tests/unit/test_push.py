"""Pushes to real local HTTP and SMTP servers: kind ones, broken ones, and ones that lie."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from responder.channels import asked, fitting, kind_of, said, signature
from responder.push import ApprisePusher, harmless
from tests.phones import Drip, Mail, Webhook, serving
from tests.responder_world import NOON
from yuqing.app.wallclock import real_now

# apprise probes for a module that Python 3.11 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

OK = b'{"errcode":0,"errmsg":"ok"}'


def a_pusher(timeout: float = 10.0) -> ApprisePusher:
    return ApprisePusher(real_now, timeout)


def test_a_webhook_gets_title_and_body() -> None:
    with serving(Webhook(200)) as hook:
        delivery = a_pusher().push([hook.url], "请签收：北坡仓库起火", "编号：QH-2026-000001")
    assert (delivery.error, delivery.via) == (None, "回调")
    assert hook.posted[0]["title"] == "请签收：北坡仓库起火"
    assert hook.posted[0]["message"] == "编号：QH-2026-000001"


def test_markup_in_hostile_text_stays_text() -> None:
    with serving(Webhook(200)) as hook:
        a_pusher().push([hook.url], "<b>标题</b>", "<script>alert(1)</script>&amp;")
    assert hook.posted[0]["message"] == "<script>alert(1)</script>&amp;"


def test_the_next_channel_is_tried_when_one_refuses_and_the_refusal_is_told() -> None:
    with serving(Webhook(500)) as broken, serving(Webhook(200, OK)) as chat:
        channels = [broken.url, f"wecombot://KEY?server={chat.address}"]
        delivery = a_pusher().push(channels, "催办", "超期")
    assert (delivery.error, delivery.via) == (None, "企业微信")
    assert "500" in delivery.refused[0]
    assert (len(broken.posted), len(chat.posted)) == (1, 1)


def test_when_all_refuse_the_reasons_are_told() -> None:
    with serving(Webhook(429)) as busy, serving(Webhook(503)) as away:
        channels = [busy.url, f"webhook://127.0.0.1:{away.server_port}/a"]
        delivery = a_pusher().push(channels, "催办", "超期")
    assert delivery.error
    assert "429" in delivery.error
    assert "HTTP 503" in delivery.error


def test_a_server_that_hangs_or_is_gone_costs_seconds_not_the_sender() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        for scheme in ("json", "webhook"):
            delivery = a_pusher(0.2).push([f"{scheme}://127.0.0.1:{port}/"], "a", "b")
            assert delivery.error
    assert a_pusher(0.2).push([f"webhook://127.0.0.1:{port}/"], "a", "b").error


def test_an_answer_that_never_ends_is_not_waited_for() -> None:
    with serving(Drip()) as drip:
        url = f"wecombot://KEY?server=http://127.0.0.1:{drip.server_address[1]}"
        delivery = a_pusher(0.3).push([url], "a", "b")
    assert delivery.error
    assert "没有应答" in delivery.error


def test_a_mail_server_that_hangs_or_is_full_is_passed_over() -> None:
    with serving(Mail(mute=True)) as mute, serving(Mail(full=True)) as full, serving(Mail()) as ok:
        delivery = a_pusher(0.3).push([mute.url, full.url, ok.url], "Reminder", "QH-1")
    assert (delivery.error, delivery.via, len(delivery.refused)) == (None, "邮件", 2)
    assert "QH-1" in ok.letters[0]


@pytest.mark.parametrize(
    ("url", "lie"),
    [
        ("wecombot://KEY?server={at}", b'{"errcode":93000,"errmsg":"invalid webhook url"}'),
        ("dingtalk://S3@TOKEN?server={at}", b'{"errcode":310000,"errmsg":"sign not match"}'),
        ("feishu://HOOK?server={at}", b'{"code":19024,"msg":"Key Words Not Found"}'),
        ("webhook://{host}/in", b'{"ok":false,"error":"nobody home"}'),
    ],
)
def test_a_lie_is_seen_through(url: str, lie: bytes) -> None:
    with serving(Webhook(200, lie)) as liar, serving(Webhook(200)) as honest:
        host = f"127.0.0.1:{liar.server_port}"
        delivery = a_pusher().push([url.format(at=liar.address, host=host)], "催办", "超期")
        assert delivery.error
        assert "未接受" in delivery.error
        both = [url.format(at=liar.address, host=host), honest.url]
        assert a_pusher().push(both, "催办", "超期").via == "回调"


def test_a_busy_chat_says_when_to_come_again() -> None:
    with serving(Webhook(429, headers={"Retry-After": "90"})) as busy:
        delivery = a_pusher().push([f"feishu://HOOK?server={busy.address}"], "a", "b")
    assert delivery.again_after == timedelta(seconds=90)
    with serving(Webhook(200, b'{"errcode":45009,"errmsg":"api freq out of limit"}')) as busy:
        delivery = a_pusher().push([f"wecombot://KEY?server={busy.address}"], "a", "b")
    assert delivery.again_after == timedelta(minutes=1)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), ("Mon, 02 Mar 2026 04:02:00 GMT", 120), ("soon", None), ("9999999", 3600)],
)
def test_retry_after_is_read_in_both_forms_and_held_to_an_hour(
    header: str, seconds: int | None
) -> None:
    answer = said(429, {"retry-after": header}, b"", NOON)
    assert answer.again_after == (None if seconds is None else timedelta(seconds=seconds))


def test_the_chats_are_asked_in_their_own_words() -> None:
    with serving(Webhook(200, OK)) as chat:
        a_pusher().push([f"wecombot://KeY-1?server={chat.address}"], "题", "文")
        a_pusher().push([f"dingtalk://s3cret@ToKeN/139?server={chat.address}"], "题", "文")
        a_pusher().push([f"feishu://HoOk?secret=s3&server={chat.address}"], "题", "文")
    assert chat.paths[0] == "/cgi-bin/webhook/send?key=KeY-1"
    assert chat.posted[0] == {"msgtype": "text", "text": {"content": "题\n文"}}
    asked_for = parse_qs(urlsplit(chat.paths[1]).query)
    text = f"{asked_for['timestamp'][0]}\ns3cret".encode()
    right = base64.b64encode(hmac.new(b"s3cret", text, hashlib.sha256).digest()).decode()
    assert (asked_for["access_token"], asked_for["sign"]) == (["ToKeN"], [right])
    assert chat.posted[1]["at"] == {"atMobiles": ["139"]}
    assert chat.paths[2] == "/open-apis/bot/v2/hook/HoOk"
    key = f"{chat.posted[2]['timestamp']}\ns3".encode()
    signed = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
    assert chat.posted[2]["sign"] == signed


def test_a_signed_webhook_can_be_checked_by_who_gets_it() -> None:
    with serving(Webhook(204)) as hook:
        url = f"webhook://127.0.0.1:{hook.server_port}/in?secret=s3&room=1"
        assert a_pusher().push([url], "题", "文").error is None
    heard = hook.heard[0]
    right = signature("s3", heard["x-yuqing-timestamp"], hook.raw[0])
    assert heard["x-yuqing-signature"] == right
    assert hook.paths == ["/in?room=1"]
    assert json.loads(hook.raw[0])["message"] == "文"


def test_a_chats_own_server_is_the_vendors_unless_told() -> None:
    request = asked("wecombot://KEY", "题", "文", NOON)
    assert request is not None
    assert request.url == "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=KEY"
    assert asked("mailto://a", "题", "文", NOON) is None


def test_a_text_too_long_keeps_its_beginning_and_the_link_at_its_end() -> None:
    text = "起火" * 2000 + "\n查看：http://yuqing.test/tickets/T-1"
    cut = fitting(text, 2000)
    assert len(cut.encode()) <= 2000
    assert cut.startswith("起火")
    assert cut.endswith("http://yuqing.test/tickets/T-1")
    assert fitting("短", 2000) == "短"


def test_an_error_never_tells_the_key() -> None:
    gone = "wecombot://TOPSECRET?server=http://127.0.0.1:1"
    delivery = a_pusher(0.3).push([gone], "a", "b")
    assert delivery.error
    assert "TOPSECRET" not in delivery.error


def test_an_address_that_is_none_is_an_error_not_a_crash() -> None:
    for address in ("smoke-signal://hill", "webhook://", "wecombot://K?server=::", "http://[", ""):
        assert a_pusher(0.3).push([address], "a", "b").error


def test_without_channels_nothing_is_delivered() -> None:
    assert a_pusher().push([], "a", "b").error


def test_mail_arrives() -> None:
    with serving(Mail()) as mail:
        delivery = a_pusher().push([mail.url], "Reminder", "QINGHE-2026-000001")
    assert (delivery.error, delivery.via) == (None, "邮件")
    assert "QINGHE-2026-000001" in mail.letters[0]


def test_channels_have_the_kinds_that_a_chain_names() -> None:
    found = [kind_of(f"{one}://x") for one in ("wecombot", "dingtalk", "feishu", "mailtos", "json")]
    assert found == ["wecom", "dingtalk", "feishu", "mail", "webhook"]
    assert kind_of("twilio://x") == "sms"


def test_words_of_strangers_are_no_markup_to_any_channel() -> None:
    hostile = '<at user_id="all"></at> [点此](http://x)\n编号：假 @everyone `x`'
    assert (
        harmless(hostile)
        == '＜at user_id="all"＞＜/at＞ ［点此］(http://x) 编号：假 ＠everyone ˋxˋ'
    )


def test_a_link_arrives_as_it_is() -> None:
    link = "查看：http://yuqing.qinghe.test:8080/tickets/QINGHE-2026-000001"
    with serving(Webhook(200)) as hook:
        a_pusher().push([hook.url], "请签收", f"等级：重大\n{link}")
    assert str(hook.posted[0]["message"]).splitlines()[-1] == link


@pytest.mark.parametrize(
    ("address", "kind", "asked_for"),
    [
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=K-1", "wecom", "send?key=K-1"),
        ("https://oapi.dingtalk.com/robot/send?access_token=T1", "dingtalk", "access_token=T1"),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/H-1", "feishu", "/bot/v2/hook/H-1"),
    ],
)
def test_a_robots_own_address_will_do(address: str, kind: str, asked_for: str) -> None:
    request = asked(address, "题", "文", NOON)
    assert request is not None
    assert request.url.startswith(address[:30])
    assert request.url.endswith(asked_for)
    assert kind_of(address) == kind


def test_one_channel_that_asks_for_patience_holds_back_no_other() -> None:
    patient = Webhook(429, headers={"Retry-After": "3000"})
    with serving(patient) as busy, serving(Webhook(503)) as away:
        asks = f"feishu://HOOK?server={busy.address}"
        soon = a_pusher().push([asks, f"webhook://127.0.0.1:{away.server_port}/a"], "a", "b")
        later = a_pusher().push([asks], "a", "b")
    assert (soon.again_after, later.again_after) == (None, timedelta(seconds=3000))
