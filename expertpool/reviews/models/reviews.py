"""What a panel scores, who scores it, and what each has said."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from expertpool.core.bounds import MOMENTS, Bounds, within
from expertpool.core.crypto import blind_index
from expertpool.core.fields import EncryptedTextField, ProofField, is_vouched, readable
from expertpool.draws.models import Invitation
from expertpool.experts.models import Expert
from expertpool.projects.models import Project
from expertpool.reviews.enums import ReviewerState, ReviewState
from expertpool.reviews.models.rules import ReviewRule
from expertpool.workflow.models import TwoPersonRequest

PRICES = Bounds(Decimal(0), Decimal(1_000_000_000_000))
PLACES = Bounds(1, 10_000)  # items of a review
STAGES = Bounds(1, 20)
MOST_LEFT = 200  # letters of why somebody scores no more

# code of an indicator → [value, reason], both as text
Scores = dict[str, list[str]]


def hash_of(said: Any) -> str:
    """Return SHA-256 (hex) of ``said`` as canonical JSON."""
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _readable(said: Any) -> Scores:
    """Return what can be scores of ``said``: a draft has no proof, and whatever is written into one breaks no page."""
    pairs = said.items() if isinstance(said, dict) else ()
    return {code: both for code, both in pairs if _is_pair(both)}


def _is_pair(both: Any) -> bool:
    return isinstance(both, list) and len(both) == 2 and all(isinstance(one, str) for one in both)


class Review(models.Model):
    """The scoring of ``project`` by its panel. Items and terms are set while it is prepared; from ``opened_at`` on they
    stay, and the experts score. ``stages`` of the rule are open, the leader opens the next; ``ended_at``: nobody
    scores any more."""

    never = ("DELETE",)
    final = ("opened_at", "ended_at", "project_id")

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    project = models.OneToOneField(
        Project, verbose_name="项目", on_delete=models.PROTECT, related_name="+"
    )
    rule = models.ForeignKey(
        ReviewRule,
        verbose_name="评审规则",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # Some laws want a stage to be over for all before the next begins: those who fail are scored no further.
    by_stage = models.BooleanField("由组长逐阶段开启", default=False)
    stages = models.PositiveSmallIntegerField("已开启阶段", default=1, validators=[STAGES])
    due_at = models.DateTimeField("截止时间", null=True, blank=True, validators=[MOMENTS])
    created_at = models.DateTimeField("建立时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="建立人", on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField("开始时间", null=True, blank=True)
    reminded_at = models.DateTimeField("提醒时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    # Of what is scored, in canonical form, as it stood when it was opened.
    items_hash = models.CharField("评审对象摘要", max_length=64, blank=True)
    proof = ProofField(
        "凭证",
        null=False,
        says=(
            *("uid.hex", "project.number", "rule.name", "rule.version", "by_stage"),
            *("opened_at", "ended_at", "items_hash", "stages", "due_at"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "评审"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(opened_at__isnull=False),
                name="reviews_ends_once_open",
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True) | Q(rule__isnull=False),
                name="reviews_opens_with_rule",
            ),
            within("reviews_review_bounds", stages=STAGES, due_at=MOMENTS),
        ]
        indexes = [models.Index(fields=["ended_at", "due_at"], name="reviews_due")]

    def __str__(self) -> str:
        return f"{self.project.name} 评审"

    @property
    def is_anonymous(self) -> bool:
        """Whether experts see numbers instead of names."""
        return self.rule is not None and self.rule.anonymous

    @cached_property
    def has_result(self) -> bool:
        """Whether its result is sealed; one that has ended without was stopped. Lists read it along, under this name."""
        return type(self).objects.filter(pk=self.pk, result__isnull=False).exists()

    @property
    def state(self) -> ReviewState:
        if self.ended_at:
            return ReviewState.ENDED if self.has_result else ReviewState.STOPPED
        return ReviewState.OPEN if self.opened_at else ReviewState.DRAFT

    @property
    def is_altered(self) -> bool:
        """Whether somebody else than this system has written by what, until when and how far it is scored."""
        return not is_vouched(self)

    def is_open(self, now: datetime) -> bool:
        """Tell whether experts score now."""
        in_time = self.due_at is None or now < self.due_at
        return self.opened_at is not None and self.ended_at is None and in_time


class ReviewItem(models.Model):
    """One thing that is scored (投标文件, 申报书, 论文): its ``number`` names it within the review, ``alias`` to the experts
    of an anonymous one. From ``fixed_at`` on, when the review was opened, it stays (trigger)."""

    final = ("fixed_at",)

    review = models.ForeignKey(
        Review, verbose_name="评审", on_delete=models.PROTECT, related_name="items"
    )
    place = models.PositiveIntegerField("次序", validators=[PLACES])
    number = models.CharField("编号", max_length=40)
    # Never empty: of a review that is not anonymous it is the number, so that pages need one way alone.
    alias = models.CharField("匿名编号", max_length=40)
    name = models.CharField("名称", max_length=200)
    unit = models.CharField("单位（人）", max_length=200, blank=True)
    category = models.CharField("类别", max_length=50, blank=True)
    price = models.DecimalField(
        "报价（元）",
        max_digits=15,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[PRICES],
    )
    fixed_at = models.DateTimeField("确定时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "评审对象"
        ordering = ["review", "place"]
        constraints = [
            models.UniqueConstraint(fields=["review", "number"], name="reviews_item_number"),
            models.UniqueConstraint(fields=["review", "alias"], name="reviews_item_alias"),
            within("reviews_item_bounds", place=PLACES, price=PRICES),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def content(self) -> list[str]:
        """What is scored, in canonical form."""
        # As text: a float would be written otherwise by another library, and hash to another value.
        price = "" if self.price is None else f"{self.price:.2f}"
        return [self.number, self.alias, self.name, self.unit, self.category, price]


class Reviewer(models.Model):
    """An expert who scores: one who sits in the panel, by his line of the draw; ``place`` is what he is called where
    his name is not said. ``left_at``: he scores no more; what he had submitted ``counts`` or not."""

    never = ("DELETE",)
    final = ("left_at", "expert_id", "review_id")

    review = models.ForeignKey(
        Review, verbose_name="评审", on_delete=models.PROTECT, related_name="reviewers"
    )
    # The line and not the expert says that he sits: one that he lost makes him score no more.
    invitation = models.ForeignKey(
        Invitation, verbose_name="邀请", on_delete=models.PROTECT, related_name="+"
    )
    expert = models.ForeignKey(
        Expert, verbose_name="专家", on_delete=models.PROTECT, related_name="+"
    )
    # What is published names places: names are told to some alone.
    place = models.PositiveSmallIntegerField("席位", validators=[PLACES])
    is_leader = models.BooleanField("组长", default=False)
    joined_at = models.DateTimeField("加入时间")
    signed_in_at = models.DateTimeField("签到时间", null=True, blank=True)
    left_at = models.DateTimeField("退出时间", null=True, blank=True)
    left_why = models.CharField("退出原因", max_length=MOST_LEFT, blank=True)
    counts = models.BooleanField("评审表计入结果", default=True)
    proof = ProofField(
        "凭证",
        null=False,
        says=(
            *("review.uid.hex", "place", "expert.number", "is_leader"),
            *("joined_at", "left_at", "counts", "left_why"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "评审专家"
        ordering = ["review", "place"]
        constraints = [
            models.UniqueConstraint(fields=["review", "place"], name="reviews_place"),
            models.UniqueConstraint(
                fields=["review", "expert"],
                # Who scored for a draw that is void by now may be drawn again.
                condition=Q(left_at__isnull=True),
                name="reviews_expert_once",
            ),
            models.UniqueConstraint(
                fields=["review"],
                # Whoever left keeps his mark: what he said as a leader may still count.
                condition=Q(is_leader=True, left_at__isnull=True),
                name="reviews_one_leader",
            ),
            within("reviews_reviewer_bounds", place=PLACES),
        ]
        indexes = [models.Index(fields=["expert", "-joined_at"], name="reviews_expert")]

    def __str__(self) -> str:
        return f"专家 {self.place}"

    @property
    def key(self) -> str:
        """What he is called in the calculation, and in what is published of it."""
        return str(self.place)

    @property
    def is_altered(self) -> bool:
        return not is_vouched(self)


class ScoreSheet(models.Model):
    """What ``reviewer`` has filled in of ``item`` so far; that there is a row says that he is asked to. ``revision`` grows
    with each save, so that a second device is noticed. What counts is his `Submission`. ``is_far``: whether its total was
    far from the others' when he came to sign; compared once, so that nobody finds out theirs by trying."""

    reviewer = models.ForeignKey(
        Reviewer, verbose_name="评审专家", on_delete=models.PROTECT, related_name="sheets"
    )
    item = models.ForeignKey(
        ReviewItem, verbose_name="评审对象", on_delete=models.PROTECT, related_name="+"
    )
    scores = models.JSONField("评分", default=dict, blank=True)
    revision = models.PositiveIntegerField("修订", default=0)
    saved_at = models.DateTimeField("保存时间", null=True, blank=True)
    is_far = models.BooleanField("与其他专家相差较大", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "评分表草稿"
        ordering = ["reviewer", "item__place"]
        constraints = [
            models.UniqueConstraint(fields=["reviewer", "item"], name="reviews_sheet_once"),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer} · {self.item}"

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> ScoreSheet:
        row = super().from_db(*args, **kwargs)
        if "scores" in row.__dict__:
            # Here once, since every page and the calculation read it.
            row.scores = _readable(row.scores)
        return row


class Submission(models.Model):
    """The sheet that ``reviewer`` submitted and signed: ``content`` is what he said of each item ({number: {code:
    [value, reason]}}), ``remarks`` why he keeps to scores that are far from the others' ({number: why}). It stays (triggers); handed back (``returned_at``, by two persons), it counts no more, and
    the next one is another version."""

    never = ("DELETE",)
    final = ("returned_at", "content", "remarks", "version", "reviewer_id", "submitted_at")

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    reviewer = models.ForeignKey(
        Reviewer, verbose_name="评审专家", on_delete=models.PROTECT, related_name="submissions"
    )
    version = models.PositiveSmallIntegerField("版本")
    content = models.JSONField("评分")
    remarks = models.JSONField("评分差异说明", default=dict, blank=True)
    submitted_at = models.DateTimeField("提交时间")
    # A picture (SVG) that we made of his strokes.
    signature = EncryptedTextField("签名", bound_to=("uid",))
    signed_from = EncryptedTextField("提交时的地址和设备", bound_to=("uid",))
    returned_at = models.DateTimeField("退回时间", null=True, blank=True)
    returned_why = models.CharField("退回原因", max_length=500, blank=True)
    proof = ProofField(
        "凭证",
        null=False,
        says=(
            *("uid.hex", "reviewer.review.uid.hex", "reviewer.place", "reviewer.expert.number"),
            # With the hand: who writes both, content and picture, has no key for this.
            *("version", "content_hash", "submitted_at", "returned_at", "readable_signature"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "评分表"
        ordering = ["reviewer", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["reviewer", "version"], name="reviews_version_once"),
            models.UniqueConstraint(
                fields=["reviewer"],
                condition=Q(returned_at__isnull=True),
                name="reviews_submitted_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer} 评分表第 {self.version} 版"

    @property
    def content_hash(self) -> str:
        # Sheets from before there were remarks keep their hash.
        return hash_of([self.content, self.remarks] if self.remarks else self.content)

    @property
    def mark(self) -> str:
        """What names the content to whoever reads of it. Keyed: scores are few, and would be tried until one fits."""
        return blind_index("reviews.content", f"{self.uid.hex} {self.content_hash}").hex()

    @property
    def is_altered(self) -> bool:
        """Whether somebody else than this system has written what it says."""
        return not is_vouched(self)

    @property
    def readable_signature(self) -> str:
        return readable(self, "signature")


class HandBack(TwoPersonRequest):
    """That a submitted sheet be handed back to its expert, to be filled in anew: one person asks, another agrees."""

    subject_field = "submission"
    final = ("decided_at", "agreed", "decided_by_id", "submission_id", "reason")

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")

    class Meta(TwoPersonRequest.Meta):
        verbose_name = verbose_name_plural = "退回评分表申请"
        constraints = [
            *TwoPersonRequest.Meta.constraints,
            models.UniqueConstraint(
                fields=["submission"],
                condition=Q(decided_at__isnull=True),
                name="reviews_one_hand_back",
            ),
        ]

    @property
    def subject_name(self) -> str:
        return self.submission.uid.hex


def state_of(reviewer: Reviewer, *, submitted: bool, started: bool) -> ReviewerState:
    """Return how far ``reviewer`` has come."""
    if reviewer.left_at:
        return ReviewerState.LEFT
    if submitted:
        return ReviewerState.SUBMITTED
    return ReviewerState.SCORING if started else ReviewerState.WAITING
