"""Handing one message to a provider's API: what the network did, as the end of an attempt."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

import httpx

from expertpool.core.posting import Answer, post
from expertpool.notifications.channels.base import SendResult, SendStatus

LONGEST_ANSWER = 65_536  # bytes
TIMED_OUT = 504  # said by a proxy that has handed on what it got
SMS_PROVIDER = "短信服务商"

NOT_CONNECTED = "连接短信服务商失败，请核对接口地址和网络。"
LOST = "短信服务商没有在规定时间内答复，不知道是否已发出。"
# Written while another provider was chosen, who takes any text.
UNREGISTERED = SendResult(
    SendStatus.REJECTED, detail="这条通知生成时没有服务商模板，短信没有发出，请重新通知。"
)
BROKEN = "短信服务商的答复看不懂，不知道是否已发出。"

# Said before a message is taken: by the service, or by what stands before it.
REFUSED_LOGIN = (401, 403)
NOWHERE = (404, 405, 410)
LATER = (408, 425, 429)  # too slow, too early, too many


class NotHandedIn(Exception):
    """The request was not answered; ``result`` says what that means for the message."""

    def __init__(self, result: SendResult) -> None:
        super().__init__(result.detail)
        self.result = result


def handed_in(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    who: str = SMS_PROVIDER,
    method: str = "POST",
) -> Answer:
    """Post ``body``; return the answer. Raises NotHandedIn where there is none that counts; ``who`` is what it
    calls the other side.

    Before a connection stands nothing was sent; after it the message may have gone out.
    """
    try:
        answer = post(url, body, headers, read=LONGEST_ANSWER, method=method)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
        raise NotHandedIn(SendResult(SendStatus.DOWN, detail=_of(who, NOT_CONNECTED))) from error
    except (TimeoutError, httpx.HTTPError) as error:
        raise NotHandedIn(SendResult(SendStatus.UNKNOWN, detail=_of(who, LOST))) from error
    if answer.status == TIMED_OUT:
        raise NotHandedIn(SendResult(SendStatus.UNKNOWN, detail=_of(who, LOST)))
    if answer.status >= 500:
        detail = f"{who}暂不服务（HTTP {answer.status}）。"
        raise NotHandedIn(SendResult(SendStatus.RETRY, detail=detail))
    return answer


def is_unanswered(result: SendResult, *, who: str = SMS_PROVIDER) -> bool:
    """Tell whether ``result`` says that nobody answered: neither that a connection stood, nor what came over it."""
    return result.detail in (_of(who, NOT_CONNECTED), _of(who, LOST))


def _of(who: str, words: str) -> str:
    return words.replace(SMS_PROVIDER, who)


def turned_down(status: int, *, who: str) -> SendResult | None:
    """Return what a ``status`` means by which nothing was taken; None for one of success."""
    if status in REFUSED_LOGIN:
        detail = f"{who}拒绝登录（HTTP {status}），请核对账号和密钥。"
        return SendResult(SendStatus.DOWN, detail=detail)
    if status in NOWHERE:
        detail = f"{who}没有这个地址（HTTP {status}），请核对接口地址。"
        return SendResult(SendStatus.DOWN, detail=detail)
    if status in LATER:
        return SendResult(SendStatus.RETRY, detail=f"{who}暂时不收（HTTP {status}）。")
    if 200 <= status < 300:
        return None
    return SendResult(SendStatus.REJECTED, detail=f"{who}没有收下（HTTP {status}）。")


def read_json(answer: Answer, *, marks: Collection[str], who: str = SMS_PROVIDER) -> dict[str, Any]:
    """Return the object of ``answer``, which holds one of ``marks``: by these the service itself is known. Raises
    NotHandedIn for anything else: a proxy, or another service, says by its status alone that nothing was taken.
    """
    try:
        content = json.loads(answer.content)
    except (ValueError, RecursionError):
        content = None
    if isinstance(content, dict) and not content.keys().isdisjoint(marks):
        return content
    if (
        300 <= answer.status < 400
    ):  # no service does this: a wrong address, or the sign-in of a network
        detail = f"{who}的地址转到了别处（HTTP {answer.status}），请核对接口地址和网络。"
        raise NotHandedIn(SendResult(SendStatus.DOWN, detail=detail))
    broken = SendResult(SendStatus.UNKNOWN, detail=_of(who, BROKEN))
    raise NotHandedIn(turned_down(answer.status, who=who) or broken)
