"""Projects for which experts are drawn, and what their draws have to avoid."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from expertpool.core.bounds import DAYS, MOMENTS, within
from expertpool.core.fields import BlindIndexField
from expertpool.core.validators import validate_phone
from expertpool.core.visibility import EMPLOYER, NAME, Viewer, said
from expertpool.projects.enums import (
    AvoidanceSubject,
    DrawState,
    PersonRole,
    ProjectStatus,
    Regime,
)
from expertpool.projects.validators import (
    BUDGET,
    DURATION,
    MOST_EXPERT_NUMBER,
    REPRESENTATIVES,
)


class Project(models.Model):
    """A tender, review or acceptance meeting. ``status`` and ``draw_state`` change only through
    `projects.services.state`; the approver is never the applicant."""

    number = models.CharField("项目编号", max_length=50, unique=True)
    name = models.CharField("项目名称", max_length=200)
    kind = models.CharField("项目类型", max_length=50, blank=True)
    regime = models.CharField("适用制度", max_length=12, choices=Regime.choices)
    department = models.ForeignKey(
        "accounts.Department", verbose_name="所属部门", on_delete=models.PROTECT, related_name="+"
    )
    purchaser = models.ForeignKey(
        "directory.Unit",
        verbose_name="采购单位",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    budget = models.DecimalField(
        "预算（元）",
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[BUDGET],
    )
    representatives = models.PositiveSmallIntegerField(
        "招标人（采购人）代表人数", default=0, validators=[REPRESENTATIVES]
    )  # sit in the panel beside the drawn experts; the rule check counts them
    opening_at = models.DateTimeField("评审开始时间", validators=[MOMENTS])
    duration_minutes = models.PositiveIntegerField(
        "预计时长（分钟）", default=240, validators=[DURATION]
    )
    place = models.CharField("评审地点", max_length=200)
    check_in_at = models.DateTimeField("报到时间", null=True, blank=True, validators=[MOMENTS])
    contact_name = models.CharField("联系人", max_length=50)
    # In clear: whoever is invited reads it.
    contact_phone = models.CharField("联系电话", max_length=30, validators=[validate_phone])
    description = models.TextField("项目说明", blank=True)

    # Values of the fields that administrators added (`core.subjects`), by their codes.
    extra = models.JSONField("其他信息", default=dict, blank=True, editable=False)

    status = models.CharField(
        "审核状态", max_length=12, choices=ProjectStatus.choices, default=ProjectStatus.DRAFT
    )
    draw_state = models.CharField(
        "抽取状态", max_length=20, choices=DrawState.choices, default=DrawState.NOT_DRAWN
    )
    created_at = models.DateTimeField("创建时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="申请人", on_delete=models.PROTECT, related_name="+"
    )
    # Both count as applicant when it is decided: the word of the one stands for what the other wrote.
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="最后修改人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="提交人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="审核人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decision_note = models.CharField("审核意见", max_length=500, blank=True)
    archived_at = models.DateTimeField("归档时间", null=True, blank=True)
    archived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="归档人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    archive_note = models.CharField("归档说明", max_length=500, blank=True)
    # That the status was set by its door, and the how manieth it is: that only grows (a trigger), so
    # that no approval that was taken back comes again (`projects.queries.status`).
    status_n = models.PositiveIntegerField("状态序号", default=0, editable=False)
    status_proof = BlindIndexField("状态凭证", null=False)
    batch = models.ForeignKey(
        "projects.ProjectBatch",
        verbose_name="批次",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="projects",
    )
    leads_batch = models.BooleanField("批次主项目", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "项目"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=ProjectStatus.values), name="projects_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(draw_state__in=DrawState.values),
                name="projects_draw_state_known",
            ),
            # Four eyes, even if a service should forget it.
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | ~models.Q(decided_by=models.F("created_by")),
                name="projects_approver_not_applicant",
            ),
            models.CheckConstraint(
                # Whoever sent it back may change it himself; another approves it then.
                condition=~models.Q(status__in=[ProjectStatus.APPROVED, ProjectStatus.ARCHIVED])
                | models.Q(decided_by__isnull=True)
                | (
                    (
                        models.Q(submitted_by__isnull=True)
                        | ~models.Q(decided_by=models.F("submitted_by"))
                    )
                    & (
                        models.Q(edited_by__isnull=True)
                        | ~models.Q(decided_by=models.F("edited_by"))
                    )
                ),
                name="projects_approver_not_editor",
            ),
            # Behind the conditional updates: of a withdrawal and a draw at one moment, one fails.
            models.CheckConstraint(
                condition=models.Q(draw_state=DrawState.NOT_DRAWN)
                | models.Q(status__in=[ProjectStatus.APPROVED, ProjectStatus.ARCHIVED]),
                name="projects_drawn_only_approved",
            ),
            # Of no duration an expert would be held for no time, and booked twice.
            within(
                "projects_project_bounds",
                budget=BUDGET,
                representatives=REPRESENTATIVES,
                duration_minutes=DURATION,
                opening_at=MOMENTS,
                check_in_at=MOMENTS,
            ),
            models.CheckConstraint(
                condition=models.Q(archived_at__isnull=True)
                | models.Q(status=ProjectStatus.ARCHIVED),
                name="projects_archived_stays_archived",
            ),
            models.CheckConstraint(
                condition=models.Q(leads_batch=False) | models.Q(batch__isnull=False),
                name="projects_leads_its_batch",
            ),
            models.UniqueConstraint(
                fields=["batch"],
                condition=models.Q(leads_batch=True),
                name="projects_one_lead_of_a_batch",
            ),
        ]
        indexes = [
            # Equal values are asked for by containment: all that this class serves, in less room.
            GinIndex(fields=["extra"], opclasses=["jsonb_path_ops"], name="projects_extra"),
            # The tabs of the list, the latest first.
            models.Index(fields=["status", "-id"], name="projects_status"),
            models.Index(fields=["draw_state", "-id"], name="projects_draw_state"),
            models.Index(fields=["opening_at"], name="projects_opening"),
            # A keyword may stand anywhere in a name.
            GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="projects_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_undrawn(self) -> bool:
        """Whether a draw may still come: what the rules say matters until then."""
        return self.draw_state == DrawState.NOT_DRAWN and self.status != ProjectStatus.ARCHIVED

    @property
    def applicants(self) -> set[int]:
        """Who counts as applicant (ids): who filed it, handed it in, or changed it last."""
        people = (self.created_by_id, self.submitted_by_id, self.edited_by_id)
        return {pk for pk in people if pk is not None}

    @property
    def version(self) -> int:
        """What whoever decides on it says he has read: another one each time that it is handed in, and
        whenever something of it changed that was approved."""
        return self.status_n

    @property
    def is_editable(self) -> bool:
        """Whether its data may be changed: as a draft, or sent back."""
        return self.status in {ProjectStatus.DRAFT, ProjectStatus.REJECTED}

    @property
    def is_open(self) -> bool:
        """Whether avoidances may be added: until the draw, but not while it is being decided. They are
        removed only while it `is_editable`."""
        return self.is_undrawn and self.status != ProjectStatus.PENDING

    @property
    # A member of a batch is drawn with others: it leaves first.
    def is_deletable(self) -> bool:
        return self.is_undrawn and self.status == ProjectStatus.DRAFT and self.batch_id is None

    @property
    def is_withdrawable(self) -> bool:
        """Whether it may return to draft: until the draw."""
        return self.draw_state == DrawState.NOT_DRAWN and self.status in {
            ProjectStatus.PENDING,
            ProjectStatus.APPROVED,
        }

    @property
    def is_archivable(self) -> bool:
        """Whether its status may become archived."""
        return self.status in {ProjectStatus.APPROVED, ProjectStatus.REJECTED}

    @property
    def is_approved(self) -> bool:
        """Whether it passed the approval, archived later or not."""
        return self.decided_by_id is not None and self.status in {
            ProjectStatus.APPROVED,
            ProjectStatus.ARCHIVED,
        }

    @property
    def is_archived(self) -> bool:
        """Whether nothing of it may change any more."""
        return self.status == ProjectStatus.ARCHIVED

    @property
    def closing_at(self) -> datetime:
        """When the meeting is expected to end; an expert is held from opening to closing."""
        return self.opening_at + timedelta(minutes=self.duration_minutes)


class Avoidance(models.Model):
    """One thing that the project's draws avoid.

    unit: experts employed by or otherwise tied to it (``unit``, or ``name``/``uscc`` as typed);
    person: an expert named by ``name`` (and ``unit_name``) or by ``expert_number``, and experts
    who declared a relation to that person; ``role`` says why (an author of the tender documents …);
    period: experts who took part in a review between ``from_date`` and ``to_date``.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="avoidances")
    subject = models.CharField("类别", max_length=8, choices=AvoidanceSubject.choices)
    unit = models.ForeignKey(
        "directory.Unit",
        verbose_name="单位",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    name = models.CharField("名称", max_length=200, blank=True)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    unit_name = models.CharField("所在单位", max_length=200, blank=True)
    expert_number = models.CharField("专家编号", max_length=MOST_EXPERT_NUMBER, blank=True)
    role = models.CharField("身份", max_length=10, choices=PersonRole.choices, blank=True)
    from_date = models.DateField("开始日期", null=True, blank=True, validators=[DAYS])
    to_date = models.DateField("结束日期", null=True, blank=True, validators=[DAYS])
    reason = models.CharField("原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "回避"
        ordering = ["id"]
        constraints = [
            # The bare name will do: bidders are often not in the directory.
            models.CheckConstraint(
                condition=models.Q(subject=AvoidanceSubject.UNIT)
                & (models.Q(unit__isnull=False) | ~models.Q(name=""))
                | models.Q(subject=AvoidanceSubject.PERSON)
                & (~models.Q(name="") | ~models.Q(expert_number=""))
                | models.Q(
                    subject=AvoidanceSubject.PERIOD,
                    from_date__isnull=False,
                    to_date__gte=models.F("from_date"),
                ),
                name="projects_avoidance_complete",
            ),
            models.CheckConstraint(
                condition=models.Q(role="") | models.Q(subject=AvoidanceSubject.PERSON),
                name="projects_avoidance_role",
            ),
            within("projects_avoidance_bounds", from_date=DAYS, to_date=DAYS),
        ]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} {self.target}"

    @property
    def label(self) -> str:
        """The kind of avoidance: of a person, what he has to do with the project."""
        if self.role in ("", PersonRole.OTHER):
            return self.get_subject_display()
        return self.get_role_display()

    @property
    def target(self) -> str:
        """What is avoided, in words."""
        if self.subject == AvoidanceSubject.PERIOD:
            return f"{self.from_date} 至 {self.to_date}"
        if self.subject == AvoidanceSubject.PERSON:
            known = [self.name, self.expert_number, self.unit_name]
        else:
            known = [self.unit.name if self.unit else self.name, self.uscc]
        return "，".join(part for part in known if part)

    def target_for(self, viewer: Viewer) -> str:
        """The same for ``viewer``: who has that number he is not told where he sees names or employers masked."""
        if not (self.subject == AvoidanceSubject.PERSON and self.expert_number):
            return self.target
        name = said(viewer, NAME, self.name)
        unit = said(viewer, EMPLOYER, self.unit_name)
        return "，".join(part for part in (name, self.expert_number, unit) if part)
