"""The interface of a service account: its token, template and subscription messages, and who stands behind a code
(https://developers.weixin.qq.com/doc/service/)."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from expertpool.core.configuration import Reader
from expertpool.notifications.channels.base import Outbound, SendResult, SendStatus
from expertpool.notifications.channels.sms.posting import (
    NotHandedIn,
    handed_in,
    read_json,
)
from expertpool.notifications.channels.wechat.settings import (
    APP,
    ENDPOINT,
    SECRET,
    TEMPLATE,
    WAY,
)

WHO = "微信服务号接口"
# Where somebody is asked, in WeChat, whether he is himself; it is a page and takes no secret.
AUTHORIZE = "https://open.weixin.qq.com/connect/oauth2/authorize"
LINK = "url"  # the value of this name is where a message leads
EARLY = 300  # seconds before its end in which a token is not used any more
STALE = (40001, 40014, 42001)
UNREGISTERED = SendResult(
    SendStatus.REJECTED, detail="这条通知生成时没有模板编号，微信没有发出，请重新通知。"
)
# What the administrator has to mend: no other message would go out either.
_ACCOUNT = {
    40001: "AppSecret 不对，或凭据已失效",
    40002: "账号类型不支持",
    40013: "AppID 不对",
    40014: "凭据已失效",
    40125: "AppSecret 不对",
    40164: "本机的出口 IP 不在服务号的白名单中",
    40243: "AppSecret 已冻结",
    42001: "凭据已失效",
    45009: "已达到本日调用次数的上限",
    48001: "服务号没有这个接口的权限",
    50002: "服务号已被限制使用",
}
_MESSAGE = {
    40003: "收件人的 OpenID 无效，请收件人重新绑定",
    40037: "模板编号不存在",
    43004: "收件人没有关注服务号",
    43101: "收件人拒绝接收，或没有订阅",
    43107: "订阅通知的能力已被封禁",
    47003: "模板变量的内容不符合规定",
}
_LATER = (-1, 45011)
# So many characters of a value are shown, by the kind of its field.
_SHOWN = {"thing": 20, "name": 10, "phrase": 5, "character_string": 32, "const": 20}
_KIND = re.compile(r"[a-z_]+")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


@dataclass
class _Token:
    """What an account is let in by; the same in all processes, for two hours."""

    text: str = ""
    until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


_tokens: dict[tuple[str, str, str], _Token] = {}


@dataclass(frozen=True)
class WechatAccount:
    """Sends by a service account; ``is_template``: template messages, else those to which somebody has subscribed."""

    endpoint: str
    app: str
    secret: str
    is_template: bool = True

    def send(self, outbound: Outbound) -> SendResult:
        if outbound.registered is None:
            return UNREGISTERED
        values = dict(outbound.registered.values)
        leads_to = values.pop(LINK, "")
        message: dict[str, Any] = {
            "touser": outbound.address,
            "template_id": outbound.registered.code,
            "data": {name: {"value": shown(name, value)} for name, value in values.items()},
        }
        if leads_to:
            message["url" if self.is_template else "page"] = f"{settings.SITE_URL}/{leads_to}"
        if self.is_template:  # taken once in ten minutes, whatever becomes of the answer
            message["client_msg_id"] = outbound.reference[-32:]
            path = "/cgi-bin/message/template/send"
        else:
            path = "/cgi-bin/message/subscribe/bizsend"
        try:
            answer = self._call(path, message)
        except NotHandedIn as error:
            return error.result
        return result_of(answer["errcode"], str(answer.get("msgid") or ""))

    def openid_of(self, code: str) -> str:
        """Return who stands behind ``code``, which WeChat gave to somebody who was asked; empty where nobody does.
        Raises NotHandedIn."""
        query = urlencode(
            {
                "appid": self.app,
                "secret": self.secret,
                "code": code,
                "grant_type": "authorization_code",
            }
        )
        address = f"{self.endpoint.rstrip('/')}/sns/oauth2/access_token?{query}"
        answer = handed_in(address, b"", {}, who=WHO, method="GET")
        return str(read_json(answer, marks=("openid", "errcode"), who=WHO).get("openid") or "")

    def _call(self, path: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is answered, after one more try where the token had ended before its time."""
        token = self._token()
        answer = self._posted(f"{path}?{urlencode({'access_token': token})}", content)
        if answer.get("errcode") in STALE:
            token = self._token(instead_of=token)
            answer = self._posted(f"{path}?{urlencode({'access_token': token})}", content)
        return answer

    def _token(self, instead_of: str = "") -> str:
        """Return what the account is let in by, another than ``instead_of``. Raises NotHandedIn: nothing was sent."""
        kept = _tokens.setdefault((self.endpoint, self.app, self.secret), _Token())
        with kept.lock:
            if kept.text and kept.text != instead_of and time.monotonic() < kept.until:
                return kept.text
            text, lasts = self._asked(force=False)
            if text == instead_of:  # it is given anew only when it is forced, twenty times a day
                text, lasts = self._asked(force=True)
            kept.text, kept.until = text, time.monotonic() + max(lasts - EARLY, 0)
            return text

    def _asked(self, *, force: bool) -> tuple[str, int]:
        try:
            answer = self._posted(
                "/cgi-bin/stable_token",
                {
                    "grant_type": "client_credential",
                    "appid": self.app,
                    "secret": self.secret,
                    "force_refresh": force,
                },
                marks=("access_token", "errcode"),
            )
        except NotHandedIn as error:
            raise NotHandedIn(SendResult(SendStatus.DOWN, detail=error.result.detail)) from error
        text, lasts = answer.get("access_token"), answer.get("expires_in")
        if isinstance(text, str) and text and isinstance(lasts, int):
            return text, lasts
        code = answer.get("errcode", "")
        why = _ACCOUNT.get(code, "没有给出凭据")
        raise NotHandedIn(SendResult(SendStatus.DOWN, detail=f"微信服务号：{why}（{code}）。"))

    def _posted(
        self, path: str, content: Mapping[str, Any], *, marks: Collection[str] = ("errcode",)
    ) -> dict[str, Any]:
        body = json.dumps(content, ensure_ascii=False).encode()
        address = f"{self.endpoint.rstrip('/')}{path}"
        headers = {"Content-Type": "application/json; charset=utf-8"}
        return read_json(handed_in(address, body, headers, who=WHO), marks=marks, who=WHO)


