"""Users, the department tree, roles and what they allow, sign-in records."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime
from functools import cache, cached_property
from typing import Any, ClassVar, TypeVar
from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Prefetch, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from expertpool.accounts.enums import LoginMethod, LoginOutcome, Scope
from expertpool.accounts.validators import validate_username
from expertpool.core.bounds import MOMENTS, ORDER, within
from expertpool.core.crypto import blind_index
from expertpool.core.fields import (
    UNREADABLE,
    BlindIndexField,
    EncryptedTextField,
    ProofField,
    is_vouched,
    readable,
)
from expertpool.core.prepared import Given, Prepared
from expertpool.core.text import mask_email, mask_middle
from expertpool.core.visibility import Level

logger = logging.getLogger(__name__)


class Department(models.Model):
    """A node of the tree of departments. ``path`` is the ids from the root, each followed by
    ``/``: a department and all below it are one prefix."""

    name = models.CharField("部门名称", max_length=100)
    parent = models.ForeignKey(
        "self",
        verbose_name="上级部门",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    # The prefix of a department is one range of this index.
    path = models.CharField("路径", max_length=200, editable=False, db_index=True)
    order = models.PositiveSmallIntegerField("次序", default=100, validators=[ORDER])
    active = models.BooleanField("启用", default=True)
    # By its id, which the paths of all below it hold: it stands where this system put it (docs/decisions/0595).
    proof = ProofField("凭证", says=("id", "parent_id", "path"))

    class Meta:
        verbose_name = verbose_name_plural = "部门"
        ordering = ["path"]

    def __str__(self) -> str:
        return self.name

    @property
    def proven_path(self) -> str:
        """The path by which rights reach: of one that stands where this system did not put it, one that begins no
        other, and that no other begins."""
        if is_vouched(self):
            return self.path
        logger.error("department %s was not put at %s here", self.pk, self.path)
        return f"?{self.pk}/"


class Role(models.Model):
    """A named choice of permissions (from the catalogue in code) and of field levels."""

    code = models.SlugField("代码", max_length=32, unique=True)
    name = models.CharField("角色名称", max_length=50, unique=True)
    description = models.CharField("说明", max_length=200, blank=True)
    built_in = models.BooleanField("内置", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "角色"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


GivenRow = TypeVar("GivenRow", bound=models.Model)


class KnownPermission(models.Model):
    """A code of the catalogue that this installation has met: any other came with a new version."""

    code = models.CharField("权限", max_length=64, primary_key=True)
    # Whose work it is (`core.permissions.Duty`), for the database, which keeps the three administrators apart.
    duty = models.CharField("职责", max_length=16, default="", db_default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "已知权限"

    def __str__(self) -> str:
        return self.code


class RolePermission(models.Model):
    """One permission of a role with the data scope in which it holds."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="permissions")
    code = models.CharField("权限", max_length=64)
    scope = models.CharField("数据范围", max_length=24, choices=Scope.choices, default=Scope.ALL)
    departments = models.ManyToManyField(
        Department,
        verbose_name="指定部门",
        blank=True,
        related_name="+",
        through="ChosenDepartment",
    )

    proof = ProofField("凭证", says=("role.code", "code", "scope"))

    class Meta:
        verbose_name = verbose_name_plural = "角色权限"
        constraints = [models.UniqueConstraint(fields=["role", "code"], name="accounts_role_code")]

    def __str__(self) -> str:
        return self.code

    @cached_property
    def places(self) -> list[Department]:
        """The chosen departments, but for those that somebody else than this system chose; of many grants they are read
        at once by ``prefetch_related(CHOSEN)``."""
        chosen: list[ChosenDepartment] = []
        for one in self.chosen.all() if self.scope == Scope.CHOSEN else ():
            if is_vouched(one):
                chosen.append(one)
            else:
                logger.error("department %s of %s was not chosen here", one.department_id, self)
        return sorted((one.department for one in chosen), key=lambda place: place.path)


class ChosenDepartment(models.Model):
    """That a grant holds in a department."""

    rolepermission = models.ForeignKey(
        RolePermission, on_delete=models.CASCADE, related_name="chosen"
    )
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="+")
    proof = ProofField(
        "凭证", says=("rolepermission.role.code", "rolepermission.code", "department_id")
    )

    class Meta:
        verbose_name = verbose_name_plural = "角色权限的指定部门"
        db_table = "accounts_rolepermission_departments"
        unique_together = (("rolepermission", "department"),)

    def __str__(self) -> str:
        return f"{self.rolepermission_id}: {self.department_id}"


CHOSEN: Prefetch[str, Any, Any] = Prefetch(
    "chosen", ChosenDepartment.objects.select_related("department")
)


