"""What the office decides about messages: the server that sends its mail."""

from __future__ import annotations

from expertpool.core.configuration import (
    Choice,
    Email,
    Number,
    Reader,
    Secret,
    Setting,
    SettingGroup,
    SettingRule,
    Text,
)

MAIL = SettingGroup("mail", "邮件服务器", order=20, note="不填服务器则不发邮件")

HOST = Setting(
    "notifications.mail_host",
    "服务器",
    Text(max_length=253, required=False),
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
PORT = Setting("notifications.mail_port", "端口", Number(1, 65_535), 465, group=MAIL, order=30)
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
    help="收件人看到的发件地址，多须与账号一致。",
)
SENDER_NAME = Setting(
    "notifications.mail_sender_name",
    "发件人名称",
    Text(max_length=40),
    "专家库",
    group=MAIL,
    order=70,
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

SETTINGS = (HOST, SECURITY, PORT, USER, PASSWORD, SENDER, SENDER_NAME, TIMEOUT)


def _needs_sender(read: Reader) -> str:
    return "" if read(SENDER) or not read(HOST) else "填写了服务器，还要填写发件邮箱。"


RULES = (SettingRule("notifications.mail_sender", MAIL, _needs_sender),)
