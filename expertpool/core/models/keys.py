"""How far the change of a key has come."""

from __future__ import annotations

from django.db import models


class Rekeying(models.Model):
    """How far `core.rekeying` has come with one encrypted column: rows up to ``last_id`` were gone
    through, ``changed`` of them were encrypted anew for ``head``, what new tokens begin with."""

    column = models.CharField("列", max_length=128, unique=True)  # table.column
    head = models.BinaryField("密文开头", max_length=5)
    last_id = models.BigIntegerField("处理到", default=0)
    changed = models.PositiveBigIntegerField("已更换", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "密钥更换进度"

    def __str__(self) -> str:
        return self.column