class RoleField(models.Model):
    """How a role sees one guarded field."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="fields")
    field = models.CharField("字段", max_length=64)
    level = models.CharField("可见级别", max_length=8, choices=Level.choices)
    proof = ProofField("凭证", says=("role.code", "field", "level"))

    class Meta:
        verbose_name = verbose_name_plural = "角色字段"
        constraints = [
            models.UniqueConstraint(fields=["role", "field"], name="accounts_role_field")
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.level}"


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=username)


class User(AbstractBaseUser):
    """Somebody who signs in. Rights come from roles only; there is no superuser."""

    never = ("DELETE",)  # else he came back under the id of another: as who did what that one did

    username = models.CharField(
        "账号",
        max_length=50,
        unique=True,
        validators=[validate_username],
        error_messages={"unique": "这个账号已有人使用，请换一个。"},
    )
    # A hash, encrypted: who writes a row cannot give it a password of his own.
    password = EncryptedTextField("密码哈希", bound_to=("username",))  # type: ignore[assignment]
    name = models.CharField("姓名", max_length=50)
    phone = EncryptedTextField("手机号", bound_to=("username",))
    phone_index = BlindIndexField("手机号索引")
    email = EncryptedTextField("邮箱", bound_to=("username",), at_least=64)
    email_index = BlindIndexField("邮箱索引")
    department = models.ForeignKey(
        Department,
        verbose_name="部门",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="users",
    )
    place_proof = ProofField("部门凭证", says=("username", "department_id"))
    roles = models.ManyToManyField(
        Role, verbose_name="角色", blank=True, related_name="users", through="HeldRole"
    )
    is_active = models.BooleanField("启用", default=True)
    # Disabled, and not enabled again while it stands (`services.users`).
    blacklisted_at = models.DateTimeField("列入黑名单时间", null=True, blank=True)
    must_change_password = models.BooleanField("须修改密码", default=False)
    failed_logins = models.PositiveSmallIntegerField("连续失败次数", default=0)
    locked_until = models.DateTimeField("锁定至", null=True, blank=True)
    created_at = models.DateTimeField("创建时间", default=timezone.now)
    created_proof = ProofField("创建时间凭证", says=("username", "created_at"))
    # Counted on when all that he is signed in by shall end for good, beyond being enabled again.
    session_round = models.PositiveIntegerField("登录轮次", default=0)
    # Counted on with each link to choose a password by: those sent before are good no more.
    link_round = models.PositiveIntegerField("链接轮次", default=0, db_default=0, editable=False)
    # When he showed that the phone is in his hands; a new number is nobody's yet. Read by `phone_shown_at`.
    phone_verified_at = models.DateTimeField("手机号验证时间", null=True, blank=True)
    phone_proof = ProofField(
        "手机号验证凭证", says=("username", "phone_index", "phone_verified_at")
    )
    # His authenticator (`services.authenticators`): what it knows, the last step whose code was used,
    # and since when it speaks for him.
    app_secret = EncryptedTextField("验证器密钥", bound_to=("username",))
    app_step = models.BigIntegerField("验证器已用到", null=True, blank=True)
    app_set_up_at = models.DateTimeField("验证器设置时间", null=True, blank=True)
    app_proof = ProofField("验证器凭证", says=("username", "app_step", "app_set_up_at"))
    # By what he acts, if not by a browser: the name of an API token, which the log shows.
    through = ""

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(fields=["phone_index"], name="accounts_user_phone"),
            models.UniqueConstraint(fields=["email_index"], name="accounts_user_email"),
            models.CheckConstraint(
                condition=models.Q(blacklisted_at__isnull=True) | models.Q(is_active=False),
                name="accounts_user_blacklisted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（接口：{self.through}）" if self.through else self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session holds of its account; it ends when this differs, or was altered."""
        if self.password_hash == UNREADABLE:
            return ""
        # The private one of Django: the public ones, for the key of today and former ones, ask it.
        of_password: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        if not self.session_round:
            return of_password
        text = f"{self.session_round}:{of_password}"
        return salted_hmac("accounts.session_round", text, secret=secret).hexdigest()

    @property
    def password_hash(self) -> str:
        """The hash of the password; one that was altered is that of none."""
        return readable(self, "password")

    @property
    def masked_phone(self) -> str:
        return readable(self, "phone", lambda phone: mask_middle(phone, head=3, tail=4))

    @property
    def masked_email(self) -> str:
        return readable(self, "email", lambda email: mask_email(email) if email else "")

    @cached_property
    def grants(self) -> dict[str, list[RolePermission]]:
        """All grants of all roles by permission code, loaded once a request.

        None for a disabled user, nor for one who has yet to replace a one-time password.
        """
        result: dict[str, list[RolePermission]] = {}
        # A one-time password is good for choosing another and nothing else.
        if not self.is_active or self.must_change_password:
            return result
        rows = self.given(RolePermission)
        chosen = [grant for grant in rows if grant.scope == Scope.CHOSEN]
        # Asked for those that choose some: most grants reach by the user's own department.
        models.prefetch_related_objects(chosen, CHOSEN)
        for grant in rows:
            result.setdefault(grant.code, []).append(grant)
        return result

    @cached_property
    def field_levels(self) -> dict[str, list[str]]:
        """The levels that the roles give for guarded fields, loaded once a request."""
        result: dict[str, list[str]] = {}
        for row in self.given(RoleField):
            result.setdefault(row.field, []).append(row.level)
        return result

    def given(self, of_roles: type[GivenRow]) -> list[GivenRow]:
        """Return the rows of his roles that give something: not what somebody else than this system
        wrote, be it the row, or that he has the role (docs/decisions/0136)."""
        given = []
        # One object for each role, of which no more is asked: an administrator's has a hundred rows.
        roles: dict[int, tuple[Role, bool]] = {}
        row: Any
        for row in _rows_given(of_roles).all(user=self.pk):
            if row.role_id not in roles:
                role = Role.from_db(None, ["id", "code"], [row.role_id, row.role_code])
                held = HeldRole(user=self, role=role, proof=row.held)
                roles[row.role_id] = role, is_vouched(held)
            row.role, is_held = roles[row.role_id]
            if is_held and is_vouched(row):
                given.append(row)
            else:
                # Not by his name: the log says nothing of people, and many an account is called as its owner.
                logger.error("user %s: %s of %s was not given here", self.pk, row, row.role.code)
        return given

    @cached_property
    def proven_department_id(self) -> int | None:
        """The department by which his rights reach; None where somebody else than this system put him into it."""
        if self.department_id is None or is_vouched(self, "place_proof"):
            return self.department_id
        logger.error("user %s was not put into department %s here", self.pk, self.department_id)
        return None

    @property
    def proven_department(self) -> Department | None:
        return None if self.proven_department_id is None else self.department

    @property
    def is_of_known_age(self) -> bool:
        """Whether this system wrote when the account was opened."""
        return is_vouched(self, "created_proof")

    @property
    def phone_shown_at(self) -> datetime | None:
        """When he showed that the phone he has now is in his hands, as this system wrote it; None: never."""
        return self.phone_verified_at if is_vouched(self, "phone_proof") else None

    def holds(self, role: Role) -> bool:
        """Tell whether this system gave him ``role``."""
        held = HeldRole.objects.filter(user=self, role=role).select_related("user", "role").first()
        return held is not None and is_vouched(held)

    @cached_property
    def given_roles(self) -> frozenset[str]:
        """The codes of the roles that this system gave him, loaded once a request."""
        held = HeldRole.objects.filter(user=self).select_related("user", "role")
        return frozenset(one.role.code for one in held if is_vouched(one))

    @cached_property
    def role_codes(self) -> frozenset[str]:
        return frozenset(self.roles.values_list("code", flat=True))

    def has_permission(self, code: str) -> bool:
        """Tell whether any role grants ``code`` in any scope."""
        return code in self.grants

    def act_through(self, token: ApiToken) -> None:
        """Keep, for this call, only those rights that ``token`` has too."""
        self.through = token.name
        self.keep_only(token.scopes)

    def keep_only(self, codes: Collection[str]) -> None:
        """Keep, of the rights that his roles give him, only ``codes`` as long as this is held."""
        self.grants = {code: rows for code, rows in self.grants.items() if code in codes}


