"""What reports keep: how often experts were drawn in a period against what chance would give, candidates, months, and sums
of a large pool."""

from __future__ import annotations

from functools import cached_property
from hashlib import sha256

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models

from expertpool.core.bounds import DAYS, within
from expertpool.core.fields import ProofField, is_vouched
from expertpool.reports.enums import ReportState


class ExposureReport(models.Model):
    """The figures of the draws that were sealed from ``start_date`` to ``end_date``, both included.

    One for each period; computing it anew replaces it. ``figures`` is written by
    `reports.queries.exposure.Figures`.
    """

    start_date = models.DateField("开始日期", validators=[DAYS])
    end_date = models.DateField("结束日期", validators=[DAYS])
    state = models.CharField(
        "状态", max_length=8, choices=ReportState.choices, default=ReportState.QUEUED
    )
    figures = models.JSONField("数据", default=dict)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="提出人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    requested_at = models.DateTimeField("提出时间")
    computed_at = models.DateTimeField("计算时间", null=True)
    rows_digest = models.CharField("逐人数据摘要", max_length=64, blank=True, db_default="")
    proof = ProofField(
        "凭证", says=("start_date", "end_date", "figures", "computed_at", "rows_digest")
    )

    class Meta:
        verbose_name = verbose_name_plural = "曝光分析"
        ordering = ["-end_date", "start_date"]
        constraints = [
            # Asked again, a period is computed anew in its row.
            models.UniqueConstraint(
                fields=["start_date", "end_date"], name="reports_exposure_period_once"
            ),
            models.CheckConstraint(
                condition=models.Q(end_date__gte=models.F("start_date")),
                name="reports_exposure_period",
            ),
            within("reports_exposure_bounds", start_date=DAYS, end_date=DAYS),
        ]

    def __str__(self) -> str:
        return f"{self.start_date} 至 {self.end_date}"

    @property
    def is_proven(self) -> bool:
        """Whether the figures are as this system computed them, or there are none yet."""
        return is_vouched(self) if self.computed_at or self.figures else True

    @cached_property
    def is_whole(self) -> bool:
        """Whether the rows of experts are so as well."""
        return self.is_proven and (self.rows_digest or NO_ROWS) == digest_of_rows(self.pk)


NO_ROWS = sha256(b"").hexdigest()
# Of thousands of rows none is read for it.
_ROWS = """
    SELECT encode(sha256(convert_to(coalesce(string_agg(
        (expert_id, eligible, drawn, supplemented, expected, residual, tail, is_striking,
         asked, accepted, declined, no_answer)::text, ';' ORDER BY expert_id), ''), 'UTF8')), 'hex')
    FROM reports_exposurerow WHERE report_id = %s
"""


