"""Whom others vouch for, and which roles their groups give."""

from __future__ import annotations

from django.db import models

from expertpool.accounts.models import Role, User
from expertpool.core.fields import ProofField
from expertpool.identity.enums import Source


class OutsideIdentity(models.Model):
    """That ``user`` is who the provider ``issuer`` (or a directory) knows by ``subject``, which it never gives to
    anybody else. ``proof`` says that it was bound here: by a row that somebody else wrote nobody signs in.
    ``has_own_password``: the account was there before, with a password of this system."""

    user = models.ForeignKey(User, verbose_name="用户", on_delete=models.CASCADE, related_name="+")
    source = models.CharField("来源", max_length=8, choices=Source.choices)
    issuer = models.CharField("颁发者", max_length=300)
    subject = models.CharField("标识", max_length=255)
    shown_as = models.CharField("对方账号", max_length=150, blank=True)
    has_own_password = models.BooleanField("本系统有密码", default=False)
    bound_at = models.DateTimeField("绑定时间")
    proof = ProofField(
        "凭证",
        says=("user.username", "source", "issuer", "subject", "has_own_password", "bound_at"),
    )

    class Meta:
        verbose_name = verbose_name_plural = "外部身份"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "issuer", "subject"], name="identity_one_account"
            ),
            # A name that is given to somebody else signs him in as nobody.
            models.UniqueConstraint(
                fields=["user", "source", "issuer"], name="identity_one_subject"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.shown_as}"


class GroupRole(models.Model):
    """That members of ``group``, as the provider or the directory names it, have ``role``."""

    group = models.CharField("分组", max_length=255)
    role = models.ForeignKey(Role, verbose_name="角色", on_delete=models.PROTECT, related_name="+")
    proof = ProofField("凭证", says=("group", "role.code"))

    class Meta:
        verbose_name = verbose_name_plural = "分组与角色的对应"
        ordering = ["group", "id"]
        constraints = [
            models.UniqueConstraint(fields=["group", "role"], name="identity_group_role")
        ]

    def __str__(self) -> str:
        return f"{self.group} → {self.role}"
