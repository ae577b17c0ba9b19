"""Robots of group chats: 企业微信, 钉钉, 飞书. Each takes a POST at an address that is a secret itself."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

import httpx

from expertpool.core.configuration import Reader
from expertpool.core.reachable import AddressRefused
from expertpool.core.validators import only_writable
from expertpool.operations.exceptions import RobotRefused
from expertpool.operations.settings import DINGTALK, FEISHU, ROBOT, ROBOT_SECRET, ROBOT_URL, WECOM
from expertpool.webhooks.services.posting import post

MOST_TEXT = 600  # characters: 企业微信 takes 2,048 bytes
MOST_ANSWER = 4096  # bytes
HEADERS = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(frozen=True)
class Robot:
    kind: str
    url: str
    secret: str = ""


@dataclass(frozen=True)
class _Call:
    url: str
    content: dict[str, Any]


def robot_of(read: Reader) -> Robot | None:
    """Return the robot that is set, or none."""
    kind, url = read(ROBOT), read(ROBOT_URL)
    return Robot(kind, url, read(ROBOT_SECRET)) if kind and url else None


def send(robot: Robot, text: str, *, now: datetime) -> None:
    """Let the robot say ``text``. RobotRefused, with what to do, when it was not taken; never inside a
    transaction."""
    call = WRITERS[robot.kind](robot, text[:MOST_TEXT], now)
    try:
        body = json.dumps(call.content, ensure_ascii=False).encode()
        answer = post(call.url, body, HEADERS, read=MOST_ANSWER)
    except AddressRefused as error:
        raise RobotRefused(str(error)) from None
    except (TimeoutError, httpx.TimeoutException):
        raise RobotRefused("机器人的服务器没有在规定时间内答复，请核对地址和网络。") from None
    except httpx.HTTPError:
        # The message of the error may have the address, which is a secret.
        raise RobotRefused("连不上机器人的服务器，请核对地址和网络。") from None
    _check(robot.kind, answer.status, answer.content)


def _check(kind: str, status: int, content: bytes) -> None:
    """All of them answer 200 and say inside whether they took it."""
    if status != 200:
        raise RobotRefused(f"机器人的服务器答复 {status}，请核对地址。")
    try:
        said = json.loads(content)
        code = next(said[name] for name in VERDICTS[kind] if name in said)
    except (ValueError, TypeError, RecursionError, StopIteration):
        raise RobotRefused("答复的不是机器人的服务器，请核对地址。") from None
    if code != 0:
        reason = only_writable(str(said.get("errmsg") or said.get("msg") or ""))[:100]
        raise RobotRefused(f"机器人没有接受（{code} {reason}），请核对安全设置、关键词和加签密钥。")


def _wecom(robot: Robot, text: str, _now: datetime) -> _Call:
    return _Call(robot.url, {"msgtype": "text", "text": {"content": text}})


def _dingtalk(robot: Robot, text: str, now: datetime) -> _Call:
    """Signed in the address: the secret signs milliseconds and itself."""
    url = robot.url
    if robot.secret:
        at = str(int(now.timestamp() * 1000))
        sign = _mac(robot.secret, f"{at}\n{robot.secret}")
        url += f"{'&' if '?' in url else '?'}timestamp={at}&sign={quote_plus(sign)}"
    return _Call(url, {"msgtype": "text", "text": {"content": text}})


def _feishu(robot: Robot, text: str, now: datetime) -> _Call:
    """Signed in the body: seconds and secret sign nothing."""
    content: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if robot.secret:
        at = str(int(now.timestamp()))
        content |= {"timestamp": at, "sign": _mac(f"{at}\n{robot.secret}", "")}
    return _Call(robot.url, content)


def _mac(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode()


# Where each says whether it took the text: any other service may call something so that is none.
VERDICTS = {WECOM: ("errcode",), DINGTALK: ("errcode",), FEISHU: ("code", "StatusCode")}
WRITERS: dict[str, Callable[[Robot, str, datetime], _Call]] = {
    WECOM: _wecom,
    DINGTALK: _dingtalk,
    FEISHU: _feishu,
}