def digest_of_rows(report_id: int) -> str:
    """Return the SHA-256 of all that the rows of a report say."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [report_id])
        return str(cursor.fetchone()[0])


class ExposureRow(models.Model):
    """One expert in a report. The first seating only is compared with chance; see
    `reports.queries.exposure`."""

    report = models.ForeignKey(ExposureReport, on_delete=models.CASCADE, related_name="rows")
    expert = models.ForeignKey(
        "experts.Expert", verbose_name="专家", on_delete=models.CASCADE, related_name="+"
    )
    eligible = models.PositiveIntegerField("候选次数")
    drawn = models.PositiveIntegerField("首次抽中")
    supplemented = models.PositiveIntegerField("补抽中")
    expected = models.FloatField("期望次数")
    residual = models.FloatField("标准化残差", null=True)  # null: chance left nothing open
    tail = models.FloatField("偶然概率")  # of being drawn so often or more often
    is_striking = models.BooleanField("异常", default=False)
    asked = models.PositiveIntegerField("受邀")
    accepted = models.PositiveIntegerField("同意")
    declined = models.PositiveIntegerField("拒绝")
    no_answer = models.PositiveIntegerField("未答复")

    class Meta:
        verbose_name = verbose_name_plural = "专家曝光"
        ordering = ["report", "expert"]
        constraints = [
            models.UniqueConstraint(fields=["report", "expert"], name="reports_exposure_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.expert_id}"


class CandidateList(models.Model):
    """Who could have been drawn in a draw, once its names are public and its reviews have begun
    (docs/decisions/0211): read once from what was sealed, where it stays. Deleted, it is listed anew."""

    draw = models.OneToOneField(
        "draws.Draw", verbose_name="抽取", on_delete=models.CASCADE, related_name="+"
    )
    experts = ArrayField(models.BigIntegerField(), verbose_name="候选专家")
    listed_at = models.DateTimeField("整理时间")
    proof = ProofField("凭证", says=("draw.number", "digest", "listed_at"))

    class Meta:
        verbose_name = verbose_name_plural = "候选名单"
        indexes = [GinIndex(fields=["experts"], name="reports_candidates")]

    def __str__(self) -> str:
        return f"{self.draw_id}"

    @cached_property
    def digest(self) -> str:
        """SHA-256 of ``experts`` as PostgreSQL writes them. Whoever reads many lists has it worked out there,
        as ``digested`` (`reports.queries.written.provable_lists`)."""
        found: str | None = getattr(self, "digested", None)
        return found or sha256(f"{{{','.join(map(str, self.experts))}}}".encode()).hexdigest()


class DepartmentMonth(models.Model):
    """What a department and those below it made of experts in a month (EXP-44), as it was counted after its end:
    ``figures`` holds the numbers by the codes of measures. Counted anew a month later, when fees have come."""

    department = models.ForeignKey(
        "accounts.Department", verbose_name="部门", on_delete=models.CASCADE, related_name="+"
    )
    month = models.DateField("月份", validators=[DAYS])
    figures = models.JSONField("数据")
    counted_at = models.DateTimeField("统计时间")
    proof = ProofField("凭证", says=("department_id", "month", "figures", "counted_at"))

    class Meta:
        verbose_name = verbose_name_plural = "部门月报"
        ordering = ["-month", "department__path"]
        constraints = [
            models.UniqueConstraint(fields=["department", "month"], name="reports_month_once"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="reports_month_first"),
            within("reports_month_bounds", month=DAYS),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.month:%Y-%m}"


class Tallying(models.Model):
    """When the sums of a topic of statistics were counted (docs/decisions/0415): there is one of those that are large."""

    topic = models.CharField("统计对象", max_length=20, unique=True)
    counted_at = models.DateTimeField("统计时间")

    class Meta:
        verbose_name = verbose_name_plural = "统计汇总"

    def __str__(self) -> str:
        return self.topic


class Tally(models.Model):
    """What the rows of one department, or of all (``whole``), come to in one part of a dimension: ``sums`` holds numbers
    by the codes of measures. ``by`` is the dimension, empty for all parts together, in which nobody counts twice;
    ``part`` is its key as addresses say it."""

    tallying = models.ForeignKey(
        Tallying, verbose_name="统计汇总", on_delete=models.CASCADE, related_name="tallies"
    )
    by = models.CharField("统计方式", max_length=20, blank=True)
    whole = models.BooleanField("全部部门")
    department = models.ForeignKey(
        "accounts.Department",
        verbose_name="部门",
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    part = models.CharField("分组", max_length=200, blank=True)
    sums = models.JSONField("数字")

    class Meta:
        verbose_name = verbose_name_plural = "分组汇总"
        constraints = [
            models.UniqueConstraint(
                fields=["tallying", "by", "whole", "department", "part"],
                name="reports_tally_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(whole=False) | models.Q(department=None),
                name="reports_tally_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by} {self.part}"


class ProjectTally(models.Model):
    """What was drawn, answered and paid for a project, when projects were tallied: ``numbers`` by the codes of measures."""

    project = models.OneToOneField(
        "projects.Project",
        verbose_name="项目",
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="+",
        related_query_name="tally",
    )
    numbers = models.JSONField("数字")

    class Meta:
        verbose_name = verbose_name_plural = "项目汇总"

    def __str__(self) -> str:
        return f"{self.project_id}"
