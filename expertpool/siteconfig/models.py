"""What the office has set, and every change of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from expertpool.core.fields import BlindIndexField, EncryptedTextField


class StoredSetting(models.Model):
    """A value that is not the default: a secret in ``secret``, any other in ``value``, never both; or
    that the default came back (``reset``).

    ``proof`` says, by a key outside the database, that this system stored it by its ``change``
    (docs/decisions/0087).
    """

    never = ("DELETE",)  # else the default came back unseen

    code = models.CharField("设置", max_length=80, unique=True)
    value = models.JSONField("值", null=True)
    secret = EncryptedTextField("密文", bound_to=("code",))
    reset = models.BooleanField("恢复默认", default=False)
    change = models.BigIntegerField("修改记录", default=0)  # its id; 0: of before there were any
    proof = BlindIndexField("凭证", null=False, default=b"")

    class Meta:
        verbose_name = verbose_name_plural = "设置值"

    def __str__(self) -> str:
        return self.code


class SettingChange(models.Model):
    """One change of one setting. It can only be added (a trigger sees to that).

    ``before`` and ``after`` are what stood in `StoredSetting`, of a secret nothing; ``reset`` says
    that the default came back. The highest id of a setting is the version that a form has read.
    """

    never = ("UPDATE", "DELETE")

    code = models.CharField("设置", max_length=80)
    at = models.DateTimeField("时间")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="修改人", on_delete=models.PROTECT, related_name="+"
    )
    before = models.JSONField("修改前", null=True)
    after = models.JSONField("修改后", null=True)
    was_default = models.BooleanField("修改前为默认值")
    reset = models.BooleanField("恢复默认")
    proof = BlindIndexField("凭证", null=False, default=b"")  # that this system wrote it

    class Meta:
        verbose_name = verbose_name_plural = "设置修改记录"
        ordering = ["-id"]
        indexes = [models.Index(fields=["code", "-id"], name="siteconfig_changes_of")]

    def __str__(self) -> str:
        return f"{self.code} {self.at:%Y-%m-%d %H:%M}"
