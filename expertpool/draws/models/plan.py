"""What is to be drawn: the condition groups of a project and the settings of its draw."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from expertpool.core.bounds import within
from expertpool.core.fields import BlindIndexField
from expertpool.draws.enums import STANDBY_LETTER
from expertpool.draws.validators import PLAN_BOUNDS, REVEAL_HOURS, SEATS, STANDBY_SEATS

HELD_KEY = "held"  # of what is too few only at the seal, among the thin of a version


class DrawPlan(models.Model):
    """The draw settings of one project (抽取方案). Changed freely until a draw is sealed.

    ``version`` is the number of the latest `PlanVersion`: what a page shows and what it seals are
    compared by it. 0: never saved.
    """

    project = models.OneToOneField("projects.Project", on_delete=models.CASCADE, related_name="+")
    unit_cap = models.PositiveSmallIntegerField(
        "同一单位最多人数", null=True, blank=True, default=1, validators=[PLAN_BOUNDS["unit_cap"]]
    )
    frequency_cap = models.PositiveSmallIntegerField(
        "参评次数上限", null=True, blank=True, validators=[PLAN_BOUNDS["frequency_cap"]]
    )
    frequency_days = models.PositiveSmallIntegerField(
        "统计天数", default=365, validators=[PLAN_BOUNDS["frequency_days"]]
    )
    contributors = models.JSONField(
        "随机值提供人", default=list, blank=True
    )  # ["operator", "supervisor"]
    reply_minutes = models.PositiveIntegerField(
        "答复时限（分钟）", default=60, validators=[PLAN_BOUNDS["reply_minutes"]]
    )
    leave_hours = models.PositiveSmallIntegerField(
        "最晚请假（评审前小时）", default=2, validators=[PLAN_BOUNDS["leave_hours"]]
    )
    reveal_hours = models.PositiveSmallIntegerField(
        "名单公开（评审前小时）", default=2, validators=[PLAN_BOUNDS["reveal_hours"]]
    )
    channels = models.JSONField("邀请渠道", default=list)  # notifications.enums.ChannelCode values
    updated_at = models.DateTimeField("更新时间", auto_now=True)
    version = models.PositiveIntegerField("版本", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "抽取方案"
        constraints = [
            within("draws_plan_bounds", **PLAN_BOUNDS),
        ]

    def __str__(self) -> str:
        return f"抽取方案 {self.project_id}"


class PlanVersion(models.Model):
    """What a plan said after one change, in words; that never changes (a trigger sees to it).

    It may be handed in and approved (`workflow`), and is then the only one that may be sealed where
    the office demands that. ``thin`` is what its approver was told of too few candidates, ``counts`` how many there were by
    group, ``covers`` for which projects it is, each by when it was approved
    (`draws.queries.plan_versions.covers_of`). Neither
    approved nor returned, but handed in: it waits. ``approval_proof`` says that it was approved here
    (`draws.queries.plan_versions`). ``returned_at`` is when somebody said no to it last, at whatever step and whatever became of it later.
    """

    plan = models.ForeignKey(DrawPlan, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField("版本")
    words = models.JSONField("内容")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="修改人", on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField("修改时间")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="提交人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    submitted_at = models.DateTimeField("提交时间", null=True)
    thin = models.JSONField("候选人不足之处", default=list)
    counts = models.JSONField("提交时各组候选人数", default=dict)
    covers = models.JSONField("提交时的项目", default=list)
    decided_at = models.DateTimeField("审核时间", null=True)
    approved = models.BooleanField("审核通过", null=True)
    returned_at = models.DateTimeField("退回时间", null=True)
    approval_proof = BlindIndexField("审核凭证", null=False)

    class Meta:
        verbose_name = verbose_name_plural = "抽取方案版本"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="draws_plan_version_once"),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, submitted_by__isnull=True)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="draws_plan_version_submitted",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, approved__isnull=True)
                | Q(decided_at__isnull=False, approved__isnull=False, submitted_at__isnull=False),
                name="draws_plan_version_decided",
            ),
            models.CheckConstraint(
                condition=~Q(approved=False) | Q(returned_at__isnull=False),
                name="draws_plan_version_returned",
            ),
        ]
        indexes = [
            models.Index(
                fields=["plan"], name="draws_returned", condition=Q(returned_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} 第 {self.number} 版"

    @property
    def thin_texts(self) -> list[str]:
        return [one["text"] for one in self.thin]

    @property
    def knows_of_held(self) -> bool:
        """Whether its approver was told that sealed draws may leave fewer than he sees."""
        return any(one["key"] == HELD_KEY for one in self.thin)

    @property
    def is_waiting(self) -> bool:
        return self.submitted_at is not None and self.decided_at is None

    @property
    def state(self) -> str:
        if self.submitted_at is None:
            return "未提交审核"
        if self.approved is None:
            return "待审核"
        return "已审核" if self.approved else "已退回"


class RevealRule(models.Model):
    """From how many hours before the opening a role reads the names, instead of the plan's hours."""

    never = ("INSERT", "UPDATE", "DELETE")  # set by whoever sets up, as the owner

    role = models.OneToOneField(
        "accounts.Role", verbose_name="角色", on_delete=models.PROTECT, related_name="+"
    )
    hours = models.PositiveSmallIntegerField("评审前小时", validators=[REVEAL_HOURS])

    class Meta:
        verbose_name = verbose_name_plural = "名单公开规则"
        constraints = [within("draws_reveal_rule_bounds", hours=REVEAL_HOURS)]

    def __str__(self) -> str:
        return f"{self.role} {self.hours} 小时"


class ConditionGroup(models.Model):
    """One condition group (条件组): a name, a number of seats, and how many stand by for them."""

    plan = models.ForeignKey(DrawPlan, on_delete=models.CASCADE, related_name="groups")
    name = models.CharField("名称", max_length=50)
    seats = models.PositiveSmallIntegerField("抽取人数", validators=[SEATS])
    standby_seats = models.PositiveSmallIntegerField(
        "候补人数", default=0, validators=[STANDBY_SEATS]
    )
    order = models.PositiveSmallIntegerField("次序")

    class Meta:
        verbose_name = verbose_name_plural = "条件组"
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "order"], name="draws_group_order"),
            within("draws_group_bounds", seats=SEATS, standby_seats=STANDBY_SEATS),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        """The group's id in the record: g1, g2 …"""
        return f"g{self.order}"

    @property
    def standby_code(self) -> str:
        """The id of the group of its standbys: s1, s2 …"""
        return f"{STANDBY_LETTER}{self.order}"


class ConditionLevel(models.Model):
    """The conditions of one level (条件级次) of a group; level 1 fits best."""

    group = models.ForeignKey(ConditionGroup, on_delete=models.CASCADE, related_name="levels")
    level = models.PositiveSmallIntegerField("级次")
    criteria = models.JSONField("条件", default=dict)  # canonical criteria, see core.criteria

    class Meta:
        verbose_name = verbose_name_plural = "条件级次"
        ordering = ["level"]
        constraints = [
            models.UniqueConstraint(fields=["group", "level"], name="draws_level_once"),
            models.CheckConstraint(condition=models.Q(level__gt=0), name="draws_level_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} 级次 {self.level}"
