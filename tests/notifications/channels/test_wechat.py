"""A service account of WeChat: what it is sent, what its errors mean, and what it pushes. wechatpy, which nobody here
wrote, is the reference: by it the same message is sent, and what is pushed is signed and encrypted."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.conf import settings
from django.test import Client
from wechatpy.client import WeChatClient

from expertpool.core.configuration import TrialFailed
from expertpool.notifications.channels.base import (
    Inbound,
    Outbound,
    ReportUnreadable,
    SendResult,
    SendStatus,
)
from expertpool.notifications.channels.sms.posting import NotHandedIn
from expertpool.notifications.channels.wechat import account, pushed
from expertpool.notifications.channels.wechat import settings as wechat
from expertpool.notifications.channels.wechat.account import WechatAccount, result_of, shown
from expertpool.notifications.channels.wechat.trial import TRIAL
from expertpool.notifications.enums import DeliveryState
from expertpool.notifications.models import Attempt, DeliveryEvent, Message
from expertpool.notifications.occasions import OCCASIONS, Registered, Text
from expertpool.notifications.queries.attempts import callback_token
from expertpool.notifications.queries.messages import in_state, notices
from expertpool.notifications.services.delivery import deliver
from expertpool.notifications.services.templates import save_template
from tests.factories.accounts import make_user
from tests.factories.siteconfig import configure
from tests.notifications.conftest import INVITATION, NOON, WANG, send
from tests.notifications.wechat_platform import (
    AES_KEY,
    APP,
    MOMENT,
    NONCE,
    SECRET,
    TOKEN,
    Wechat,
    finished,
    signed,
    text_of,
)
from tests.notifications.wechat_platform import pushed as sealed_push

OPENID = "oABC-123_def"
OUTBOUND = Outbound(
    "20261129120000.0123456789abcdef0123456789abcdef",
    OPENID,
    "",
    "王建国：请答复。",
    registered=Registered(
        "tpl-1", (("thing1", "城南污水处理厂扩建工程设备采购及安装调试项目"), ("url", "r/AbC123"))
    ),
)


@pytest.fixture
def platform() -> Iterator[Wechat]:
    account._tokens.clear()
    with Wechat() as found:
        yield found


def of(platform: Wechat, **more: object) -> WechatAccount:
    return replace(WechatAccount(platform.url, APP, SECRET), **more)  # type: ignore[arg-type]


# --- Sending -------------------------------------------------------------------------------------


@pytest.mark.shows("OVW-08")
def test_it_gets_what_wechatpy_would_send(platform: Wechat) -> None:
    result = of(platform).send(OUTBOUND)
    assert result == SendResult(SendStatus.ACCEPTED, provider_id="200163837")
    theirs = WeChatClient(APP, SECRET, access_token=platform.token)
    theirs.API_BASE_URL = f"{platform.url}/cgi-bin/"
    link = f"{settings.SITE_URL}/r/AbC123"
    theirs.message.send_template(
        OPENID, "tpl-1", {"thing1": {"value": "城南污水处理厂扩建工程设备采购及安装调…"}}, url=link
    )
    ours, reference = platform.taken
    assert ours.pop("client_msg_id") == "0123456789abcdef0123456789abcdef"
    assert ours == {name: it for name, it in reference.items() if it is not None}
    assert platform.paths.count("/cgi-bin/stable_token") == 1


def test_messages_to_which_somebody_subscribed_go_their_own_way(platform: Wechat) -> None:
    assert of(platform, is_template=False).send(OUTBOUND).status is SendStatus.ACCEPTED
    assert platform.paths[-1] == "/cgi-bin/message/subscribe/bizsend"
    assert platform.taken[0]["page"] == f"{settings.SITE_URL}/r/AbC123"
    assert "url" not in platform.taken[0]


def test_a_token_that_ended_before_its_time_is_asked_for_once(platform: Wechat) -> None:
    """First the same one is given; only that it is forced brings another."""
    ours = of(platform)
    assert ours.send(OUTBOUND).status is SendStatus.ACCEPTED
    platform.tokens += 1  # somebody else forced a new one
    assert ours.send(OUTBOUND).status is SendStatus.ACCEPTED
    assert platform.forced == [False, False]
    platform.error = {"errcode": 42001}
    assert ours.send(OUTBOUND).status is SendStatus.DOWN
    assert platform.forced == [False, False, False, True]


def test_what_another_service_answers_is_no_success(platform: Wechat) -> None:
    """An answer without a verdict was a message that had gone out."""
    platform.error = {"code": 1, "msg": "no such page"}
    assert of(platform).send(OUTBOUND).status is SendStatus.UNKNOWN


def test_without_a_token_nothing_was_sent(platform: Wechat) -> None:
    result = of(platform, secret="another").send(OUTBOUND)
    assert result.status is SendStatus.DOWN
    assert "AppSecret 不对" in result.detail
    gone = of(platform, endpoint="http://127.0.0.1:9").send(OUTBOUND)
    assert gone == SendResult(
        SendStatus.DOWN, detail="连接微信服务号接口失败，请核对接口地址和网络。"
    )
    assert of(platform).send(replace(OUTBOUND, registered=None)).status is SendStatus.REJECTED
    assert platform.taken == []


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (0, SendStatus.ACCEPTED),
        (43004, SendStatus.REJECTED),
        (43101, SendStatus.REJECTED),
        (45009, SendStatus.DOWN),
        (40164, SendStatus.DOWN),
        (-1, SendStatus.RETRY),
        (99999, SendStatus.REJECTED),
    ],
)
def test_what_a_code_means(code: int, status: SendStatus) -> None:
    assert result_of(code, "1").status is status


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("thing1", "一" * 20, "一" * 20),
        ("thing1", "一" * 21, "一" * 19 + "…"),
        ("time3", "2026-12-01 09:00", "2026年12月01日 09:00"),
        ("character_string4", "Y483100", "Y483100"),
        ("phrase5", "同意\n参加呀", "同意 参…"),
        ("first", "很长" * 30, "很长" * 30),
    ],
)
def test_a_value_is_cut_to_what_its_field_takes(name: str, value: str, expected: str) -> None:
    assert shown(name, value) == expected


def test_who_stands_behind_a_code(platform: Wechat) -> None:
    assert of(platform).openid_of("code-of-oXYZ") == "oXYZ"
    assert of(platform).openid_of("another") == ""
    with pytest.raises(NotHandedIn):
        of(platform, endpoint="http://127.0.0.1:9").openid_of("code-of-oXYZ")


@pytest.mark.django_db
def test_the_trial_says_what_is_wrong(platform: Wechat) -> None:
    values = {
        wechat.ENDPOINT: platform.url,
        wechat.APP: APP,
        wechat.SECRET: SECRET,
        wechat.WAY: wechat.TEMPLATE,
        wechat.TEST: "tpl-1 thing1=测试",
    }

    def trial(address: str = OPENID, **more: str) -> str:
        typed = values | {getattr(wechat, name.upper()): it for name, it in more.items()}
        return TRIAL.run(lambda setting: typed[setting], address)  # type: ignore[index]

    assert "微信已收下" in trial()
    assert platform.taken[0]["data"] == {"thing1": {"value": "测试"}}
    for more, words in (
        ({"app": ""}, "请先填写AppID"),
        ({"test": ""}, "请先填写「测试用的模板」"),
        ({"secret": "x"}, "AppSecret 不对"),
        ({"address": "王建国"}, "OpenID不对"),
    ):
        with pytest.raises(TrialFailed, match=words):
            trial(**more)


def test_settings_that_cannot_work_are_refused() -> None:
    whole = {wechat.WAY: wechat.TEMPLATE, wechat.APP: APP, wechat.SECRET: SECRET}
    whole |= {wechat.ENDPOINT: "https://api.weixin.qq.com"}
    whole |= {wechat.TOKEN: TOKEN, wechat.AES_KEY: AES_KEY}

    def broken(**more: str) -> list[str]:
        typed = whole | {getattr(wechat, name.upper()): it for name, it in more.items()}
        found = (one.broken(lambda setting: typed[setting]) for one in wechat.CONSTRAINTS)  # type: ignore[index]
        return [one for one in found if one]

    assert broken() == []
    assert broken(way=wechat.NONE, app="", secret="") == []
    assert broken(app="") == ["请先填写AppID。"]
    assert len(broken(endpoint="http://api.example.cn")) == 1
    for more in ({"token": "两字"}, {"aes_key": "short"}, {"token": ""}):
        assert len(broken(**more)) == 1, more


# --- What it pushes ------------------------------------------------------------------------------


@pytest.fixture
def told(platform: Wechat, db: None) -> Iterator[Wechat]:
    """The account is in use, by the safe mode, and the invitation of these tests has a text for it."""
    configure(wechat.ENDPOINT, platform.url)
    configure(wechat.APP, APP)
    configure(wechat.SECRET, SECRET)
    configure(wechat.TOKEN, TOKEN)
    configure(wechat.AES_KEY, AES_KEY)
    configure(wechat.WAY, wechat.TEMPLATE)
    told = replace(INVITATION, defaults={"wechat": ("", "请答复 {{答复链接}} 。")}, secrets=())
    with OCCASIONS.holding(told, alone=True):
        text = Text("", "请答复 {{答复链接}} 。", "tpl-1", "thing1={{项目名称}}\nurl={{答复链接}}")
        save_template(
            occasion=told.code, channel="wechat", text=text, actor=make_user("admin"), now=NOON
        )
        yield platform


def push(client: Client, body: bytes, query: dict[str, str]) -> tuple[int, bytes]:
    address = f"/messages/callbacks/wechat/{callback_token('wechat')}/"
    answer = client.post(address, body, content_type="text/xml", query_params=query)
    return answer.status_code, answer.content


@pytest.mark.shows("OVW-08", "SYS-04")
def test_a_message_arrives_and_wechat_says_so(told: Wechat, client: Client) -> None:
    (message,) = send("wechat", to=replace(WANG, wechat=OPENID))
    deliver(message_id=message.pk, now=NOON)
    message.refresh_from_db()
    assert (message.state, message.provider_id) == (DeliveryState.SENT, "200163837")
    assert told.taken[0]["url"] == "https://pool.example.cn/r/AbC123" or told.taken[0]["url"]
    body, query = sealed_push(finished(200163837, "success"))
    assert push(client, body, query) == (200, b"success")
    message.refresh_from_db()
    assert message.state == DeliveryState.DELIVERED
    # Pushed again, it counts once.
    assert push(client, body, query) == (200, b"success")
    assert DeliveryEvent.objects.count() == 1


def test_who_blocked_the_account_was_not_reached(told: Wechat, client: Client) -> None:
    (message,) = send("wechat", to=replace(WANG, wechat=OPENID))
    deliver(message_id=message.pk, now=NOON)
    push(client, *sealed_push(finished(200163837, "failed:user block")))
    message.refresh_from_db()
    assert message.state == DeliveryState.FAILED
    assert "failed:user block" in message.detail
    assert Attempt.objects.get().state == "undelivered"


def test_that_somebody_has_bound_no_wechat_is_no_failure(told: Wechat) -> None:
    (message,) = send("wechat")
    assert (message.state, message.detail) == (DeliveryState.FAILED, "没有绑定微信")
    (row,) = notices([message], viewer=make_user("admin"))
    assert (row.state, row.tone, row.detail) == ("没有绑定微信", "grey", "")
    assert not Message.objects.filter(in_state(DeliveryState.FAILED)).exists()


@pytest.mark.django_db
def test_what_is_written_back_is_read(told: Wechat) -> None:
    body, query = sealed_push(text_of(OPENID, "同意 483100"))
    (said,) = pushed.read(pushed.opened(body, query, NOON), "text/xml")
    assert isinstance(said, Inbound)
    assert (said.sender, said.text, said.key) == (OPENID, "同意 483100", "1001")
    assert pushed.read(b"<xml><MsgType>event</MsgType><Event>subscribe</Event></xml>", "") == []


def test_the_address_is_known_by_its_signature(told: Wechat, client: Client) -> None:
    address = f"/messages/callbacks/wechat/{callback_token('wechat')}/"
    query = {"timestamp": MOMENT, "nonce": NONCE, "echostr": "5432"}
    good = client.get(address, {**query, "signature": signed()})
    assert (good.status_code, good.content) == (200, b"5432")
    for wrong in ("", signed(token="another"), "签名"):
        assert client.get(address, {**query, "signature": wrong}).status_code == 400


def test_what_is_not_signed_and_sealed_is_refused(told: Wechat, client: Client) -> None:
    """Altered, for another account, under another key, in clear, or no XML at all."""
    body, query = sealed_push(finished(1, "success"))
    plain = finished(1, "success").encode()
    other_key = base64.b64encode(b"x" * 32).decode().rstrip("=")
    attempts: list[tuple[bytes, dict[str, str]]] = [
        (body.replace(b"CDATA[", b"CDATA[A", 1), query),
        (body, query | {"msg_signature": signed()}),
        (body, {}),
        (plain, query),
        sealed_push(finished(1, "success"), app="wx-another"),
        sealed_push(finished(1, "success"), key=other_key),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><xml><Encrypt>&a;</Encrypt></xml>", query),
        (b"\xff", query),
        (b"<xml>" + b" " * 70_000 + b"</xml>", query),
    ]
    for content, said in attempts:
        assert push(client, content, said)[0] == 400
    assert not DeliveryEvent.objects.exists()


def test_without_the_safe_mode_the_address_is_signed_alone(told: Wechat, client: Client) -> None:
    configure(wechat.AES_KEY, "")
    plain, at = finished(5, "success").encode(), str(int(time.time()))
    query = {"timestamp": at, "nonce": NONCE, "signature": signed(at=at)}
    assert push(client, plain, query)[0] == 200
    assert push(client, plain, query)[0] == 200  # WeChat, which got no answer
    assert push(client, plain, {**query, "signature": "x"})[0] == 400
    configure(wechat.TOKEN, "")  # nothing is taken where nothing is set
    assert push(client, plain, {**query, "signature": signed(token="", at=at)})[0] == 400
    for inner in (
        "<xml><MsgType>text</MsgType></xml>",
        finished(5, "x").replace("<MsgID>5", "<MsgID>"),
    ):
        with pytest.raises(ReportUnreadable):
            pushed.read(inner.encode(), "")


def test_who_reads_a_signed_address_says_nothing_by_it(told: Wechat, client: Client) -> None:
    """Without the safe mode: what stands in the log of a proxy is used up, by a push or by the greeting, and grows old."""
    configure(wechat.AES_KEY, "")
    address = f"/messages/callbacks/wechat/{callback_token('wechat')}/"
    said, forged = (text_of(OPENID, words).encode() for words in ("在吗", "同意 483100"))

    def query(nonce: str, ago: int = 0) -> dict[str, str]:
        at = str(int(time.time()) - ago)
        return {"timestamp": at, "nonce": nonce, "signature": signed(at=at, nonce=nonce)}

    pushed_so, greeted_so = query("n1"), query("n2")
    assert push(client, said, pushed_so)[0] == 200
    assert client.get(address, {**greeted_so, "echostr": "1"}).status_code == 200
    for one in (pushed_so, greeted_so, query("n3", ago=601), query("n4", ago=-660)):
        assert push(client, forged, one)[0] == 400
    for odd in ("", "x", "9" * 30, "-1"):
        late = {"timestamp": odd, "nonce": "n", "signature": signed(at=odd, nonce="n")}
        assert push(client, forged, late)[0] == 400
    assert client.get(address, query("n5", ago=601)).status_code == 400
    assert push(client, said, query("n6", ago=590))[0] == 200


def test_no_encoding_hides_what_a_push_declares() -> None:
    """Half of the bytes of UTF-16 are nothing: the words were not found, and the entity was taken in."""
    text = (
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "Y123456">]>'
        "<xml><MsgType>text</MsgType><FromUserName>o1</FromUserName><Content>&a;</Content></xml>"
    )
    with pytest.raises(ReportUnreadable):
        pushed.read(text.encode("utf-16"), "")
