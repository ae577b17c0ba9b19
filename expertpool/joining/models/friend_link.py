from __future__ import annotations

from django.core.validators import URLValidator
from django.db import models

from expertpool.core.bounds import ORDER, within


class FriendLink(models.Model):
    """A link to another site that the page of registration shows (友情链接)."""

    name = models.CharField("名称", max_length=30, unique=True)
    url = models.CharField(
        "网址",
        max_length=300,
        validators=[URLValidator(["http", "https"], message="应像 https://www.example.gov.cn 。")],
    )
    order = models.PositiveSmallIntegerField("次序", default=100, validators=[ORDER])
    active = models.BooleanField("显示", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "友情链接"
        ordering = ["order", "id"]
        constraints = [within("joining_link_bounds", order=ORDER)]

    def __str__(self) -> str:
        return self.name
