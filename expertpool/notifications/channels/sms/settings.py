"""Who sends the short messages, and what he knows us by."""

from __future__ import annotations

import re
from typing import Any

import httpx
from django.conf import settings
from django.core.exceptions import ValidationError

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
    TrialFailed,
)
from expertpool.core.validators import check_host
from expertpool.notifications.channels.sms.encoding import AUTO, GBK, UTF8
from expertpool.notifications.occasions import Registered

THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}
IN_HEADER = "header:"
# Of others than secrets some lead a request to another site, end it before its content, or change what is answered.
_SECRET_HEADER = re.compile(
    r"(?=.*(auth|key|token|secret|pass|sign|cred|ticket))[a-z0-9_-]+", re.IGNORECASE
)
_PLAIN = re.compile(r"[ -~]*")
NOT_PLAIN = "放在请求头里的密钥只能用英文字母、数字和英文符号，请切换到英文输入法后重新填写。"
_HOST = re.compile(r"[\w.-]+|[0-9a-f:]+")
ALIYUN, TENCENT, GATEWAY, SMPP = "aliyun", "tencent", "gateway", "smpp"

SMS = SettingGroup(
    "sms",
    "短信服务商",
    order=21,
    note="先在下面填好所用服务商的一组并发送测试短信，再在这里选用；改动立即告知监督人和安全管理员",
    saved="含链接、验证码的短信按「改动后邀请函等待」的时间之后发出；其他立即生效",
)
_CLOUD_NOTE = "短信按报备过的模板发出：签名和模板须已审核通过，模板编号在「通知模板」的短信一栏填写"
ALIYUN_SMS = SettingGroup("sms_aliyun", "阿里云短信", order=22, note=_CLOUD_NOTE, saved=SMS.saved)
TENCENT_SMS = SettingGroup("sms_tencent", "腾讯云短信", order=23, note=_CLOUD_NOTE, saved=SMS.saved)
GATEWAY_SMS = SettingGroup(
    "sms_gateway",
    "HTTP 短信网关",
    order=24,
    note="运营商云 MAS、集团短信平台等：每条短信向它的网址提交一次（POST）",
    saved=SMS.saved,
)
GATEWAY_REPORTS = SettingGroup(
    "sms_reports",
    "HTTP 短信网关：状态回执和上行短信",
    order=25,
    note="平台把每条短信送没送到、收件人回复了什么推送给本系统；推送地址在「通知渠道」页面",
)

SMPP_SMS = SettingGroup(
    "sms_smpp",
    "SMPP 短信网关",
    order=26,
    note="运营商或集成商的直连网关（SMPP 3.4）：回执和上行短信从同一条线路收，不用另设推送",
    saved=SMS.saved,
)

PROVIDER_LABELS = (
    (ALIYUN, "阿里云短信"),
    (TENCENT, "腾讯云短信"),
    (GATEWAY, "HTTP 短信网关"),
    (SMPP, "SMPP 短信网关"),
)
PROVIDER = Setting(
    "notifications.sms_provider",
    "使用的服务商",
    Choice((("none", "不发短信"), *PROVIDER_LABELS)),
    "none",
    group=SMS,
    help="短信由谁发出；选用之前，先填好它的一组设置。",
)
BY_CODE, BY_EXTENSION = "code", "extension"
REPLIES = Setting(
    "notifications.sms_replies",
    "短信回复",
    Choice(
        (
            ("none", "不收回复"),
            (BY_CODE, "回复字母加 6 位回复码，如 Y483100"),
            (BY_EXTENSION, "直接回复 Y 或 N（服务商支持 6 位扩展码）"),
        )
    ),
    "none",
    group=SMS,
    order=20,
    help="评审邀请能否直接回复短信；服务商须已开通上行短信，并把它推送到「通知渠道」页面的地址。",
)


PER_MINUTE = Setting(
    "notifications.sms_per_minute",
    "每分钟最多发送",
    Number(0, 60_000, "条"),
    0,
    group=SMS,
    order=30,
    help="多的自动排队；评审邀请等保密的短信与其他短信各按这个数排队，所以填服务商限速的一半。0 为不限。",
)
PER_RECIPIENT = Setting(
    "notifications.sms_per_recipient",
    "同一手机号每小时最多",
    Number(0, 1000, "条"),
    20,
    group=SMS,
    order=40,
    help="多的自动推迟，以免打扰专家、被服务商拦截；每次评审的邀请另计。0 为不限。",
)


