"""By which service account messages go to WeChat, and what it is known by."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings

from expertpool.core.configuration import (
    Choice,
    Number,
    Reader,
    Secret,
    Setting,
    SettingConstraint,
    SettingGroup,
    Text,
)
from expertpool.notifications.channels.sms.settings import encrypted

PROVIDER = "wechat"
LABELS = {PROVIDER: "微信服务号"}
NONE, TEMPLATE, SUBSCRIBE, LOOPBACK = "none", "template", "subscribe", "loopback"
_TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")
_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")

WECHAT = SettingGroup(
    "wechat",
    "微信服务号",
    order=28,
    note="向关注了服务号、并在「我的账号」绑定了微信的专家发送；须是已认证的服务号，本机出口 IP 已加入它的白名单。"
    "模板编号在「通知模板」的微信一栏填写；改动立即告知监督人和安全管理员",
    saved="含邀请的微信按「改动后邀请函等待」的时间之后发出；其他立即生效",
)


def _setting(code: str, label: str, kind: Any, default: Any, order: int, help: str) -> Setting[Any]:  # noqa: A002 - as Setting has it
    return Setting(
        f"notifications.wechat_{code}", label, kind, default, group=WECHAT, order=order, help=help
    )


WAY = _setting(
    "way",
    "发送方式",
    Choice(
        (
            (NONE, "不用微信"),
            (TEMPLATE, "模板消息"),
            (SUBSCRIBE, "订阅通知"),
            (LOOPBACK, "演示（不连接微信，消息只显示在发件箱）"),
        )
    ),
    NONE,
    10,
    "服务号开通了哪一种就选哪一种；选用之前，先填好下面各项并发送测试消息。",
)
ENDPOINT = _setting(
    "endpoint",
    "接口地址",
    Text(max_length=200, required=False),
    "https://api.weixin.qq.com",
    20,
    "一般不用改；经过代理的填写代理的地址。",
)
APP = _setting(
    "app",
    "AppID",
    Text(max_length=32, required=False),
    "",
    30,
    "服务号的开发者 ID，在公众平台「设置与开发」中；换了服务号，专家须重新绑定。",
)
SECRET = _setting(
    "secret", "AppSecret", Secret(told_to=(ENDPOINT.code,)), "", 40, "加密保存，不再显示。"
)
TOKEN = _setting(
    "token",
    "消息推送的 Token",
    Secret(),
    "",
    50,
    "与公众平台「服务器配置」中填的相同；服务器地址在「通知渠道」页面。不收送达结果和回复的留空。",
)
AES_KEY = _setting(
    "aes_key",
    "EncodingAESKey",
    Secret(),
    "",
    60,
    "43 位；填写后只收安全模式（加密）的推送，建议使用。",
)
PER_MINUTE = _setting(
    "per_minute",
    "每分钟最多发送",
    Number(0, 60_000, "条"),
    0,
    62,
    "多的自动排队；评审邀请等保密的微信与其他微信各按这个数排队，所以填接口限额的一半。0 为不限。",
)
PER_RECIPIENT = _setting(
    "per_recipient",
    "同一人每小时最多",
    Number(0, 1000, "条"),
    20,
    64,
    "多的自动推迟，以免打扰专家；每次评审的邀请另计。0 为不限。",
)
TEST = _setting(
    "test",
    "测试用的模板",
    Text(max_length=200, required=False),
    "",
    70,
    "用于发送测试消息：模板编号，后面写上变量和值，如 AbC-123 thing1=测试。",
)

SETTINGS: tuple[Setting[Any], ...] = (
    *(WAY, ENDPOINT, APP, SECRET, TOKEN, AES_KEY),
    *(PER_MINUTE, PER_RECIPIENT, TEST),
)
# By which whoever changes them reads what is sent; and answers in place of others.
ROUTE = (WAY, ENDPOINT, APP, TOKEN, AES_KEY)


def missing(read: Reader) -> str:
    """Return what the account lacks, in words; empty where it has all."""
    empty = [one.label for one in (ENDPOINT, APP, SECRET) if not read(one)]
    return f"请先填写{'、'.join(empty)}。" if empty else ""


def _needs_its_own(read: Reader) -> str:
    if read(WAY) == LOOPBACK:
        return "" if settings.DEV_PAGES else "「演示」只能在演示和开发环境选用。"
    return "" if read(WAY) == NONE else missing(read)


def _well_formed(read: Reader) -> str:
    if read(TOKEN) and not _TOKEN.fullmatch(read(TOKEN)):
        return f"{TOKEN.label}应是 3 至 32 位英文字母或数字。"
    if read(AES_KEY) and not read(TOKEN):
        return f"填写了{AES_KEY.label}，还要填写{TOKEN.label}。"
    return ""


def _key_well_formed(read: Reader) -> str:
    if read(AES_KEY) and not _AES_KEY.fullmatch(read(AES_KEY)):
        return f"{AES_KEY.label}应是 43 位英文字母或数字。"
    return ""


CONSTRAINTS = (
    SettingConstraint("notifications.wechat_account", WECHAT, _needs_its_own, at=WAY),
    encrypted(ENDPOINT),
    SettingConstraint("notifications.wechat_formed", WECHAT, _well_formed, at=TOKEN),
    SettingConstraint("notifications.wechat_key", WECHAT, _key_well_formed, at=AES_KEY),
)
