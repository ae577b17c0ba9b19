from django.db import models


class Scope(models.TextChoices):
    """How far a scoped permission reaches."""

    OWN = "own", "本人"
    DEPARTMENT = "department", "本部门"
    DEPARTMENT_AND_BELOW = "department_and_below", "本部门及下级"
    CHOSEN = "chosen", "指定部门"
    ALL = "all", "全部"


class LoginOutcome(models.TextChoices):
    SUCCESS = "success", "成功"
    WRONG_PASSWORD = "wrong_password", "密码错误"
    UNKNOWN_ACCOUNT = "unknown_account", "账号不存在"
    LOCKED = "locked", "账号锁定"
    DISABLED = "disabled", "账号停用"
    RATE_LIMITED = "rate_limited", "来源地址受限"
    # The password was right and no session was opened: see `prove_identity`.
    CONFIRMED = "confirmed", "当面确认"
    # The password was right, and more is to be shown (docs/decisions/0369).
    SECOND_STEP = "second_step", "待第二步验证"
    WRONG_CODE = "wrong_code", "第二步验证错误"
    # No password was typed: a link to choose one by was asked for (docs/decisions/0425).
    LINK_ASKED = "link_asked", "忘记密码"
    # Somebody else was to say who he is, and did not in a way that holds (docs/decisions/0409).
    NOT_VOUCHED = "not_vouched", "统一认证未通过"


SUCCEEDED = (LoginOutcome.SUCCESS, LoginOutcome.CONFIRMED)
UNDECIDED = (LoginOutcome.SECOND_STEP, LoginOutcome.LINK_ASKED)  # neither right nor wrong
NOT_FAILED = (*SUCCEEDED, *UNDECIDED)


class LoginMethod(models.TextChoices):
    """By what one said who one is."""

    USERNAME = "username", "账号密码"
    PHONE = "phone", "手机号密码"
    EMAIL = "email", "邮箱密码"
    # Said by the identity provider of the office, by its directory (app `identity`).
    OIDC = "oidc", "统一认证"
    LDAP = "ldap", "目录账号密码"


# By a password that is kept here.
BY_PASSWORD = (LoginMethod.USERNAME, LoginMethod.PHONE, LoginMethod.EMAIL)