def _text(
    code: str, label: str, group: SettingGroup, order: int, default: str = "", **more: Any
) -> Setting[str]:
    kind = Text(max_length=more.pop("max_length", 200), required=False, also=more.pop("also", None))
    return Setting(
        f"notifications.sms_{code}", label, kind, default, group=group, order=order, **more
    )


def _check_prefix(value: str) -> None:
    if not (value.isascii() and value.isdigit()):
        raise ValidationError("只能是数字，如 86；网关不要求的留空。")


_ENDPOINT_HELP = "一般不用改；专有云填写自己的接口地址。"
_TEST_HELP = "用于发送测试短信：模板编号，有变量的在后面写上变量和值，如 SMS_123456 code=1234。"

ALIYUN_ENDPOINT = _text(
    "aliyun_endpoint",
    "接口地址",
    ALIYUN_SMS,
    10,
    "https://dysmsapi.aliyuncs.com",
    help=_ENDPOINT_HELP,
)
ALIYUN_KEY = _text(
    "aliyun_key", "AccessKey ID", ALIYUN_SMS, 20, help="建议用只有短信权限的子账号（RAM 用户）。"
)
ALIYUN_SECRET = Setting(
    "notifications.sms_aliyun_secret",
    "AccessKey Secret",
    Secret(told_to=(ALIYUN_ENDPOINT.code,)),
    "",
    group=ALIYUN_SMS,
    order=30,
    help="加密保存，不再显示。",
)
ALIYUN_SIGN = _text(
    "aliyun_sign", "短信签名", ALIYUN_SMS, 40, help="审核通过的签名，不带【】，如 省采购中心。"
)
ALIYUN_TEST = _text("aliyun_test", "测试模板", ALIYUN_SMS, 50, help=_TEST_HELP)

TENCENT_ENDPOINT = _text(
    "tencent_endpoint",
    "接口地址",
    TENCENT_SMS,
    10,
    "https://sms.tencentcloudapi.com",
    help=_ENDPOINT_HELP,
)
TENCENT_KEY = _text("tencent_key", "SecretId", TENCENT_SMS, 20, help="建议用只有短信权限的子账号。")
TENCENT_SECRET = Setting(
    "notifications.sms_tencent_secret",
    "SecretKey",
    Secret(told_to=(TENCENT_ENDPOINT.code,)),
    "",
    group=TENCENT_SMS,
    order=30,
    help="加密保存，不再显示。",
)
TENCENT_APP = _text(
    "tencent_app", "SdkAppId", TENCENT_SMS, 40, help="短信应用的编号，如 1400006666。"
)
TENCENT_SIGN = _text("tencent_sign", "短信签名", TENCENT_SMS, 50, help="审核通过的签名，不带【】。")
TENCENT_REGION = _text(
    "tencent_region", "地域", TENCENT_SMS, 60, "ap-guangzhou", help="一般不用改。"
)
TENCENT_TEST = _text(
    "tencent_test",
    "测试模板",
    TENCENT_SMS,
    70,
    help="用于发送测试短信：模板编号，有变量的按顺序写在后面，如 1234567 1234 5。",
)