@cache
def _rows_given(of_roles: type[models.Model]) -> Prepared:
    rows = of_roles._default_manager.filter(role__held__user=Given("user"))
    told = {"held": models.F("role__held__proof"), "role_code": models.F("role__code")}
    return Prepared(lambda: rows.annotate(**told))


class HeldRole(models.Model):
    """That a user has a role."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="held")
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="held")
    proof = ProofField("凭证", says=("user.username", "role.code"))

    class Meta:
        verbose_name = verbose_name_plural = "用户角色"
        db_table = "accounts_user_roles"
        unique_together = (("user", "role"),)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role_id}"


class ApiToken(models.Model):
    """By what another platform acts for ``user``: within his rights and within ``scopes``.

    A digest of the token is kept, by a key outside the database, and the ``proof`` by that key for whom
    it acts, how far, until when and since when (`accounts.services.tokens`). It never changes but to be
    confirmed by ``user``, before which it is nothing, and to be revoked.
    """

    never = ("DELETE",)
    final = ("revoked_at",)

    name = models.CharField("名称", max_length=40)
    user = models.ForeignKey(
        User, verbose_name="代表用户", on_delete=models.PROTECT, related_name="api_tokens"
    )
    # Codes, not rows of RolePermission: a role may change without the token, and only narrows it.
    scopes = models.JSONField("范围", default=list)  # permission codes
    digest = BlindIndexField("令牌摘要", null=False, unique=True)
    proof = BlindIndexField("令牌凭证")  # none: revoked
    hint = models.CharField("开头", max_length=12)  # the first characters, to recognise it by
    created_at = models.DateTimeField("创建时间")
    created_by = models.ForeignKey(
        User, verbose_name="创建人", on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField("本人确认时间", null=True, blank=True)
    expires_at = models.DateTimeField("到期时间", validators=[MOMENTS])
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)
    revoked_at = models.DateTimeField("收回时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "接口令牌"
        ordering = ["-id"]
        constraints = [within("accounts_token_bounds", expires_at=MOMENTS)]

    def __str__(self) -> str:
        return self.name


class UserRequest(HttpRequest):
    """For annotations: the request of somebody who has signed in."""

    user: User


def contact_index(field: str, value: str) -> bytes | None:
    """Return the blind index of a person's ``phone`` or ``email``; None when there is none.

    By one purpose for all who have such numbers, accounts and files of experts: the database sees to it
    that each has one owner (docs/decisions/0100)."""
    return blind_index(f"expert.{field}", value.lower()) if value else None


class UsedPassword(models.Model):
    """The hash of a password that a user has or had; the last few are kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="used_passwords")
    uid = models.UUIDField("编号", unique=True, default=uuid4, editable=False)
    password = EncryptedTextField("密码哈希", bound_to=("uid",))
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "用过的密码"

    def __str__(self) -> str:
        return f"{self.user} {self.at:%Y-%m-%d}"


