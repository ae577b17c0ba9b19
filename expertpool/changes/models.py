"""What experts ask to be changed of their records, and what they keep of their own: work and works."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from expertpool.changes.enums import RequestState, WorkKind
from expertpool.core.bounds import DAYS, Bounds, within
from expertpool.core.fields import (
    UNREADABLE,
    EncryptedTextField,
    ProofField,
    is_vouched,
    readable,
    shut_cells,
)

YEARS = Bounds(1900, 2100, "年份应在 1900 至 2100 之间。")


class ChangeRequest(models.Model):
    """That an expert asked for fields of his record to be changed which are not his to change, or somebody of the
    office for what he does not change alone (`is_of_office`). What stands
    counts until the office has agreed. ``updated_at`` is when what it asks for became less. ``proof`` says who
    asked it of whose record: led to another it changes nothing and says nothing (docs/decisions/0198)."""

    never = ("DELETE",)
    final = ("ended_at",)

    expert = models.ForeignKey("experts.Expert", on_delete=models.CASCADE, related_name="+")
    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    reason = EncryptedTextField("申请理由", bound_to=("uid",), at_least=512, seals_empty=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="申请人", on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField("申请时间")
    updated_at = models.DateTimeField("变动时间")
    # Since when its expert takes it back; told on the next day, until which it waits (docs/decisions/0194).
    taken_back_at = models.DateTimeField("撤回时间", null=True, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=RequestState.choices, default=RequestState.WAITING
    )
    note = models.CharField("意见", max_length=500, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="核准人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    proof = ProofField(
        "凭证",
        null=False,
        default=b"",
        says=("pk", "uid.hex", "expert.number", "asked_by.username", "asked_at"),
        opens=("reason",),
    )

    class Meta:
        verbose_name = verbose_name_plural = "变更申请"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=RequestState.WAITING, ended_at__isnull=True)
                | (~Q(state=RequestState.WAITING) & Q(ended_at__isnull=False)),
                name="changes_request_ended",
            ),
            # Somebody decides, and it is not who asked.
            models.CheckConstraint(
                condition=Q(
                    state__in=(RequestState.APPROVED, RequestState.REJECTED),
                    decided_by__isnull=False,
                )
                & ~Q(decided_by=models.F("asked_by"))
                | ~Q(state__in=(RequestState.APPROVED, RequestState.REJECTED))
                & Q(decided_by__isnull=True),
                name="changes_request_decided",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="changes_request_state")]

    def __str__(self) -> str:
        return f"{self.expert}的变更申请"

    @property
    def readable_reason(self) -> str:
        """The reason as a page shows it (`core.fields.readable`)."""
        return readable(self, "reason") if is_vouched(self) else UNREADABLE

    @property
    def standing(self) -> str:
        """How it stands for its expert."""
        if self.is_open and self.taken_back_at:
            return "已撤回，明天生效"
        return self.get_state_display()

    @property
    def stands(self) -> bool:
        """Whether it, with all that it asks, is of the record of which it was asked, and reads as it was asked."""
        return is_vouched(self) and all(
            one.expert_id == self.expert_id and not shut_cells(one) for one in self.items.all()
        )

    @property
    def is_of_office(self) -> bool:
        """Whether it is not its expert who asks: it is about who he is (docs/decisions/0245)."""
        return self.asked_by_id != self.expert.user_id

    @property
    def is_open(self) -> bool:
        return self.state == RequestState.WAITING


class ChangeItem(models.Model):
    """One field of a request: how it read when it was asked (``before``), how it will read (``after``), and
    the value itself (``value``, JSON). ``is_open``: it still waits; a field waits in one request at a time.
    ``overtaken_by`` is the version by which the field was changed otherwise meanwhile."""

    request = models.ForeignKey(ChangeRequest, on_delete=models.CASCADE, related_name="items")
    expert = models.ForeignKey("experts.Expert", on_delete=models.CASCADE, related_name="+")
    field = models.CharField("内容", max_length=50)
    before = EncryptedTextField(
        "原值", bound_to=("request_id", "field"), at_least=256, seals_empty=True
    )
    after = EncryptedTextField(
        "新值", bound_to=("request_id", "field"), at_least=256, seals_empty=True
    )
    value = EncryptedTextField(
        "填写的值", bound_to=("request_id", "field"), at_least=256, seals_empty=True
    )
    is_open = models.BooleanField("待核准", default=True)
    overtaken_by = models.ForeignKey(
        "experts.ExpertVersion",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = verbose_name_plural = "变更内容"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["request", "field"], name="changes_item_once"),
            models.UniqueConstraint(
                fields=["expert", "field"],
                condition=Q(is_open=True),
                name="changes_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.field}"

    @property
    def stands(self) -> bool:
        """Whether it is of the record of which it was asked."""
        return is_vouched(self.request) and self.expert_id == self.request.expert_id

    @property
    def readable_after(self) -> str:
        """What is asked as a page shows it (`core.fields.readable`)."""
        return readable(self, "after") if self.stands else UNREADABLE


class Career(models.Model):
    """Where somebody worked, and from when to when: he stays away from it, too (``avoidance``)."""

    expert = models.ForeignKey("experts.Expert", on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey(
        "directory.Unit", verbose_name="单位", on_delete=models.PROTECT, related_name="+"
    )
    position = models.CharField("职务或岗位", max_length=50, blank=True)
    start_date = models.DateField("开始日期", null=True, blank=True, validators=[DAYS])
    end_date = models.DateField("结束日期", null=True, blank=True, validators=[DAYS])
    note = models.CharField("说明", max_length=200, blank=True)
    avoidance = models.OneToOneField(
        "experts.AvoidanceUnit", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_own = models.BooleanField("本人登记", default=True, editable=False)
    created_at = models.DateTimeField("登记时间")
    # Since when it is no more for its expert; for others until that is told (docs/decisions/0194).
    removed_at = models.DateTimeField("移除时间", null=True, blank=True, editable=False)

    RECORDED: ClassVar = ("unit", "position", "start_date", "end_date", "note")

    class Meta:
        verbose_name = verbose_name_plural = "工作经历"
        ordering = [models.F("start_date").desc(nulls_last=True), "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start_date__isnull=True)
                | Q(end_date__isnull=True)
                | Q(end_date__gte=models.F("start_date")),
                name="changes_career_dates",
            ),
            within("changes_career_bounds", start_date=DAYS, end_date=DAYS),
        ]
        indexes = [models.Index(fields=["expert"], name="changes_career_expert")]

    def __str__(self) -> str:
        return f"{self.unit} {self.position}".strip()


class Work(models.Model):
    """A paper, a book or the like of an expert, as he has entered it; nobody has examined it."""

    expert = models.ForeignKey("experts.Expert", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField("类别", max_length=10, choices=WorkKind.choices)
    title = models.CharField("名称", max_length=200)
    outlet = models.CharField("刊物、出版社或委托单位", max_length=200, blank=True)
    year = models.PositiveSmallIntegerField("年份", null=True, blank=True, validators=[YEARS])
    part = models.CharField("本人作用", max_length=50, blank=True)
    is_own = models.BooleanField("本人登记", default=True, editable=False)
    created_at = models.DateTimeField("登记时间")
    # Since when it is no more for its expert; for others until that is told (docs/decisions/0194).
    removed_at = models.DateTimeField("移除时间", null=True, blank=True, editable=False)

    RECORDED: ClassVar = ("kind", "title", "outlet", "year", "part")

    class Meta:
        verbose_name = verbose_name_plural = "论著成果"
        ordering = [models.F("year").desc(nulls_last=True), "-id"]
        constraints = [within("changes_work_bounds", year=YEARS)]
        indexes = [models.Index(fields=["expert"], name="changes_work_expert")]

    def __str__(self) -> str:
        return self.title