def of_settings(read: Reader) -> WechatAccount:
    return WechatAccount(read(ENDPOINT), read(APP), read(SECRET), read(WAY) == TEMPLATE)


def result_of(code: object, number: str) -> SendResult:
    """Return what the ``errcode`` of an answer means for the message."""
    if code == 0:
        return SendResult(SendStatus.ACCEPTED, provider_id=number)
    if code in _ACCOUNT:
        return SendResult(SendStatus.DOWN, detail=f"微信服务号：{_ACCOUNT[code]}（{code}）。")  # type: ignore[index]
    if code in _LATER:
        return SendResult(SendStatus.RETRY, detail=f"微信服务号暂时不收（{code}）。")
    why = _MESSAGE.get(code, "没有发出")  # type: ignore[call-overload]
    return SendResult(SendStatus.REJECTED, detail=f"微信服务号：{why}（{code}）。")


def shown(name: str, value: str) -> str:
    """Return ``value`` as a field of this name takes it: of one that is too long nothing is sent at all."""
    found = _KIND.match(name)
    kind = found[0].rstrip("_") if found else ""
    if kind in ("time", "date"):
        return _DAY.sub(r"\1年\2月\3日", value)
    value, most = " ".join(value.split()), _SHOWN.get(kind, len(value))
    return value if len(value) <= most else f"{value[: most - 1]}…"


def authorize_address(*, app: str, back: str, state: str) -> str:
    """Return where somebody is sent to be known by WeChat, and from there to ``back``; he is asked nothing."""
    query = {"appid": app, "redirect_uri": back, "response_type": "code", "scope": "snsapi_base"}
    return f"{AUTHORIZE}?{urlencode({**query, 'state': state})}#wechat_redirect"
