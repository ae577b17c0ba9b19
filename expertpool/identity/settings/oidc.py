"""By whom the office lets its people be vouched for. Changed by the security administrator alone: whoever names the
provider decides who is who."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from expertpool.accounts.services.guards import SECURITY
from expertpool.core.configuration import (
    Boolean,
    Choice,
    Reader,
    Secret,
    Setting,
    SettingConstraint,
    SettingGroup,
    Text,
    first_empty,
)

OIDC = SettingGroup(
    "identity_oidc",
    "统一认证（OpenID Connect）",
    order=31,
    note="单位自己的身份平台。在它那里登记本系统时，回调地址填“统一认证”页面上写的那一个",
    saved="能让人由此登录的改动一天后才算数，其余立即算数，并已告知监督人等办理确认的人和安全管理员",
    needs=SECURITY,
)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_plain_elsewhere(url: str) -> bool:
    """Tell whether ``url`` is neither https nor on this machine: what goes there can be read on its way."""
    parts = urlsplit(url)
    return parts.scheme != "https" and (parts.hostname or "") not in LOOPBACK


def _issuer(value: str) -> None:
    try:
        parts = urlsplit(value)
        has_host = bool(parts.hostname)
    except ValueError as error:
        raise ValidationError("不是有效的网址，应像 https://sso.example.cn。") from error
    is_one = not re.search(r"\s", value)
    is_bare = has_host and is_one and not (parts.query or parts.fragment)
    if parts.scheme not in ("https", "http") or not is_bare:
        raise ValidationError("应像 https://sso.example.cn，不带空格、问号和井号。")
    if is_plain_elsewhere(value):
        raise ValidationError("应以 https:// 开头：明文传输的身份会被冒充。")


def unless_changed(values: Sequence[Any]) -> Any:
    """Return the one value that there was within the day; nothing where there were several. Not the earlier one: what
    was put right meanwhile would count once more (docs/decisions/0412)."""
    return values[0] if len(set(values)) == 1 else ""


def _oidc(
    code: str,
    label: str,
    kind: object,
    default: object,
    order: int,
    text: str,
    strictest: Any = None,
) -> Setting:  # type: ignore[type-arg]
    return Setting(
        f"identity.oidc_{code}",
        label,
        kind,  # type: ignore[arg-type]
        default,
        group=OIDC,
        order=order,
        help=text,
        strictest=strictest,
    )


ENABLED: Setting[bool] = _oidc(
    "enabled",
    "统一认证登录",
    Boolean(),
    False,
    5,
    "开启一天后登录页出现下面名称的按钮；关闭立即生效。",
    all,
)
LABEL: Setting[str] = _oidc(
    "label", "登录页上按钮的名称", Text(20), "统一认证登录", 10, "登录页显示，立即生效。"
)
ISSUER: Setting[str] = _oidc(
    "issuer",
    "颁发者（issuer）",
    Text(300, required=False, also=_issuer),
    "",
    15,
    "身份平台的地址，与它的发现文档里写的一字不差。内网地址须运维人员列入 IDENTITY_PRIVATE_HOSTS。改动后一天内不能从这里登录。",
    unless_changed,
)
CLIENT: Setting[str] = _oidc(
    "client",
    "客户端编号（client_id）",
    Text(200, required=False),
    "",
    20,
    "在身份平台登记后得到。改动后一天内不能从这里登录。",
    unless_changed,
)
SECRET: Setting[str] = _oidc(
    "secret",
    "客户端密钥",
    Secret(told_to=(ISSUER.code,)),
    "",
    25,
    "加密保存，不再显示；公开客户端可不填。",
)
SCOPES: Setting[str] = _oidc(
    "scopes", "申请的范围", Text(200), "openid profile email", 30, "用空格分开，须含 openid。"
)
USERNAME: Setting[str] = _oidc(
    "username",
    "账号取自",
    Text(60),
    "preferred_username",
    35,
    "身份信息中的字段名。改动后一天内，没有绑定过的人不能从这里登录。",
    unless_changed,
)
NAME: Setting[str] = _oidc("name", "姓名取自", Text(60), "name", 40, "身份信息中的字段名。")
EMAIL: Setting[str] = _oidc(
    "email",
    "邮箱取自",
    Text(60),
    "email",
    45,
    "身份信息中的字段名；只采用身份平台写明已验证的。改动后一天内，没有绑定过的人不能从这里登录。",
    unless_changed,
)
GROUPS: Setting[str] = _oidc(
    "groups", "分组取自", Text(60), "groups", 50, "身份信息中的字段名，用来对应角色。"
)
MATCH: Setting[str] = _oidc(
    "match",
    "第一次登录时怎样找到已有账号",
    Choice((("", "不自动对应"), ("username", "账号相同"), ("email", "已验证的邮箱相同"))),
    "",
    55,
    "找到后固定下来，以后按身份平台的标识认人，改名不影响。专家和申请人的账号不从这里登录。改动一天后生效，在此之前不自动对应。",
    unless_changed,
)
CREATES: Setting[bool] = _oidc(
    "creates",
    "没有账号的人自动开账号",
    Boolean("自动开账号", "不放行"),
    False,
    60,
    "自动开的账号没有本系统密码，角色只按对应表给；没有对应角色的不开。开启一天后生效。",
    all,
)
PASSWORD: Setting[bool] = _oidc(
    "password",
    "已绑定的账号还能用本系统密码登录",
    Boolean("可以", "不可以"),
    True,
    65,
    "关闭后只能从身份平台登录；安全管理员始终可用密码，身份平台出故障时由他处理。",
)
SECOND: Setting[bool] = _oidc(
    "second",
    "身份平台做过第二步验证的，本系统不再验证",
    Boolean("不再验证", "仍按本系统的规定验证"),
    False,
    70,
    "只影响按规定要做第二步验证的人。不再验证的，一天后生效。",
    all,
)
STRONG: Setting[str] = _oidc(
    "strong",
    "怎样算身份平台做过第二步",
    Text(200),
    "mfa",
    75,
    "身份信息的 amr 中有其中之一，或 acr 与其中之一相同；用空格分开。改动后一天内都不算。",
    unless_changed,
)
ADMINS: Setting[bool] = _oidc(
    "admins",
    "安全管理员可以从这里登录、由分组得到",
    Boolean("可以", "不可以"),
    False,
    80,
    "开启后，管理身份平台的人可以成为本系统的安全管理员，请慎重。开启一天后生效。",
    all,
)
LEAVES: Setting[bool] = _oidc(
    "leaves",
    "退出本系统时",
    Boolean("同时退出身份平台", "只退出本系统"),
    False,
    85,
    "从身份平台登录的人点「退出登录」，同时退出身份平台，以后登录的人起适用；须在身份平台登记退出后返回的地址，即本系统的登录页。身份平台不支持的只退出本系统。",
)
OIDC_SETTINGS = (
    *(ENABLED, LABEL, ISSUER, CLIENT, SECRET, SCOPES, USERNAME, NAME, EMAIL, GROUPS),
    *(MATCH, CREATES, PASSWORD, SECOND, STRONG, ADMINS, LEAVES),
)
# By whom, and by what, it is said who is who: all but how it looks, and what is said to whom is set already.
OIDC_TRUST = (
    *(ENABLED, ISSUER, CLIENT, SCOPES, USERNAME, EMAIL, GROUPS, MATCH, CREATES),
    *(SECOND, STRONG, ADMINS),
)


def _is_complete(read: Reader) -> str:
    if read(ENABLED) and not (read(ISSUER) and read(CLIENT)):
        return "开启统一认证登录前，请填写颁发者和客户端编号。"
    return ""


def _names_somebody(read: Reader) -> str:
    if "openid" not in read(SCOPES).split():
        return "“申请的范围”须含 openid，否则身份平台不说明是谁。"
    return ""


OIDC_COMPLETE = (
    SettingConstraint("identity.oidc_complete", OIDC, _is_complete, at=first_empty(ISSUER, CLIENT)),
    SettingConstraint("identity.oidc_openid", OIDC, _names_somebody, at=SCOPES),
)