GATEWAY_URL = _text(
    "gateway_url", "网址", GATEWAY_SMS, 10, max_length=500, help="短信平台的提交地址，https 开头。"
)
GATEWAY_FORMAT = Setting(
    "notifications.sms_gateway_format",
    "提交格式",
    Choice((("json", "JSON"), ("form", "表单"))),
    "json",
    group=GATEWAY_SMS,
    order=20,
    help="按平台的接口说明选择。",
)
GATEWAY_ENCODING = Setting(
    "notifications.sms_gateway_encoding",
    "编码",
    Choice(((AUTO, "自动（按 UTF-8 提交）"), (UTF8, "UTF-8"), (GBK, "GBK"))),
    AUTO,
    group=GATEWAY_SMS,
    order=25,
    help="平台只收 GBK（GB2312）的选 GBK。它的答复、推送的回执和回复，「自动」按它写明的编码读，没有写明的按内容判断。",
)
GATEWAY_PHONE = _text(
    "gateway_phone",
    "手机号字段",
    GATEWAY_SMS,
    30,
    "mobile",
    help="平台的接口说明中手机号的参数名。",
)
GATEWAY_TEXT = _text(
    "gateway_text",
    "内容字段",
    GATEWAY_SMS,
    40,
    "content",
    help="平台的接口说明中短信内容的参数名。",
)
GATEWAY_REFERENCE = _text(
    "gateway_reference",
    "流水号字段",
    GATEWAY_SMS,
    50,
    help="平台按它去重、回传状态；没有这个字段的留空。",
)
GATEWAY_FIELDS = _text(
    "gateway_fields",
    "固定字段",
    GATEWAY_SMS,
    60,
    max_length=500,
    help="每次都要带的字段，空格分开，如 account=zjk ext=01。",
)
GATEWAY_SECRET_NAME = _text(
    "gateway_secret_name",
    "密钥字段",
    GATEWAY_SMS,
    70,
    help="平台要求的密码或密钥字段的名称；以 header: 开头的放在请求头，如 header:Authorization。",
)
GATEWAY_SECRET = Setting(
    "notifications.sms_gateway_secret",
    "密钥",
    Secret(told_to=(GATEWAY_URL.code,)),
    "",
    group=GATEWAY_SMS,
    order=80,
    help="加密保存，不再显示。",
)
GATEWAY_EXTENSION = _text(
    "gateway_extension",
    "扩展码字段",
    GATEWAY_SMS,
    85,
    help="按扩展码收回复时，平台要求的扩展码的参数名，如 extno；不用的留空。",
)
GATEWAY_SUCCESS = _text(
    "gateway_success",
    "成功标志",
    GATEWAY_SMS,
    90,
    help='答复中含有这段内容才算收下，如 "code":0（空格多少不影响）；留空则只看 HTTP 状态，答复是网页的不算收下。',
)
GATEWAY_ID = _text(
    "gateway_id",
    "编号字段",
    GATEWAY_SMS,
    100,
    help="JSON 答复中短信编号所在的字段，如 data.msgid；状态回执按它对应。",
)

REPORT_STATUS = _text(
    "report_status",
    "状态字段",
    GATEWAY_REPORTS,
    10,
    help="状态的参数名，如 status；不收回执的留空。",
)
REPORT_DELIVERED = _text(
    "report_delivered",
    "送达的值",
    GATEWAY_REPORTS,
    20,
    "DELIVRD",
    help="状态为这些值时算送达，空格分开，如 DELIVRD 0；其他值算未送达。",
)
REPORT_WAITING = _text(
    "report_waiting",
    "在途的值",
    GATEWAY_REPORTS,
    30,
    "ACCEPTD ENROUTE",
    help="状态为这些值时还没有结果，空格分开。",
)
REPORT_ID = _text(
    "report_id",
    "编号字段",
    GATEWAY_REPORTS,
    40,
    help="回执中短信编号的参数名，与提交时「编号字段」取得的编号对应。",
)
REPORT_REFERENCE = _text(
    "report_reference",
    "流水号字段",
    GATEWAY_REPORTS,
    50,
    help="回执中本系统流水号的参数名；与编号字段至少填一个。",
)
REPORT_TIME = _text(
    "report_time",
    "时间字段",
    GATEWAY_REPORTS,
    60,
    help="回执中送达时间的参数名，如 2026-12-01 09:00:00；留空则按收到回执的时间。",
)
REPLY_TEXT = _text(
    "reply_text",
    "上行的内容字段",
    GATEWAY_REPORTS,
    80,
    help="收件人回复的文字的参数名，如 content；不收回复的留空。",
)
REPLY_PHONE = _text(
    "reply_phone", "上行的手机号字段", GATEWAY_REPORTS, 90, "mobile", help="谁回复的。"
)
REPLY_TO = _text(
    "reply_to",
    "上行的接收号码字段",
    GATEWAY_REPORTS,
    100,
    help="回复发到的号码或扩展码的参数名，按扩展码区分邀请时填写。",
)
REPLY_ID = _text(
    "reply_id",
    "上行的编号字段",
    GATEWAY_REPORTS,
    110,
    help="这条上行短信的编号，平台重复推送时按它只算一次；没有的留空。",
)
REPORT_ANSWER = _text(
    "report_answer",
    "答复内容",
    GATEWAY_REPORTS,
    70,
    '{"code":0}',
    help="收下推送后答复平台的文字，按它的接口说明填写，否则它会重复推送。",
)

