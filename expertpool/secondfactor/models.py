"""By what a second step of sign-in is shown beside the password, and that two persons took it away."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from expertpool.accounts.models import User
from expertpool.core.fields import BlindIndexField, ProofField
from expertpool.workflow.models import TwoPersonRequest


class Passkey(models.Model):
    """A passkey (WebAuthn) of ``user``: what it is known by, and the key that checks what it signs.

    ``proof`` says, by a key outside the database, that it was registered here: who writes a row signs in by none.
    ``host`` is the name of the site at that time, of which browsers show it; what has no ``host_proof`` counts as of
    the present name, so that whoever changes the name in a row takes no step away.
    """

    user = models.ForeignKey(User, verbose_name="用户", on_delete=models.CASCADE, related_name="+")
    name = models.CharField("名称", max_length=40)
    host = models.CharField(
        "登记时的网站", max_length=253, db_default=""
    )  # the longest name there is
    # As WebAuthn gives it: at most 1023 bytes, in base64url.
    handle = models.CharField("凭据", max_length=1400, unique=True)
    public_key = models.BinaryField("公钥")
    sign_count = models.BigIntegerField("签名次数", default=0)
    created_at = models.DateTimeField("登记时间")
    last_used_at = models.DateTimeField("最近使用", null=True)
    proof = ProofField("凭证", says=("user.username", "handle", "public_key", "created_at"))
    host_proof = ProofField("网站凭证", says=("user.username", "handle", "host"))

    class Meta:
        verbose_name = verbose_name_plural = "通行密钥"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """A code on paper that stands in once for an authenticator. Kept is its digest, by a key outside the database:
    who writes a row has no code for it, and a used one stays so."""

    never = ("DELETE",)  # else it would come back unused
    final = ("used_at",)

    user = models.ForeignKey(User, verbose_name="用户", on_delete=models.CASCADE, related_name="+")
    digest = BlindIndexField("摘要", null=False, unique=True)
    created_at = models.DateTimeField("生成时间")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "备用码"
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.user_id)


class ResetRequest(TwoPersonRequest):
    """That all second steps of somebody be taken away, who has lost them."""

    subject_field: ClassVar[str] = "user"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="用户", on_delete=models.CASCADE, related_name="+"
    )

    class Meta(TwoPersonRequest.Meta):
        verbose_name = verbose_name_plural = "重置第二步验证的申请"
        constraints = [
            *TwoPersonRequest.Meta.constraints,
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(decided_at__isnull=True),
                name="secondfactor_one_open_reset",
            ),
        ]

    @property
    def subject_name(self) -> str:
        return str(self.user.username)
