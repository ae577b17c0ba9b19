"""The mailbox to which letters come back."""

from __future__ import annotations

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
from expertpool.core.validators import check_host
from expertpool.notifications.channels.email.settings import is_this_machine

BOUNCES = SettingGroup(
    "mail_bounces",
    "退信邮箱",
    order=20,
    note="对方邮箱不存在、已满或拒收时，退信回到「发件邮箱」；系统每分钟到这个邮箱取退信，只读不删，别的邮件不看",
    saved="保存后一分钟内生效；能否登录，见「运行状况」的「退信邮箱」",
)

HOST = Setting(
    "notifications.bounce_host",
    "收信服务器",
    Text(max_length=253, required=False, also=check_host),
    "",
    group=BOUNCES,
    order=10,
    help="「发件邮箱」的收信（IMAP）服务器，如 imap.example.cn；不填则不取退信。",
)
SECURITY = Setting(
    "notifications.bounce_security",
    "加密方式",
    Choice((("ssl", "SSL/TLS（多为 993 端口）"), ("none", "不加密（仅限本机）"))),
    "ssl",
    group=BOUNCES,
    order=20,
    help="按邮件服务商的说明选择，与端口对应。",
)
PORT = Setting(
    "notifications.bounce_port",
    "端口",
    Number(1, 65_535),
    993,
    group=BOUNCES,
    order=30,
    help="按邮件服务商的说明填写，SSL 多为 993。",
)
USER = Setting(
    "notifications.bounce_user",
    "账号",
    Text(max_length=254, required=False),
    "",
    group=BOUNCES,
    order=40,
    help="多为「发件邮箱」的完整地址。",
)
PASSWORD = Setting(
    "notifications.bounce_password",
    "密码",
    Secret(told_to=(HOST.code, SECURITY.code, PORT.code)),
    "",
    group=BOUNCES,
    order=50,
    help="有的服务商要求使用「授权码」，并在邮箱设置中开启 IMAP。加密保存，不再显示。",
)
SETTINGS = (HOST, SECURITY, PORT, USER, PASSWORD)


def _needs_encryption(read: Reader) -> str:
    if not read(HOST) or read(SECURITY) != "none" or is_this_machine(read(HOST)):
        return ""
    return f"不加密连到「{read(HOST)}」，密码可被他人读取：请选 SSL/TLS。"


def _needs_account(read: Reader) -> str:
    return "" if read(USER) or not read(HOST) else "填写了收信服务器，还要填写账号和密码。"


CONSTRAINTS = (
    SettingConstraint("notifications.bounce_security", BOUNCES, _needs_encryption, at=SECURITY),
    SettingConstraint("notifications.bounce_user", BOUNCES, _needs_account, at=USER),
)
