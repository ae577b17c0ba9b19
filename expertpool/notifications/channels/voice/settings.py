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
    first_empty,
)
from expertpool.notifications.channels.sms.settings import encrypted
from expertpool.notifications.enums import Charged

NONE, SIP, ALIYUN = "none", "sip", "aliyun_voice"
LABELS = {SIP: "SIP 电话线路", ALIYUN: "阿里云语音"}
_SERVER = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?", re.ASCII)
_USER = re.compile(r"[\w.+-]*", re.ASCII)

VOICE = SettingGroup(
    "voice",
    "电话通知",
    order=26,
    note="由 expertpool voice-agent 经 SIP 中继拨打，收件人按键答复；线路改动立即告知监督人和安全管理员",
    saved="含邀请的电话按「改动后邀请函等待」的时间之后拨出；线路改动由电话程序在一分钟内换用。"
    "初次选用线路的，请启动电话程序（用 expertpool run 的，重新启动它），没有运行的在「运行状况」报故障",
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
    Choice(((NONE, "不打电话"), *LABELS.items())),
    NONE,
    10,
    "选用之前，先填好下面的线路，或「阿里云语音」一组。",
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
PER_MINUTE = _setting(
    "per_minute",
    "每分钟最多拨打",
    Number(0, 6000, "次"),
    0,
    102,
    "电话线路和阿里云语音都按这个数排队；评审邀请等保密的电话与其他电话各按这个数，所以填线路或服务商限速的一半。0 为不限。",
)
PER_RECIPIENT = _setting(
    "per_recipient",
    "同一号码每小时最多",
    Number(0, 60, "次"),
    12,
    104,
    "没有打通的也算；多的自动推迟，以免打扰专家；每次评审的邀请另计。0 为不限。",
)
RECORDS = _setting(
    "records",
    "通话录音",
    Boolean("录音", "不录音"),
    True,
    110,
    "录音加密保存，随通知记录查看；接通后先告知对方。",
)

CLOUD = SettingGroup(
    "voice_aliyun",
    "阿里云语音",
    order=27,
    note="没有自己的电话线路时，由阿里云语音服务拨打（智能语音交互 IvrCall）：按报备过的语音模板播放，按 1 同意、按 2 不能参加，"
    "按一次即登记；模板编号在「通知模板」的语音一栏填写，回执推送地址在「通知渠道」页面",
    saved=VOICE.saved,
)


def _cloud(code: str, label: str, order: int, default: str = "", help: str = "") -> Setting[str]:  # noqa: A002
    kind = Text(max_length=200, required=False)
    return Setting(
        f"notifications.voice_aliyun_{code}",
        label,
        kind,
        default,
        group=CLOUD,
        order=order,
        help=help,
    )


CLOUD_ENDPOINT = _cloud(
    "endpoint",
    "接口地址",
    10,
    "https://dyvmsapi.aliyuncs.com",
    "一般不用改；专有云填写自己的接口地址。",
)
CLOUD_KEY = _cloud("key", "AccessKey ID", 20, help="建议用只有语音权限的子账号（RAM 用户）。")
CLOUD_SECRET = Setting(
    "notifications.voice_aliyun_secret",
    "AccessKey Secret",
    Secret(told_to=(CLOUD_ENDPOINT.code,)),
    "",
    group=CLOUD,
    order=30,
    help="加密保存，不再显示。",
)
CLOUD_NUMBER = _cloud("number", "外呼显示号码", 40, help="在语音服务里购买的号码。")
CLOUD_YES = _cloud(
    "yes", "按 1 后播放的模板", 50, help="报备过的语音模板编号，如 TTS_1001：告知已登记同意参加。"
)
CLOUD_NO = _cloud("no", "按 2 后播放的模板", 60, help="同上：告知已登记不能参加。")
CLOUD_TEST = _cloud(
    "test",
    "测试用的模板",
    70,
    help="用于拨打测试电话：语音模板编号，有变量的在后面写上变量和值，如 TTS_1000 name=测试。",
)
CLOUD_PRICE = Setting(
    "notifications.voice_price_aliyun",
    "每千次价格",
    Number(0, 1_000_000, "元"),
    0,
    group=CLOUD,
    order=80,
    help="用于在「通知渠道」估算费用，只算接通的；0 为不估算。",
)
LINE_PRICE = Setting(
    "notifications.voice_price_sip",
    "每千分钟价格",
    Number(0, 1_000_000, "元"),
    0,
    group=VOICE,
    order=120,
    help="用于在「通知渠道」估算费用：从接听算起，不满一分钟按一分钟；0 为不估算。",
)
PRICES = {ALIYUN: CLOUD_PRICE, SIP: LINE_PRICE}
CHARGED = {ALIYUN: Charged.ANSWERED, SIP: Charged.MINUTES}

SETTINGS = (
    *(TRUNK, SERVER, USER, LOGIN, PASSWORD, REGISTERS, OVER),
    *(LINES, RINGS, MOST, PER_MINUTE, PER_RECIPIENT, RECORDS, LINE_PRICE),
    *(CLOUD_ENDPOINT, CLOUD_KEY, CLOUD_SECRET, CLOUD_NUMBER, CLOUD_YES, CLOUD_NO),
    *(CLOUD_TEST, CLOUD_PRICE),
)
# By which whoever changes them hears what is said, and answers in place of others.
ROUTE = (
    *(TRUNK, SERVER, USER, LOGIN, OVER),
    *(CLOUD_ENDPOINT, CLOUD_KEY, CLOUD_NUMBER, CLOUD_YES, CLOUD_NO),
)


def missing_of_cloud(read: Reader) -> str:
    """Return what the cloud's account lacks, in words; empty where it has all."""
    needed = (CLOUD_ENDPOINT, CLOUD_KEY, CLOUD_SECRET, CLOUD_NUMBER, CLOUD_YES, CLOUD_NO)
    empty = [one.label for one in needed if not read(one)]
    return f"请先填写「{CLOUD.label}」的{'、'.join(empty)}。" if empty else ""


def _needs_its_line(read: Reader) -> str:
    if read(TRUNK) == NONE:
        return ""
    if read(TRUNK) == ALIYUN:
        return missing_of_cloud(read)
    empty = [one.label for one in (SERVER, USER) if not read(one)]
    return f"请先填写{'、'.join(empty)}。" if empty else ""


def _lacking(read: Reader) -> Setting[str] | None:
    return None if read(TRUNK) == ALIYUN else first_empty(SERVER, USER)(read)


def _well_formed(read: Reader) -> str:
    if read(SERVER) and not _SERVER.fullmatch(read(SERVER)):
        return f"{SERVER.label}应是主机名或 IP 地址，需要时带端口，如 10.8.0.5:5060。"
    return ""


def _named_oddly(read: Reader) -> Setting[str] | None:
    return next((one for one in (USER, LOGIN) if not _USER.fullmatch(read(one))), None)


def _named_well(read: Reader) -> str:
    odd = [one.label for one in (USER, LOGIN) if not _USER.fullmatch(read(one))]
    return f"{'、'.join(odd)}只能有字母、数字和 . _ + -。" if odd else ""


CONSTRAINTS = (
    SettingConstraint(
        "notifications.voice_line", VOICE, _needs_its_line, others=(CLOUD,), at=_lacking
    ),
    encrypted(CLOUD_ENDPOINT),
    SettingConstraint("notifications.voice_formed", VOICE, _well_formed, at=SERVER),
    SettingConstraint("notifications.voice_named", VOICE, _named_well, at=_named_oddly),
)
