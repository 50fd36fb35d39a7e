"""What the chats of officials and a signed webhook are asked, and what their answers mean.

Their robots answer 200 also when they refuse, so only the body tells whether somebody will read
the message. Nothing here goes out: a channel's URL becomes a request, an answer a verdict.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlencode, urlsplit

_PATIENCE = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
# What the robots of the chats say when they are asked too often.
_TOO_OFTEN = frozenset({45009, 45033, 130101, 9499, 11232})
_CUT = "\n……\n"
_MAIL, _HOOKS = ("mailto", "mailtos"), ("webhook", "webhooks", "json", "jsons", "form", "forms")


@dataclass(frozen=True, slots=True)
class Asked:
    """One POST of JSON: `name` is the channel's in Chinese; it carries no secret, `url` may."""

    name: str
    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """`error` is None when the message was accepted; `again_after` when the channel says so;
    `hopeless` when asking again can change nothing."""

    error: str | None
    again_after: timedelta | None = None
    hopeless: bool = False


def asked(channel: str, title: str, body: str, at: datetime) -> Asked | None:
    """The request that `channel` takes for the message, signed at `at` (real time, aware).

    None when the URL is of a kind that is not known here.
    """
    try:
        parts = urlsplit(_short(channel))
    except ValueError:
        return None
    make = _KINDS.get(parts.scheme)
    return make(parts, title, body, at) if make and parts.netloc else None


def said(status: int, headers: Mapping[str, str], body: bytes, at: datetime) -> Said:
    """What an answer means; `headers` are looked up in lower case."""
    if not 200 <= status < 300:
        return Said(f"HTTP {status}", _after(headers.get("retry-after", ""), at))
    told = _object(body)
    code = next((told[key] for key in ("errcode", "code", "StatusCode") if key in told), 0)
    lies = told.get("ok") is False or told.get("success") is False or bool(told.get("error"))
    if code in (0, "0", 200, None) and not lies:
        return Said(None)
    words = next((told[k] for k in ("errmsg", "msg", "StatusMessage", "error") if told.get(k)), "")
    again = _PATIENCE if code in _TOO_OFTEN else None
    return Said(f"应答称未接受（{code}）{str(words)[:200]}".strip(), again)


def kind_of(channel: str) -> str:
    """How a chain's step calls the channel: wecom, dingtalk, feishu, mail, webhook or sms (every
    other service; of those that reach a phone here, most are)."""
    scheme = _short(channel).split(":", 1)[0].lower()
    named = {"wecombot": "wecom", "dingtalk": "dingtalk", "feishu": "feishu", "lark": "feishu"}
    if scheme in _MAIL:
        return "mail"
    return "webhook" if scheme in _HOOKS else named.get(scheme, "sms")