class SignedIn(models.Model):
    """That ``user`` is signed in, and where: beside the session of his browser, whose row is known by a digest
    (`accounts.backends`). It goes when the session does."""

    # No constraint: what a release before this one deletes it deletes alone.
    session = models.OneToOneField(
        Session, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    user = models.ForeignKey(User, verbose_name="用户", on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField("登录时间")
    used_at = models.DateTimeField("最近使用")  # to the minute or so: `backends.USED_EACH`
    # Unless it is used: then he is signed out. None: of before there was a limit.
    until = models.DateTimeField("无操作退出时间", null=True, blank=True)
    address = models.CharField("IP 地址", max_length=45, blank=True)
    device = models.CharField("设备", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "登录中的设备"
        ordering = ["-used_at", "-id"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.device}"


class LoginRecord(models.Model):
    """One attempt to sign in, successful or not. ``account`` is the name of the account that was
    found, or the masked beginning of what was typed: it may be a password in the wrong place."""

    at = models.DateTimeField("时间")
    account = models.CharField("账号", max_length=100)
    method = models.CharField(
        "登录方式", max_length=8, choices=LoginMethod.choices, default=LoginMethod.USERNAME
    )
    user = models.ForeignKey(
        User,
        verbose_name="用户",
        null=True,
        on_delete=models.SET_NULL,
        related_name="login_records",
    )
    address = models.CharField("IP 地址", max_length=45)
    # What counts as one visitor: of an IPv6 address its network (`core.client.network_of`).
    network = models.CharField("网络", max_length=45, default="", db_default="", editable=False)
    device = models.CharField("设备", max_length=200, blank=True)
    user_agent = models.CharField("浏览器标识", max_length=300, blank=True)
    outcome = models.CharField("结果", max_length=16, choices=LoginOutcome.choices)
    # As what was typed is counted, whether there is such an account or not; empty: of before.
    typed = BlindIndexField("输入的账号", default=b"", db_default=b"", null=False)

    class Meta:
        verbose_name = verbose_name_plural = "登录记录"
        ordering = ["-id"]
        indexes = [
            # Counted at every attempt, for the limit of an address.
            models.Index(fields=["network", "-at"], name="accounts_login_network"),
            # Counted for whoever looks at one.
            models.Index(fields=["address", "-at"], name="accounts_login_address"),
            models.Index(fields=["user", "-at"], name="accounts_login_user"),
            # Counted for each link that is asked for.
            models.Index(
                fields=["at"],
                name="accounts_links_asked",
                condition=Q(outcome=LoginOutcome.LINK_ASKED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.outcome}"
