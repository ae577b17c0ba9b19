"""The ratings of a project, and the time in which they are given."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from expertpool.core.bounds import MOMENTS, within
from expertpool.core.fields import EncryptedTextField, ProofField, readable
from expertpool.draws.models import Invitation
from expertpool.evaluations.enums import BY_EXPERTS, Participation, Target
from expertpool.evaluations.models.forms import SCORES, RatingForm
from expertpool.experts.models import Expert
from expertpool.projects.models import Project

LONGEST = 500


class Evaluation(models.Model):
    """The time in which a project, whose review is over and whose names are released, is rated, by forms that do
    not change meanwhile. ``due_at`` is when it ends; ``closed_at``: it has ended, and its ratings are read by those
    whom they are about."""

    never = ("DELETE",)
    final = ("closed_at",)

    # Two times for one project would count its experts twice.
    project = models.OneToOneField(
        Project, verbose_name="项目", on_delete=models.PROTECT, related_name="+"
    )
    expert_form = models.ForeignKey(
        RatingForm,
        verbose_name="评审专家评价表",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    organiser_form = models.ForeignKey(
        RatingForm,
        verbose_name="组织单位评价表",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    agency_form = models.ForeignKey(
        RatingForm,
        verbose_name="代理机构评价表",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    people = models.PositiveIntegerField("参评专家人数", default=0)
    opened_at = models.DateTimeField("开始时间")
    due_at = models.DateTimeField("截止时间", validators=[MOMENTS])
    reminded_at = models.DateTimeField("提醒时间", null=True, blank=True)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    # Kept, since the office may set another time while they wait.
    # Until when its experts may object, as it stood when it ended.
    object_until = models.DateTimeField("申诉截止", null=True, blank=True, validators=[MOMENTS])

    class Meta:
        verbose_name = verbose_name_plural = "项目评价"
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_at__gt=F("opened_at")), name="evaluations_due_after"
            ),
            within("evaluations_evaluation_bounds", due_at=MOMENTS, object_until=MOMENTS),
        ]
        indexes = [models.Index(fields=["closed_at", "due_at"], name="evaluations_due")]

    def __str__(self) -> str:
        return f"{self.project} 的评价"

    def form_for(self, target: str) -> RatingForm | None:
        """Return by what ``target`` is rated here; None: it is not."""
        found: RatingForm | None = getattr(self, f"{target}_form")
        return found

    def name_of(self, target: str) -> str:
        """Return who organised the review: who has the need, and the department that holds it for him as his agency."""
        project = self.project
        if target == Target.AGENCY:
            return str(project.department) if project.purchaser_id else ""
        return str(project.purchaser or project.department)

    def is_open(self, now: datetime) -> bool:
        return self.closed_at is None and now < self.due_at


class Rating(models.Model):
    """What one rater says of one expert of a project, or one expert of who organised it. There is one of each
    (constraints), and what it says stays (triggers). ``total`` is the weighted mean of ``scores`` ({dimension: of
    100}). ``withdrawn_at``: its expert objected, and the office agreed; it counts no more.
    """

    never = ("DELETE",)
    final = (
        # Not the comment: new keys write it anew, and none but its own row opens it.
        *("scores", "total", "participation", "given_at", "withdrawn_at", "target"),
        *("evaluation_id", "form_id", "rater_id", "expert_id", "invitation_id"),
    )

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    evaluation = models.ForeignKey(
        Evaluation, verbose_name="项目评价", on_delete=models.PROTECT, related_name="ratings"
    )
    form = models.ForeignKey(
        RatingForm, verbose_name="评价表", on_delete=models.PROTECT, related_name="+"
    )
    target = models.CharField("评价对象", max_length=12, choices=Target.choices)
    # Of an organiser's rating, too: it is how one says it once; no page shows it there.
    rater = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="评价人", on_delete=models.PROTECT, related_name="+"
    )
    expert = models.ForeignKey(
        Expert,
        verbose_name="专家",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    invitation = models.ForeignKey(
        Invitation,
        verbose_name="邀请",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    scores = models.JSONField("各项得分")
    total = models.DecimalField("综合得分", max_digits=5, decimal_places=2, validators=[SCORES])
    # Empty of an organiser: only of experts is it asked.
    participation = models.CharField(
        "参与度", max_length=12, choices=Participation.choices, blank=True
    )
    # Filled up to that length: else a long one could be told from none.
    comment = EncryptedTextField("评语", bound_to=("uid",), at_least=512)
    given_at = models.DateTimeField("评价时间")
    withdrawn_at = models.DateTimeField("撤销时间", null=True, blank=True)
    proof = ProofField(
        "凭证",
        null=False,
        says=(
            *("uid.hex", "evaluation.project.number", "target", "expert.number", "rater.username"),
            *("form.version", "scores", "total_text", "participation", "given_at", "withdrawn_at"),
            *("invitation.draw.number", "invitation.line"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "评价"
        ordering = ["-given_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation", "rater", "expert"],
                condition=Q(target=Target.EXPERT),
                name="evaluations_expert_once",
            ),
            models.UniqueConstraint(
                fields=["evaluation", "rater", "target"],
                condition=Q(target__in=BY_EXPERTS),
                name="evaluations_organiser_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    target=Target.EXPERT,
                    expert__isnull=False,
                    invitation__isnull=False,
                    participation__in=Participation.values,
                )
                | Q(
                    target__in=BY_EXPERTS,
                    expert__isnull=True,
                    invitation__isnull=True,
                    participation="",
                ),
                name="evaluations_about_one",
            ),
            within("evaluations_rating_bounds", total=SCORES),
        ]
        indexes = [
            models.Index(fields=["expert", "-given_at"], name="evaluations_expert"),
            models.Index(fields=["invitation"], name="evaluations_invitation"),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation.project}：{self.get_target_display()} {self.total}"

    @property
    def total_text(self) -> str:
        """The total as its proof has it."""
        return f"{self.total:.2f}"

    @property
    def readable_comment(self) -> str:
        return readable(self, "comment")

    @property
    def lines(self) -> list[tuple[str, int, str]]:
        """What is said of each dimension: its name, the score and its grade."""
        return [
            (one.name, score, self.form.word_for(score))
            for one in self.form.asked
            if (score := self.scores.get(one.name)) is not None
        ]

    @property
    def words(self) -> str:
        return " · ".join(f"{name} {word}" for name, _, word in self.lines)
