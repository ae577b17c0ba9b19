"""The server that sends the mail."""

from __future__ import annotations

from ipaddress import ip_address

from expertpool.core.configuration import (
    Boolean,
    Choice,
    Email,
    Number,
    Reader,
    Secret,
    Setting,
    SettingConstraint,
    SettingGroup,
    Text,
)
from expertpool.core.validators import check_host

MAIL = SettingGroup(
    "mail",
    "邮件服务器",
    order=20,
    note="不填服务器则不发邮件；改动服务器、端口、加密方式、账号或发件邮箱，立即告知监督人和安全管理员",
    saved="改动服务器、端口、加密方式、账号或发件邮箱的，含链接、验证码的邮件按「改动后邀请函等待」的时间之后发出；其他立即生效",
)

HOST = Setting(
    "notifications.mail_host",
    "服务器",
    Text(max_length=253, required=False, also=check_host),
    "",
    group=MAIL,
    order=10,
    help="发信（SMTP）服务器的主机名，如 smtp.example.cn。",
)
SECURITY = Setting(
    "notifications.mail_security",
    "加密方式",
    Choice(
        (
            ("ssl", "SSL/TLS（多为 465 端口）"),
            ("starttls", "STARTTLS（多为 587 端口）"),
            ("none", "不加密"),
        )
    ),
    "ssl",
    group=MAIL,
    order=20,
    help="按邮件服务商的说明选择。",
)
PORT = Setting(
    "notifications.mail_port",
    "端口",
    Number(1, 65_535),
    465,
    group=MAIL,
    order=30,
    help="按邮件服务商的说明填写，与上面的加密方式对应：SSL 多为 465，STARTTLS 多为 587。",
)
USER = Setting(
    "notifications.mail_user",
    "账号",
    Text(max_length=254, required=False),
    "",
    group=MAIL,
    order=40,
    help="多为完整的邮箱地址；不需要登录的服务器留空。",
)
PASSWORD = Setting(
    "notifications.mail_password",
    "密码",
    Secret(told_to=(HOST.code, SECURITY.code, PORT.code)),
    "",
    group=MAIL,
    order=50,
    help="有的服务商要求使用「授权码」。加密保存，不再显示。",
)
SENDER = Setting(
    "notifications.mail_sender",
    "发件邮箱",
    Email(),
    "",
    group=MAIL,
    order=60,
    help="收件人看到的发件地址，多须与账号一致；退信也到这里，内附原来的邮件。",
)
SENDER_NAME = Setting(
    "notifications.mail_sender_name",
    "发件人名称",
    Text(max_length=40),
    "专家库",
    group=MAIL,
    order=70,
    help="收件人看到的发件人名字。",
)
TIMEOUT = Setting(
    "notifications.mail_timeout",
    "等待服务器",
    Number(2, 60, "秒"),
    20,
    group=MAIL,
    order=80,
    help="服务器这么久没有答复，就过一会儿再试。",
)

PLAIN = Setting(
    "notifications.mail_plain",
    "允许不加密发往别的主机",
    Boolean(),
    default=False,
    group=MAIL,
    order=25,
    help="不加密时，邮件内容、链接和密码在网络上可被他人读取；只有内网中转服务器确实不支持加密时才勾选。",
)
PER_MINUTE = Setting(
    "notifications.mail_per_minute",
    "每分钟最多发送",
    Number(0, 60_000, "封"),
    0,
    group=MAIL,
    order=90,
    help="多的自动排队；评审邀请等保密的邮件与其他邮件各按这个数排队，所以填服务商限速的一半。0 为不限。",
)
SETTINGS = (
    *(HOST, SECURITY, PLAIN, PORT, USER, PASSWORD),
    *(SENDER, SENDER_NAME, TIMEOUT, PER_MINUTE),
)
# By which whoever changes them reads what is sent: what comes back goes to the sender, with all that was in it.
ROUTE = (HOST, PORT, SECURITY, USER, SENDER)


def _needs_sender(read: Reader) -> str:
    return "" if read(SENDER) or not read(HOST) else "填写了服务器，还要填写发件邮箱。"


def _needs_encryption(read: Reader) -> str:
    if not read(HOST) or read(SECURITY) != "none" or read(PLAIN) or is_this_machine(read(HOST)):
        return ""
    return f"不加密发往「{read(HOST)}」，邮件和密码可被他人读取：请选 SSL/TLS 或 STARTTLS；确需如此，请勾选「{PLAIN.label}」。"


def is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


CONSTRAINTS = (
    SettingConstraint("notifications.mail_sender", MAIL, _needs_sender, at=SENDER),
    SettingConstraint("notifications.mail_plain", MAIL, _needs_encryption, at=SECURITY),
)