def _short(channel: str) -> str:
    """The address of a chat's robot, as the chat shows it, in the form that is read here."""
    parts = urlsplit(channel)
    if parts.scheme != "https":
        return channel
    if parts.netloc == "qyapi.weixin.qq.com":
        return f"wecombot://{quote(_query(parts, 'key'), safe='')}"
    if parts.netloc == "oapi.dingtalk.com":
        return f"dingtalk://{quote(_query(parts, 'access_token'), safe='')}"
    if parts.netloc == "open.feishu.cn":
        return f"feishu://{quote(parts.path.rpartition('/')[2], safe='')}"
    return channel


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What a signed webhook carries: HMAC-SHA256 over the time, a full stop and the body."""
    text = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def fitting(text: str, limit: int) -> str:
    """`text` within `limit` bytes of UTF-8: its middle left out, for the link comes last."""
    raw = text.encode()
    if len(raw) <= limit:
        return text
    tail = raw[-limit // 3 :].decode(errors="ignore")
    head = raw[: limit - len(tail.encode()) - len(_CUT.encode())].decode(errors="ignore")
    return head + _CUT + tail


def _wecom(parts: SplitResult, title: str, body: str, _at: datetime) -> Asked:
    server = _server(parts, "https://qyapi.weixin.qq.com")
    url = f"{server}/cgi-bin/webhook/send?{urlencode({'key': _host(parts)})}"
    text = {"content": fitting(f"{title}\n{body}", 2000)}
    return Asked("企业微信", url, _json({"msgtype": "text", "text": text}))


def _dingtalk(parts: SplitResult, title: str, body: str, at: datetime) -> Asked:
    server, secret = _server(parts, "https://oapi.dingtalk.com"), unquote(parts.username or "")
    query = {"access_token": _host(parts)}
    if secret:
        stamp = str(int(at.timestamp() * 1000))
        query |= {"timestamp": stamp, "sign": _base64(secret, f"{stamp}\n{secret}")}
    phones = [unquote(one) for one in parts.path.split("/") if one]
    text = {"content": fitting(f"{title}\n{body}", 15_000)}
    said_to: dict[str, object] = {"at": {"atMobiles": phones}} if phones else {}
    url = f"{server}/robot/send?{urlencode(query)}"
    return Asked("钉钉", url, _json({"msgtype": "text", "text": text} | said_to))


def _feishu(parts: SplitResult, title: str, body: str, at: datetime) -> Asked:
    server, secret = _server(parts, "https://open.feishu.cn"), _query(parts, "secret")
    text = {"text": fitting(f"{title}\n{body}", 15_000)}
    message: dict[str, object] = {"msg_type": "text", "content": text}
    if secret:
        stamp = str(int(at.timestamp()))
        message |= {"timestamp": stamp, "sign": _base64(f"{stamp}\n{secret}", "")}
    url = f"{server}/open-apis/bot/v2/hook/{quote(_host(parts), safe='')}"
    return Asked("飞书", url, _json(message))


def _webhook(parts: SplitResult, title: str, body: str, at: datetime) -> Asked:
    secret, stamp = _query(parts, "secret"), str(int(at.timestamp()))
    content = _json({"title": title, "message": body, "sent_at": at.astimezone(UTC).isoformat()})
    kept = {k: v for k, v in parse_qs(parts.query).items() if k != "secret"}
    scheme = "https" if parts.scheme == "webhooks" else "http"
    url = parts._replace(scheme=scheme, query=urlencode(kept, doseq=True)).geturl()
    headers = {"X-Yuqing-Timestamp": stamp}
    if secret:
        headers["X-Yuqing-Signature"] = signature(secret, stamp, content)
    return Asked("签名回调", url, content, headers)


_KINDS: Mapping[str, Callable[[SplitResult, str, str, datetime], Asked]] = MappingProxyType(
    {
        "wecombot": _wecom,
        "dingtalk": _dingtalk,
        "feishu": _feishu,
        "webhook": _webhook,
        "webhooks": _webhook,
    }
)


def _host(parts: SplitResult) -> str:
    # not .hostname, which is in lower case: a robot's key is not
    return unquote(parts.netloc.rpartition("@")[2])


def _query(parts: SplitResult, name: str) -> str:
    return parse_qs(parts.query).get(name, [""])[0]


def _server(parts: SplitResult, usual: str) -> str:
    # governments run these chats on servers of their own
    return (_query(parts, "server") or usual).rstrip("/")


def _json(content: Mapping[str, object]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def _base64(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def _object(body: bytes) -> dict[str, object]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _after(written: str, at: datetime) -> timedelta | None:
    """The wait that a Retry-After header asks for, if it can be read; an hour at most."""
    try:
        wait = timedelta(seconds=int(written)) if written.isdigit() else _until(written, at)
    except (ValueError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), _LONGEST_WAIT)


def _until(written: str, at: datetime) -> timedelta:
    until = parsedate_to_datetime(written)
    return (until if until.tzinfo else until.replace(tzinfo=UTC)) - at
