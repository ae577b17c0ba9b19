"""By which line telephones are called, and how often."""

from __future__ import annotations

import re
from typing import Any

from expertpool.core.configuration import (
    Boolean,
    Choice,
    Number,
    Reader,
    Secret,
    Setting,
    SettingConstraint,
    SettingGroup,
    Text,
)

SIP = "sip"
LABELS = {SIP: "SIP 电话线路"}
_SERVER = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?", re.ASCII)
_USER = re.compile(r"[\w.+-]*", re.ASCII)

VOICE = SettingGroup(
    "voice",
    "电话通知",
    order=26,
    note="由 expertpool voice-agent 经 SIP 中继拨打，收件人按键答复；线路改动立即告知监督人和安全管理员",
    saved="含邀请的电话按「改动后邀请函等待」的时间之后拨出；线路改动由电话程序在一分钟内换用",
)


def _text(code: str, label: str, order: int, help: str) -> Setting[str]:  # noqa: A002 - as Setting has it
    kind = Text(max_length=100, required=False)
    return Setting(
        f"notifications.voice_{code}", label, kind, "", group=VOICE, order=order, help=help
    )


def _setting(code: str, label: str, kind: Any, default: Any, order: int, help: str) -> Setting[Any]:  # noqa: A002
    return Setting(
        f"notifications.voice_{code}", label, kind, default, group=VOICE, order=order, help=help
    )


TRUNK = _setting(
    "trunk",
    "拨打方式",
    Choice((("none", "不打电话"), *LABELS.items())),
    "none",
    10,
    "选用之前，先填好下面的线路。",
)
SERVER = _text(
    "server",
    "中继地址",
    20,
    "运营商或话务系统给出的 SIP 地址，如 10.8.0.5 或 sip.example.cn:5060。",
)
USER = _text("user", "号码或用户名", 30, "用哪个号码呼出，也是登录的用户名。")
LOGIN = _text("login", "鉴权用户名", 40, "与上一项不同时填写。")
PASSWORD = Setting(
    "notifications.voice_password",
    "密码",
    Secret(told_to=(SERVER.code,)),
    "",
    group=VOICE,
    order=50,
    help="加密保存，不再显示；按地址放行的中继留空。",
)
REGISTERS = _setting(
    "registers",
    "向中继注册",
    Boolean("注册", "不注册"),
    False,
    60,
    "按地址放行的中继一般不用注册。",
)
OVER = _setting(
    "over", "传输方式", Choice((("udp", "UDP"), ("tcp", "TCP"))), "udp", 70, "按中继的要求选择。"
)
LINES = _setting(
    "lines", "同时通话数", Number(1, 60, "路"), 5, 80, "不超过中继开通的并发数；超出的排队等候。"
)
RINGS = _setting(
    "rings", "振铃时间", Number(10, 90, "秒"), 35, 90, "响铃这么久无人接听就挂断，过后再打。"
)
MOST = _setting(
    "most",
    "最多拨打",
    Number(1, 5, "次"),
    3,
    100,
    "占线、无人接听、关机等，隔几分钟到半小时再打；号码有误的不再打。",
)
RECORDS = _setting(
    "records",
    "通话录音",
    Boolean("录音", "不录音"),
    True,
    110,
    "录音加密保存，随通知记录查看；接通后先告知对方。",
)

SETTINGS = (
    *(TRUNK, SERVER, USER, LOGIN, PASSWORD, REGISTERS, OVER),
    *(LINES, RINGS, MOST, RECORDS),
)
# By which whoever changes them hears what is said, and answers in place of others.
ROUTE = (TRUNK, SERVER, USER, LOGIN, OVER)


def _needs_its_line(read: Reader) -> str:
    if read(TRUNK) == "none":
        return ""
    empty = [one.label for one in (SERVER, USER) if not read(one)]
    return f"请先填写{'、'.join(empty)}。" if empty else ""


def _well_formed(read: Reader) -> str:
    if read(SERVER) and not _SERVER.fullmatch(read(SERVER)):
        return f"{SERVER.label}应是主机名或 IP 地址，需要时带端口，如 10.8.0.5:5060。"
    odd = [one.label for one in (USER, LOGIN) if not _USER.fullmatch(read(one))]
    return f"{'、'.join(odd)}只能有字母、数字和 . _ + -。" if odd else ""


CONSTRAINTS = (
    SettingConstraint("notifications.voice_line", VOICE, _needs_its_line),
    SettingConstraint("notifications.voice_formed", VOICE, _well_formed),
)
