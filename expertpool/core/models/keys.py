"""By which keys the data were written, and how far a change of them has come."""

from __future__ import annotations

from django.db import models


class Rekeying(models.Model):
    """How far `core.rekeying` has come with one encrypted column: rows up to ``last_id`` were gone
    through, ``changed`` of them were encrypted anew for ``head``, what new tokens begin with. ``shut`` of it
    did not open when all of it was last looked through."""

    column = models.CharField("列", max_length=128, unique=True)  # table.column
    head = models.BinaryField("密文开头", max_length=5)
    last_id = models.BigIntegerField("处理到", default=0)
    changed = models.PositiveBigIntegerField("已更换", default=0)
    shut = models.PositiveBigIntegerField("无法读取", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "密钥更换进度"

    def __str__(self) -> str:
        return self.column


class KeyCheck(models.Model):
    """That data were written with a secret of the setting ``setting``: ``digest`` is its
    `core.crypto.key_checks`, by which it is known again, and not the secret."""

    setting = models.CharField("密钥", max_length=16)
    digest = models.BinaryField("校验值", max_length=16)

    class Meta:
        verbose_name = verbose_name_plural = "密钥校验值"
        constraints = [
            models.UniqueConstraint(fields=["setting", "digest"], name="core_keycheck_once"),
        ]

    def __str__(self) -> str:
        return self.setting
