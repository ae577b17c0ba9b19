from __future__ import annotations

import uuid

from django.core.validators import URLValidator
from django.db import models

from expertpool.core.bounds import ORDER, within
from expertpool.core.fields import ProofField


class FriendLink(models.Model):
    """A link to another site that the page of registration shows (友情链接). ``proof``: that the office set it so, the
    ``proof_n``-th time, which only grows; of one that was deleted the log knows (docs/decisions/0235)."""

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("名称", max_length=30, unique=True)
    url = models.CharField(
        "网址",
        max_length=300,
        # These two alone: a javascript: address would run on a public page.
        validators=[URLValidator(["http", "https"], message="应像 https://www.example.gov.cn 。")],
    )
    order = models.PositiveSmallIntegerField("次序", default=100, validators=[ORDER])
    active = models.BooleanField("显示", default=True)
    proof_n = models.PositiveIntegerField("凭证序号", default=0, editable=False)
    proof = ProofField(
        "凭证",
        null=False,
        default=b"",
        says=("uid.hex", "proof_n", "name", "url", "order", "active"),
    )

    class Meta:
        verbose_name = verbose_name_plural = "友情链接"
        ordering = ["order", "id"]
        constraints = [within("joining_link_bounds", order=ORDER)]

    def __str__(self) -> str:
        return self.name
