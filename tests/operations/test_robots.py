"""Robots of group chats, against a server that checks what it gets in its own way."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from expertpool.accounts.models import User
from expertpool.core import posting
from expertpool.core.validators import is_writable
from expertpool.operations.exceptions import RobotRefused
from expertpool.operations.services.alerts import tell_robot
from expertpool.operations.services.robots import MOST_TEXT, Robot, send
from expertpool.operations.settings import ROBOT, ROBOT_URL
from tests.factories.alerts import make_alert
from tests.factories.siteconfig import configure
from tests.fixtures import login
from tests.webhooks.receiver import Receiver

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SECONDS = str(int(NOW.timestamp()))
TAKEN = {"wecom": b'{"errcode":0,"errmsg":"ok"}', "feishu": b'{"code":0,"msg":"success"}'}
TAKEN["dingtalk"] = TAKEN["wecom"]


@pytest.fixture
def chat(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.0/8"]
    with Receiver(status=200, answer=TAKEN["wecom"]) as running:
        yield running


def test_wecom_gets_a_text(chat: Receiver) -> None:
    send(Robot("wecom", chat.url(path="/cgi-bin/webhook/send?key=k1")), "运行报警：磁盘", now=NOW)
    (call,) = chat.calls
    assert call.path == "/cgi-bin/webhook/send?key=k1"
    assert call.headers["content-type"].startswith("application/json")
    assert call.content == {"msgtype": "text", "text": {"content": "运行报警：磁盘"}}


def test_dingtalk_gets_a_signature_in_the_address(chat: Receiver) -> None:
    robot = Robot("dingtalk", chat.url(path="/robot/send?access_token=t"), "SECabc")
    send(robot, "运行报警：磁盘", now=NOW)
    (call,) = chat.calls
    query = {name: value[0] for name, value in parse_qs(urlsplit(call.path).query).items()}
    at = f"{SECONDS}000"
    mac = hmac.new(b"SECabc", f"{at}\nSECabc".encode(), hashlib.sha256).digest()
    assert query == {
        "access_token": "t",
        "timestamp": at,
        "sign": base64.b64encode(mac).decode(),
    }
    assert call.content == {"msgtype": "text", "text": {"content": "运行报警：磁盘"}}


def test_feishu_gets_a_signature_in_the_body(chat: Receiver) -> None:
    chat.answer = TAKEN["feishu"]
    send(Robot("feishu", chat.url(path="/open-apis/bot/v2/hook/x"), "s1"), "运行报警", now=NOW)
    (call,) = chat.calls
    mac = hmac.new(f"{SECONDS}\ns1".encode(), b"", hashlib.sha256).digest()
    assert call.content == {
        "msg_type": "text",
        "content": {"text": "运行报警"},
        "timestamp": SECONDS,
        "sign": base64.b64encode(mac).decode(),
    }


def test_what_the_robot_refuses_is_said_without_its_address(
    chat: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    robot = Robot("dingtalk", chat.url(path="/robot/send?access_token=SECRET"))
    for status, answer, words in (
        (200, b'{"errcode":310000,"errmsg":"keywords not in content"}', "310000 keywords"),
        (200, b'{"code":0,"msgid":7}', "不是机器人"),  # of any other service
        (200, "<html>登录</html>".encode(), "不是机器人"),
        (200, b"[]", "不是机器人"),
        (200, b"[" * 4000, "不是机器人"),
        (200, b'{"errcode":310000,"errmsg":"half \\ud83d"}', "310000 half"),
        (404, b"", "404"),
    ):
        chat.status, chat.answer = status, answer
        with pytest.raises(RobotRefused, match=words) as refused:
            send(robot, "x", now=NOW)
        assert "SECRET" not in str(refused.value)
        assert is_writable(str(refused.value))
    for url in (
        "http://127.0.0.1:1/?key=SECRET",
        "ftp://x/SECRET",
        "https://nowhere.invalid/SECRET",
    ):
        with pytest.raises(RobotRefused) as refused:
            send(Robot("wecom", url), "x", now=NOW)
        assert "SECRET" not in str(refused.value)
    monkeypatch.setattr(posting, "LONGEST", 0.2)
    chat.delay = 1
    with pytest.raises(RobotRefused, match="没有在规定时间内答复"):
        send(robot, "x", now=NOW)


def test_each_kind_is_read_by_its_own_verdict(chat: Receiver) -> None:
    """A short message platform that answered code 0 was a robot that had spoken."""
    feishu = Robot("feishu", chat.url())
    chat.answer = b'{"code":19024,"msg":"Key Words Not Found"}'
    with pytest.raises(RobotRefused, match="19024 Key Words"):
        send(feishu, "x", now=NOW)
    chat.answer = b'{"StatusCode":0}'
    send(feishu, "x", now=NOW)
    chat.answer = TAKEN["wecom"]
    with pytest.raises(RobotRefused, match="不是机器人"):
        send(feishu, "x", now=NOW)
    chat.answer = TAKEN["feishu"]
    with pytest.raises(RobotRefused, match="不是机器人"):
        send(Robot("wecom", chat.url()), "x", now=NOW)


def test_a_long_text_and_a_long_answer_are_cut(chat: Receiver) -> None:
    chat.answer = b'{"errcode":0,"errmsg":"' + b"x" * 100_000
    with pytest.raises(RobotRefused, match="不是机器人"):
        send(Robot("wecom", chat.url()), "报" * 5000, now=NOW)
    assert len(chat.calls[0].content["text"]["content"]) == MOST_TEXT


@pytest.mark.django_db
def test_an_alert_reaches_the_chat(chat: Receiver) -> None:
    alert = make_alert("磁盘", figure="剩余 1 GB", mend="请清理磁盘。")
    tell_robot(alert_ids=[alert.pk], now=NOW)
    assert chat.calls == []  # there is none
    configure(ROBOT, "wecom")
    configure(ROBOT_URL, chat.url())
    tell_robot(alert_ids=[alert.pk], now=NOW)
    assert chat.calls[0].content["text"]["content"] == (
        "运行报警：磁盘\n【故障】磁盘：磁盘快满了。（剩余 1 GB）处理：请清理磁盘。"
    )
    chat.status = 500
    with pytest.raises(RobotRefused):
        tell_robot(alert_ids=[alert.pk], now=NOW)


@pytest.mark.django_db
def test_the_robot_is_tried_before_it_is_saved(client: Client, admin: User, chat: Receiver) -> None:
    login(client, admin)
    form = client.get("/settings/groups/alerts/").content.decode()
    assert "发送测试消息" in form
    values = {"level": "warning", "again": "12", "robot": "wecom", "robot_url": chat.url()}
    posted = {f"operations-{name}": value for name, value in values.items()}
    posted |= {"version": "0", "address": "你好"}
    answer = client.post("/settings/groups/alerts/try/", posted).content.decode()
    assert "请到群里查看" in answer
    assert json.loads(chat.calls[0].body)["text"]["content"] == "运行报警：测试消息。你好"
    chat.answer = b'{"errcode":93000,"errmsg":"invalid webhook url"}'
    assert "93000" in client.post("/settings/groups/alerts/try/", posted).content.decode()
    chosen = posted | {"operations-robot_url": ""}
    assert (
        "还要填写机器人地址" in client.post("/settings/groups/alerts/try/", chosen).content.decode()
    )