SMPP_HOST = _text("smpp_host", "服务器", SMPP_SMS, 10, also=check_host, help="网关的主机名或地址。")
SMPP_PORT = Setting(
    "notifications.sms_smpp_port",
    "端口",
    Number(1, 65_535),
    2775,
    group=SMPP_SMS,
    order=20,
    help="多为 2775；加密的多为 3550。",
)
SMPP_TLS = Setting(
    "notifications.sms_smpp_tls",
    "加密（TLS）",
    Boolean(),
    default=True,
    group=SMPP_SMS,
    order=30,
    help="网关支持的都应加密。",
)
SMPP_PLAIN = Setting(
    "notifications.sms_smpp_plain",
    "允许不加密",
    Boolean(),
    default=False,
    group=SMPP_SMS,
    order=35,
    help="不加密时，手机号、短信内容和密码在网络上可被他人读取；只有专线或 VPN 到网关时才勾选。",
)
SMPP_ID = _text("smpp_id", "账号（system_id）", SMPP_SMS, 40, max_length=15, help="网关给的账号。")
SMPP_PASSWORD = Setting(
    "notifications.sms_smpp_password",
    "密码",
    Secret(told_to=("notifications.sms_smpp_host", SMPP_PORT.code, SMPP_TLS.code)),
    "",
    group=SMPP_SMS,
    order=50,
    help="SMPP 的密码最多 8 个字符。加密保存，不再显示。",
)
SMPP_TYPE = _text(
    "smpp_type",
    "系统类型（system_type）",
    SMPP_SMS,
    60,
    max_length=12,
    help="网关没有要求的留空。",
)
SMPP_SOURCE = _text(
    "smpp_source",
    "主叫号码",
    SMPP_SMS,
    70,
    max_length=14,
    help="收件人看到的号码（接入号），如 106912345；按扩展码收回复的，后面接 6 位扩展码。",
)
SMPP_PREFIX = _text(
    "smpp_prefix",
    "手机号前缀",
    SMPP_SMS,
    80,
    max_length=4,
    also=_check_prefix,
    help="网关要求手机号前加国家码的填 86；不要求的留空。",
)

# What a thousand messages cost with each.
PRICES: dict[str, Setting[int]] = {
    provider: Setting(
        f"notifications.sms_price_{provider}",
        "每千条价格",
        Number(0, 100_000, "元"),
        0,
        group=group,
        order=200,
        help="用于在「通知渠道」估算费用；0 为不估算。",
    )
    for provider, group in (
        (ALIYUN, ALIYUN_SMS),
        (TENCENT, TENCENT_SMS),
        (GATEWAY, GATEWAY_SMS),
        (SMPP, SMPP_SMS),
    )
}

SETTINGS: tuple[Setting[Any], ...] = (
    *(PROVIDER, REPLIES, PER_MINUTE, PER_RECIPIENT),
    *(ALIYUN_ENDPOINT, ALIYUN_KEY, ALIYUN_SECRET, ALIYUN_SIGN, ALIYUN_TEST),
    *(TENCENT_ENDPOINT, TENCENT_KEY, TENCENT_SECRET, TENCENT_APP, TENCENT_SIGN),
    *(TENCENT_REGION, TENCENT_TEST),
    *(
        GATEWAY_URL,
        GATEWAY_FORMAT,
        GATEWAY_ENCODING,
        GATEWAY_PHONE,
        GATEWAY_TEXT,
        GATEWAY_REFERENCE,
    ),
    *(GATEWAY_FIELDS, GATEWAY_SECRET_NAME, GATEWAY_SECRET, GATEWAY_SUCCESS, GATEWAY_ID),
    *(REPORT_STATUS, REPORT_DELIVERED, REPORT_WAITING, REPORT_ID, REPORT_REFERENCE),
    *(REPORT_TIME, REPLY_TEXT, REPLY_PHONE, REPLY_TO, REPLY_ID, REPORT_ANSWER),
    GATEWAY_EXTENSION,
    *(SMPP_HOST, SMPP_PORT, SMPP_TLS, SMPP_PLAIN, SMPP_ID, SMPP_PASSWORD, SMPP_TYPE),
    *(SMPP_SOURCE, SMPP_PREFIX),
    *PRICES.values(),
)
# By which whoever changes them reads what is sent: who sends, by whose account, under which address.
ROUTE = (
    *(PROVIDER, ALIYUN_ENDPOINT, ALIYUN_KEY, TENCENT_ENDPOINT, TENCENT_KEY, TENCENT_APP),
    *(GATEWAY_URL, GATEWAY_PHONE, GATEWAY_TEXT, GATEWAY_REFERENCE, GATEWAY_FIELDS),
    # A field of the platform may name whoever gets a copy, whatever it is called here.
    *(GATEWAY_SECRET_NAME, GATEWAY_SECRET, GATEWAY_EXTENSION),
    # Whose number is answered gets the answers; the type is part of the account.
    *(SMPP_HOST, SMPP_PORT, SMPP_TLS, SMPP_ID, SMPP_TYPE, SMPP_SOURCE, SMPP_PREFIX),
)

