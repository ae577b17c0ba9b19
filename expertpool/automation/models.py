"""Rules, what happened, and what was done of it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from expertpool.automation.enums import STATE_TONES, FiringState
from expertpool.core.fields import ProofField
from expertpool.workflow.models import TwoPersonRequest


class EventRule(models.Model):
    """A rule; what it says is its latest version. ``position`` is its place in the list, in which the
    rules of one event act."""

    never = ("DELETE",)

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("名称", max_length=60)
    position = models.PositiveIntegerField("次序", default=0)
    created_at = models.DateTimeField("创建时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="创建人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "事件规则"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class RuleVersion(models.Model):
    """What a rule says since it was saved as ``number``; the highest is the one that counts, if this
    system wrote it (``proof``). ``actions`` are ``[{"action": code, "values": {…}}, …]``, ``words`` how it
    read then (`queries.rules.Reading`). ``created_by`` drew it up: it does nothing that he may not do."""

    never = ("UPDATE", "DELETE")  # else an earlier one would count again

    rule = models.ForeignKey(EventRule, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("版本")
    name = models.CharField("名称", max_length=60)
    purpose = models.CharField("用途说明", max_length=300)
    event = models.CharField("事件", max_length=64)
    condition = models.JSONField("条件", default=dict)  # canonical criteria of the subject
    actions = models.JSONField("动作", default=list)
    words = models.JSONField("文字", default=dict)
    active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField("修改时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="修改人", on_delete=models.PROTECT, related_name="+"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="确认人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    proof = ProofField(
        "凭证",
        null=False,
        default=b"",
        says=(
            *("rule_uid", "number", "name", "purpose", "event", "condition", "actions"),
            *("words", "active", "created_at", "created_by.username", "confirmer"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "事件规则版本"
        ordering = ["rule", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="automation_version_once"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=models.F("created_by")),
                name="automation_by_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} 第 {self.number} 版"

    @property
    def rule_uid(self) -> str:
        return str(self.rule.uid)

    @property
    def confirmer(self) -> str:
        """Who confirmed it, as its proof names him."""
        return self.confirmed_by.username if self.confirmed_by else ""


class RuleRequest(TwoPersonRequest):
    """That a rule which changes states be in force as ``contents`` says (`services.rules.RuleData`)."""

    subject_field = "rule"

    rule = models.ForeignKey(EventRule, on_delete=models.PROTECT, related_name="+")
    contents = models.JSONField("内容")

    class Meta(TwoPersonRequest.Meta):
        verbose_name = verbose_name_plural = "事件规则申请"
        constraints = [
            *TwoPersonRequest.Meta.constraints,
            models.UniqueConstraint(
                fields=["rule"],
                condition=Q(decided_at__isnull=True),
                name="automation_one_open_request",
            ),
        ]

    @property
    def subject_name(self) -> str:
        return str(self.rule.uid)


class Occurrence(models.Model):
    """That an event of a ``kind`` happened to a row, known to rules from ``at`` on. ``key`` says which
    happening: told twice, it is one. Caused by a ``cause`` of a rule it is one deeper."""

    never = ("DELETE",)

    kind = models.CharField("事件", max_length=64)
    subject_id = models.BigIntegerField("对象编号")
    key = models.CharField("事件标识", max_length=150, unique=True)
    at = models.DateTimeField("发生时间")
    depth = models.PositiveSmallIntegerField("层数", default=0)
    cause = models.ForeignKey(
        "automation.Firing", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    considered_at = models.DateTimeField("处理时间", null=True, blank=True)
    proof = ProofField("凭证", null=False, default=b"", says=("kind", "subject_id", "key", "depth"))

    class Meta:
        verbose_name = verbose_name_plural = "发生的事件"
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "subject_id", "at"], name="automation_happened")]

    def __str__(self) -> str:
        return self.key


class Firing(models.Model):
    """One action of a rule for one occurrence: the ``number``-th of its version. It changes once, from
    waiting; one is done again at most once, as a firing of its own (``replay_of``)."""

    never = ("DELETE",)

    occurrence = models.ForeignKey(Occurrence, on_delete=models.PROTECT, related_name="firings")
    rule = models.ForeignKey(EventRule, on_delete=models.PROTECT, related_name="firings")
    version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField("第几个动作")
    action = models.CharField("动作", max_length=64)
    state = models.CharField(
        "结果", max_length=10, choices=FiringState.choices, default=FiringState.WAITING
    )
    detail = models.CharField("说明", max_length=300, blank=True)
    created_at = models.DateTimeField("触发时间")
    done_at = models.DateTimeField("执行时间", null=True, blank=True)
    replay_of = models.OneToOneField(
        "self",
        verbose_name="重新执行",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replay",
    )
    replayed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="重新执行人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = verbose_name_plural = "触发记录"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["occurrence", "rule", "number"],
                condition=Q(replay_of__isnull=True),
                name="automation_fires_once",
            ),
            models.CheckConstraint(
                condition=Q(state=FiringState.WAITING, done_at__isnull=True)
                | Q(
                    state__in=(FiringState.DONE, FiringState.FAILED, FiringState.SKIPPED),
                    done_at__isnull=False,
                ),
                name="automation_state_known",
            ),
            models.CheckConstraint(
                condition=Q(replay_of__isnull=True, replayed_by__isnull=True)
                | Q(replay_of__isnull=False, replayed_by__isnull=False),
                name="automation_replayed_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="automation_firing_state"),
            models.Index(fields=["rule", "created_at"], name="automation_firing_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.version}：{self.action}"

    @property
    def tone(self) -> str:
        """Colour of the state on a page."""
        return STATE_TONES[FiringState(self.state)]


MOST_DONE = 300  # letters of what was done about an errand


class Errand(models.Model):
    """Something that a rule gave the holders of a role to see to, until one of them has (``done_by``), or what it
    asks for has happened (``ended_by``)."""

    never = ("DELETE",)
    final = ("done_at",)

    firing = models.OneToOneField(Firing, on_delete=models.PROTECT, related_name="+")
    role = models.CharField("角色", max_length=32)  # its code
    text = models.CharField("待办事项", max_length=300)
    created_at = models.DateTimeField("产生时间")
    done_at = models.DateTimeField("办结时间", null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="办结人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    ended_by = models.ForeignKey(
        Occurrence,
        verbose_name="自动办结",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    note = models.CharField("办理情况", max_length=MOST_DONE, blank=True)
    # That a rule gave it, in these words.
    proof = ProofField(
        "凭证",
        null=False,
        default=b"",
        says=(
            *("firing.occurrence.key", "firing.rule.uid.hex", "firing.number"),
            *("role", "text", "created_at"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "规则待办"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True, ended_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False, ended_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=True, ended_by__isnull=False),
                name="automation_errand_done",
            )
        ]
        indexes = [models.Index(fields=["role", "done_at"], name="automation_errand_open")]

    def __str__(self) -> str:
        return self.text[:60]
