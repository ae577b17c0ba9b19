"""What reviews are judged by. A rule is never changed: what is saved is its next version, and each review names the
version by which it is scored."""

from __future__ import annotations

import hashlib
from functools import cached_property

from django.conf import settings
from django.db import models

import vdraw
from expertpool.core.fields import ProofField, is_vouched
from expertpool.directory.models import ForProjectKind
from expertpool.reviews.calculation import RuleTree


class ReviewRule(ForProjectKind):
    """A version of the rule ``name``, by which reviews of projects of ``project_kind`` (empty: of all) may be scored.
    The latest version of a name counts; one that is not ``active`` says that it is used no more. ``anonymous``: experts
    see numbers instead of names."""

    # What was scored is worked out again by the version of then.
    never = ("UPDATE", "DELETE")

    name = models.CharField("规则名称", max_length=40)
    version = models.PositiveIntegerField("版本")
    active = models.BooleanField("启用", default=True)
    anonymous = models.BooleanField("匿名评审", default=False)
    content = models.JSONField("规则")
    source = models.CharField("依据", max_length=100, blank=True)
    at = models.DateTimeField("保存时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="保存人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    proof = ProofField(
        "凭证",
        null=False,
        says=(
            *("name", "version", "active", "project_kind", "anonymous"),
            *("content_hash", "source", "at"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "评审规则"
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="reviews_rule_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} 第 {self.version} 版"

    @cached_property
    # Kept with the row: each item of a page of results asks for it.
    def _tree(self) -> RuleTree:
        return RuleTree.from_json(self.content)

    def tree(self) -> RuleTree:
        """What the calculation goes by."""
        return self._tree

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) of the rule as canonical JSON."""
        return hashlib.sha256(vdraw.canonical_json(self.content)).hexdigest()

    @property
    def is_altered(self) -> bool:
        """Whether somebody else than this system has written what it says."""
        return not is_vouched(self)
