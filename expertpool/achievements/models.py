"""What experts have achieved."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from expertpool.achievements.enums import FIELDS, AchievementKind, AchievementState, KindFields
from expertpool.core.bounds import Bounds, within
from expertpool.core.fields import UNREADABLE, EncryptedTextField, ProofField
from expertpool.experts.models import Expert

YEARS = Bounds(1950, 2099)
RANK = Bounds(1, 99)
SAID = (
    *("pk", "proof_n", "expert.number", "state", "kind", "title", "year", "number"),
    *("source", "level", "authors", "rank", "summary"),
)


class Achievement(models.Model):
    """A paper, patent, award or standard of an expert; its files are those of this row in files.

    ``state`` changes only in `services`. ``asked_at`` is when its expert handed it in. ``proof`` says that it was
    written and approved here, the ``proof_n``-th time, which only grows (docs/decisions/0198).
    """

    uid = models.UUIDField("编号", default=uuid4, unique=True, editable=False)
    expert = models.ForeignKey(
        Expert, verbose_name="专家", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField("类别", max_length=10, choices=AchievementKind.choices)
    title = models.CharField("名称", max_length=200)
    year = models.PositiveSmallIntegerField("年份", validators=[YEARS])
    number = models.CharField("编号", max_length=100, blank=True)
    source = models.CharField("来源", max_length=200, blank=True)
    level = models.CharField("级别", max_length=20, blank=True)
    # Names, of the expert and of others.
    authors = EncryptedTextField(
        "全部完成人", bound_to=("uid",), at_least=256, when_shut=UNREADABLE
    )
    rank = models.PositiveSmallIntegerField("本人排名", null=True, blank=True, validators=[RANK])
    summary = models.TextField("内容简介", max_length=1000, blank=True)
    state = models.CharField(
        "状态",
        max_length=10,
        choices=AchievementState.choices,
        default=AchievementState.DRAFT,
    )
    created_at = models.DateTimeField("登记时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField("提交时间", null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="提交人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # Since when its expert takes it back; told on the next day, until which it waits (docs/decisions/0194).
    taken_back_at = models.DateTimeField("撤回时间", null=True, blank=True)
    approved_at = models.DateTimeField("通过时间", null=True, blank=True)
    updated_at = models.DateTimeField("更新时间")
    proof_n = models.PositiveIntegerField("凭证序号", default=0, editable=False)
    proof = ProofField("凭证", null=False, default=b"", says=SAID)

    class Meta:
        verbose_name = verbose_name_plural = "专家成果"
        ordering = ["-year", "-id"]
        constraints = [
            # Of its expert and of the office, which may not know of his (docs/decisions/0194).
            models.UniqueConstraint(
                fields=["expert", "kind", "title", "year"],
                condition=Q(state=AchievementState.APPROVED),
                name="achievements_once",
            ),
            models.UniqueConstraint(
                fields=["expert", "kind", "title", "year"],
                condition=~Q(state=AchievementState.APPROVED),
                name="achievements_asked_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=AchievementKind.values, state__in=AchievementState.values),
                name="achievements_known",
            ),
            models.CheckConstraint(
                condition=Q(state=AchievementState.APPROVED, approved_at__isnull=False)
                | ~Q(state=AchievementState.APPROVED) & Q(approved_at__isnull=True),
                name="achievements_approved_when",
            ),
            within("achievements_bounds", year=YEARS, rank=RANK),
        ]
        indexes = [models.Index(fields=["state", "-year", "-id"], name="achievements_by_year")]

    def __str__(self) -> str:
        return f"《{self.title}》"

    @property
    def fields(self) -> KindFields:
        return FIELDS[AchievementKind(self.kind)]

    @property
    def is_open(self) -> bool:
        """Whether its expert may change it."""
        return self.state in {AchievementState.DRAFT, AchievementState.RETURNED}