_NEEDED: dict[str, tuple[Setting[str], ...]] = {
    ALIYUN: (ALIYUN_ENDPOINT, ALIYUN_KEY, ALIYUN_SECRET, ALIYUN_SIGN),
    TENCENT: (TENCENT_ENDPOINT, TENCENT_KEY, TENCENT_SECRET, TENCENT_APP, TENCENT_SIGN),
    GATEWAY: (GATEWAY_URL, GATEWAY_PHONE, GATEWAY_TEXT),
    SMPP: (SMPP_HOST, SMPP_ID, SMPP_PASSWORD, SMPP_SOURCE),
}
# What the gateway of an office has to be asked for, and has to push, that replies are read.
_READ_BY: dict[str, tuple[Setting[str], ...]] = {
    BY_CODE: (REPLY_TEXT, REPLY_PHONE),
    BY_EXTENSION: (REPLY_TEXT, REPLY_PHONE, REPLY_TO, GATEWAY_EXTENSION),
}
_GROUPS = {ALIYUN: ALIYUN_SMS, TENCENT: TENCENT_SMS, GATEWAY: GATEWAY_SMS, SMPP: SMPP_SMS}


def missing(provider: str, read: Reader) -> str:
    """Return what ``provider`` lacks, in words; empty where it has all."""
    empty = [one.label for one in _NEEDED[provider] if not read(one)]
    return f"请先填写「{_GROUPS[provider].label}」的{'、'.join(empty)}。" if empty else ""


def _needs_its_own(read: Reader) -> str:
    provider = read(PROVIDER)
    return "" if provider == "none" else missing(provider, read)


def unread_replies(read: Reader) -> str:
    """Return why nobody reads what people write back, though it is wanted; empty where it is read. A letter that asks for a reply
    which nobody reads takes the seat from whoever replied."""
    way = read(REPLIES)
    if read(PROVIDER) != GATEWAY or way not in _READ_BY:
        return ""
    empty = [one for one in _READ_BY[way] if not read(one)]
    if not empty:
        return ""
    named = "、".join(f"「{one.group.label}」的{one.label}" for one in empty)
    return f"收短信回复，请先填写{named}：否则邀请里请专家回复，回复了却读不到。"


def encrypted(setting: Setting[str]) -> SettingConstraint:
    """Return that the address in ``setting``, of a provider of any channel, is one to which messages may go."""

    def broken(read: Reader) -> str:
        return unsafe_address(setting.label, read(setting))

    return SettingConstraint(f"{setting.code}_encrypted", setting.group, broken, at=setting)


def unsafe_address(label: str, address: str) -> str:
    """Return why messages must not go to ``address`` of a provider, in words; empty where they may."""
    if not address:
        return ""
    try:
        parsed = httpx.URL(address)
        parsed.port  # noqa: B018 - refuses what is no number
    except (httpx.InvalidURL, ValueError):
        parsed = httpx.URL()
    if parsed.scheme == "https" and _HOST.fullmatch(parsed.host) and not parsed.userinfo:
        return ""
    # In development everything is on this machine.
    if settings.TRIAL and parsed.scheme == "http" and parsed.host in THIS_MACHINE:
        return ""
    return f"{label}应以 https:// 开头、写明主机名，不含账号密码：收件人的号码和通知内容不能在网络上明文传送。"


