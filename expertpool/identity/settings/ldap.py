"""The directory of the office, by whose passwords its people sign in. Changed by the security administrator alone."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError

from expertpool.accounts.services.guards import SECURITY
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
from expertpool.core.validators import check_host
from expertpool.identity.enums import LDAPS, Security
from expertpool.identity.settings.oidc import unless_changed

LDAP = SettingGroup(
    "identity_ldap",
    "单位目录（LDAP）",
    order=32,
    note="用单位目录（如 Active Directory、OpenLDAP）的账号和密码登录，登录页不变",
    saved="能让人由此登录的改动一天后才算数，其余立即算数，并已告知监督人等办理确认的人和安全管理员",
    needs=SECURITY,
)
ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


def _attribute(value: str) -> None:
    if not ATTRIBUTE.fullmatch(value):
        raise ValidationError("应是属性名，只有字母、数字和短横，如 uid、sAMAccountName。")


ENABLED: Setting[bool] = Setting(
    "identity.ldap_enabled",
    "单位目录登录",
    Boolean(),
    False,
    group=LDAP,
    order=5,
    help="开启后，目录里有的单位同事用目录的密码登录；专家、申请人和安全管理员仍用本系统的密码。开启一天后生效，关闭立即生效。",
    strictest=all,
)
HOST: Setting[str] = Setting(
    "identity.ldap_host",
    "目录服务器",
    Text(200, required=False, also=check_host),
    "",
    group=LDAP,
    order=10,
    help="主机名或地址，与它证书上的相同。内网的须运维人员列入 IDENTITY_PRIVATE_HOSTS。改动后一天内不向目录核对密码。",
    strictest=unless_changed,
)
SAFETY: Setting[str] = Setting(
    "identity.ldap_security",
    "加密",
    Choice(tuple((one.value, str(one.label)) for one in Security)),
    LDAPS,
    group=LDAP,
    order=15,
    help="不加密只在目录服务器就是本机时可以。改动后一天内不向目录核对密码。",
    strictest=unless_changed,
)
PORT: Setting[int] = Setting(
    "identity.ldap_port",
    "端口",
    Number(1, 65_535),
    636,
    group=LDAP,
    order=20,
    help="ldaps 一般是 636，StartTLS 一般是 389。改动后一天内不向目录核对密码。",
    # With host and encryption one value: on one machine another port is another directory, which any account of it may open.
    strictest=unless_changed,
)
READER: Setting[str] = Setting(
    "identity.ldap_reader",
    "查找用的账号（DN）",
    Text(300, required=False),
    "",
    group=LDAP,
    order=25,
    help="只需能查找的账号，如 cn=reader,ou=system,dc=example,dc=cn。",
)
READER_PASSWORD: Setting[str] = Setting(
    "identity.ldap_reader_password",
    "查找用的密码",
    Secret(told_to=(HOST.code, PORT.code, SAFETY.code)),
    "",
    group=LDAP,
    order=30,
    help="加密保存，不再显示。",
)
BASE: Setting[str] = Setting(
    "identity.ldap_base",
    "查找的起点（DN）",
    Text(300, required=False),
    "",
    group=LDAP,
    order=35,
    help="在它下面找人和分组，如 dc=example,dc=cn。改动后一天内不向目录核对密码。",
    strictest=unless_changed,
)


def _names(
    code: str, label: str, default: str, order: int, text: str, strictest: Any = None
) -> Setting[str]:
    return Setting(
        f"identity.ldap_{code}",
        label,
        Text(60, also=_attribute),
        default,
        group=LDAP,
        order=order,
        help=text,
        strictest=strictest,
    )


LOGIN = _names(
    "login",
    "账号是哪个属性",
    "uid",
    40,
    "Active Directory 是 sAMAccountName。改动后一天内不向目录核对密码。",
    unless_changed,
)
CLASS = _names(
    "class",
    "人的对象类",
    "person",
    45,
    "只在这个对象类里找人。改动后一天内不向目录核对密码。",
    unless_changed,
)
NAME = _names("name", "姓名是哪个属性", "displayName", 50, "没有时用 cn。")
MARK = _names(
    "mark",
    "不变的标识是哪个属性",
    "entryUUID",
    55,
    "按它认人，改名、重名不影响；Active Directory 是 objectGUID。改动后一天内不向目录核对密码。",
    unless_changed,
)
MEMBER = _names(
    "member",
    "分组的成员是哪个属性",
    "member",
    60,
    "在起点下面找含有这个人的分组，连同人自己的 memberOf；对应表里写分组的全称（DN）。",
)
NESTED: Setting[bool] = Setting(
    "identity.ldap_nested",
    "分组里的分组",
    Boolean("一并计入", "不计入"),
    False,
    group=LDAP,
    order=62,
    help="一个人在甲分组、甲分组又在乙分组里的，也算乙分组的人（最多十层）。计入一天后生效，不计入立即生效。",
    strictest=all,
)
MATCH: Setting[bool] = Setting(
    "identity.ldap_match",
    "已有的同名账号改用目录的密码",
    Boolean("改用目录的密码", "不对应"),
    False,
    group=LDAP,
    order=65,
    help="第一次用目录的密码登录后固定下来，本系统的密码不再能用。改用一天后生效。",
    strictest=all,
)
CREATES: Setting[bool] = Setting(
    "identity.ldap_creates",
    "没有账号的人自动开账号",
    Boolean("自动开账号", "不放行"),
    False,
    group=LDAP,
    order=70,
    help="自动开的账号在本系统没有密码，角色只按对应表给；没有对应角色的不开。开启一天后生效。",
    strictest=all,
)
LDAP_SETTINGS = (
    *(ENABLED, HOST, SAFETY, PORT, READER, READER_PASSWORD, BASE, LOGIN, CLASS, NAME, MARK),
    *(MEMBER, NESTED, MATCH, CREATES),
)
# By whom, and by what, it is said who is who.
# What leads to another directory, or to another entry by the same name: all of these have stood for a day, or nobody is
# asked for there.
LDAP_PLACE: tuple[Setting[Any], ...] = (HOST, PORT, SAFETY, BASE, LOGIN, CLASS, MARK)
LDAP_TRUST = (
    *(ENABLED, HOST, SAFETY, PORT, BASE, LOGIN, CLASS, MARK),
    *(MEMBER, NESTED, MATCH, CREATES),
)


def _is_complete(read: Reader) -> str:
    if read(ENABLED) and not (read(HOST) and read(READER) and read(BASE)):
        return "开启单位目录登录前，请填写目录服务器、查找用的账号和查找的起点。"
    return ""


LDAP_COMPLETE = SettingConstraint(
    "identity.ldap_complete", LDAP, _is_complete, at=first_empty(HOST, READER, BASE)
)