def pairs(text: str) -> list[tuple[str, str]]:
    """Return ``name=value`` pairs that blanks stand between; a word without a name has its number."""
    found = []
    for at, word in enumerate(text.split(), start=1):
        name, sign, value = word.partition("=")
        found.append((name, value) if sign else (str(at), word))
    return found


def registered_in(read: Reader, template: Setting[str]) -> Registered:
    """Return the text that a provider keeps as ``template`` names it: its number, and values behind it. Raises
    TrialFailed where nothing is written there."""
    code, _, values = read(template).partition(" ")
    if not code:
        raise TrialFailed(f"请先填写「{template.label}」。")
    return Registered(code, tuple(pairs(values)))


def _fields_twice(read: Reader) -> str:
    """A second value of one field would be sent in place of the first: to another number, say."""
    named = [read(GATEWAY_PHONE), read(GATEWAY_TEXT), read(GATEWAY_REFERENCE)]
    named.append(read(GATEWAY_EXTENSION))
    named += [read(GATEWAY_SECRET_NAME), *(name for name, _ in pairs(read(GATEWAY_FIELDS)))]
    names = [one.strip().lower() for one in named if one]
    twice = sorted({one for one in names if names.count(one) > 1})
    return f"字段名重复：{'、'.join(twice)}，每个字段只能用于一处。" if twice else ""


def is_secret_header(name: str) -> bool:
    """Tell whether a header called ``name`` is one for secrets."""
    return _SECRET_HEADER.fullmatch(name) is not None


def _header_of_its_own(read: Reader) -> str:
    name = read(GATEWAY_SECRET_NAME)
    if not name.startswith(IN_HEADER):
        return ""
    name = name.removeprefix(IN_HEADER)
    if is_secret_header(name):
        return "" if _PLAIN.fullmatch(read(GATEWAY_SECRET)) else NOT_PLAIN
    return f"「{GATEWAY_SECRET_NAME.label}」不能用请求头「{name}」，应是平台存放密钥的请求头，名称里有 auth、key、token 等字样，如 header:Authorization。"


def _report_names_its_message(read: Reader) -> str:
    if not read(REPORT_STATUS) or read(REPORT_ID) or read(REPORT_REFERENCE):
        return ""
    return f"填写了「{REPORT_STATUS.label}」，还要填写「{REPORT_ID.label}」或「{REPORT_REFERENCE.label}」。"


def _smpp_encrypted(read: Reader) -> str:
    host = read(SMPP_HOST)
    if not host or read(SMPP_TLS) or read(SMPP_PLAIN) or host in THIS_MACHINE:
        return ""
    return f"不加密发往「{host}」，手机号、短信内容和密码可被他人读取：请勾选「{SMPP_TLS.label}」；确需如此，请勾选「{SMPP_PLAIN.label}」。"


CONSTRAINTS = (
    SettingConstraint("notifications.sms_smpp_encrypted", SMPP_SMS, _smpp_encrypted, at=SMPP_TLS),
    SettingConstraint(
        "notifications.sms_provider",
        SMS,
        _needs_its_own,
        others=tuple(_GROUPS.values()),
        at=PROVIDER,
    ),
    SettingConstraint(
        "notifications.sms_replies_read",
        SMS,
        unread_replies,
        others=(GATEWAY_SMS, GATEWAY_REPORTS),
        at=REPLIES,
    ),
    *map(encrypted, (ALIYUN_ENDPOINT, TENCENT_ENDPOINT, GATEWAY_URL)),
    SettingConstraint(
        "notifications.sms_gateway_fields_apart", GATEWAY_SMS, _fields_twice, at=GATEWAY_FIELDS
    ),
    SettingConstraint(
        "notifications.sms_gateway_header", GATEWAY_SMS, _header_of_its_own, at=GATEWAY_SECRET_NAME
    ),
    SettingConstraint(
        "notifications.sms_report_named", GATEWAY_REPORTS, _report_names_its_message, at=REPORT_ID
    ),
)
