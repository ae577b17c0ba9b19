"""Yearly inspections: a round, and where each of its experts stands in it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from expertpool.core.bounds import DAYS, Bounds, within
from expertpool.core.fields import EncryptedTextField, ProofField, is_vouched, readable
from expertpool.inspections.enums import TO_SUBMIT, RoundState, State

YEARS = Bounds(2000, 2099)
MOST_MATERIALS = 6
MOST_REASON = 200  # letters of why a suspension ends, or a term is renewed
LONGEST = 1000  # of what an expert says
# What a new round says and asks at first.
DECLARATION = (
    "本人承诺：所填内容和所交材料真实、准确、有效；本年度遵守评审纪律，没有应当回避而未申报的情形。"
)
GUIDANCE = "请说明本年度工作单位、职称、执业资格有无变化，参加继续教育的情况，以及有无受到行政处罚、行业处分。"
MATERIALS = "执业（职业）资格证书\n本年度继续教育证明"
_ENDED = (State.PASSED, State.FAILED)


class Round(models.Model):
    """A yearly inspection (年检): who takes part is chosen by ``criteria`` among the members when it is opened.

    ``due_date`` is the last day to hand in. From ``suspend_from`` on nobody who has not passed is drawn, but who
    handed in in time and waits for the office; None: it has no such consequence. ``proof``: what it says and who opened
    it, as this system wrote it the ``proof_n``-th time, which only grows (`core.mandates`).
    """

    final = ("uid", "opened_at", "closed_at")

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("名称", max_length=60, unique=True)
    year = models.PositiveSmallIntegerField("年度", validators=[YEARS])
    criteria = models.JSONField("范围", default=dict, blank=True)
    guidance = models.TextField("说明", max_length=2000, blank=True)
    materials = models.JSONField("须交材料", default=list, blank=True)
    declaration = models.TextField("承诺内容", max_length=1000)
    # A day, not a moment: whoever hands in on it, at whatever hour, is in time.
    due_date = models.DateField("提交截止", validators=[DAYS])
    suspend_from = models.DateField("暂停抽取从", null=True, blank=True, validators=[DAYS])
    state = models.CharField(
        "状态", max_length=10, choices=RoundState.choices, default=RoundState.DRAFT
    )
    # How many experts it is for, and of how many the list is made: while it is being opened.
    total = models.PositiveIntegerField("人数", default=0)
    done = models.PositiveIntegerField("已通知", default=0)
    created_at = models.DateTimeField("建立时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="建立人", on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField("开启时间", null=True, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="开启人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    updated_at = models.DateTimeField("更新时间")
    proof_n = models.PositiveIntegerField("凭证序号", default=0, editable=False)
    proof = ProofField(
        "凭证",
        null=False,
        default=b"",
        says=(
            *("uid.hex", "proof_n", "name", "year", "criteria", "guidance", "materials"),
            *("declaration", "due_date", "suspend_from", "opened_at", "opened_by.username"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "年检"
        ordering = ["-year", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RoundState.values), name="inspections_round_known"
            ),
            # Whoever hands in on the last day has done so in time.
            models.CheckConstraint(
                condition=Q(suspend_from__isnull=True) | Q(suspend_from__gt=F("due_date")),
                name="inspections_round_days",
            ),
            models.CheckConstraint(
                condition=Q(state=RoundState.DRAFT, opened_at__isnull=True)
                | ~Q(state=RoundState.DRAFT) & Q(opened_at__isnull=False),
                name="inspections_round_opened",
            ),
            models.CheckConstraint(
                condition=Q(state=RoundState.CLOSED, closed_at__isnull=False)
                | ~Q(state=RoundState.CLOSED) & Q(closed_at__isnull=True),
                name="inspections_round_closed",
            ),
            within("inspections_round_bounds", year=YEARS, due_date=DAYS, suspend_from=DAYS),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.state == RoundState.OPEN

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The materials that are asked for, each with the kind of its files."""
        return [(f"m{at}", name) for at, name in enumerate(self.materials, 1)]


class Inspection(models.Model):
    """One expert in one round. ``state`` changes only in `services`. ``contents`` is what he says of his year;
    ``version`` counts on whenever he saves it. ``due_on`` is his own last day, later than that of the round where
    the office returned what he had handed in. ``is_late``: he handed in after
    it, or did not pass once, and has to pass now. ``suspended_at`` is when he was told
    that he is not drawn since he handed in nothing; ``lifted_at`` ends the suspension that came of it. ``proof``: where it
    stands and by whom, as this system wrote it the ``proof_n``-th time, which only grows."""

    round = models.ForeignKey(
        Round, verbose_name="年检", on_delete=models.PROTECT, related_name="rows"
    )
    expert = models.ForeignKey(
        "experts.Expert", verbose_name="专家", on_delete=models.PROTECT, related_name="+"
    )
    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    contents = EncryptedTextField("本年度情况", bound_to=("uid",), at_least=512)
    is_declared = models.BooleanField("已承诺", default=False)
    # By it a second device is told that it is late, as with applications.
    version = models.PositiveIntegerField("第几稿", default=0)
    due_on = models.DateField("提交截止", validators=[DAYS])
    asked_at = models.DateTimeField("提交时间", null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="提交人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # Kept, and not worked out from days: they are put off when it is returned.
    is_late = models.BooleanField("须通过后恢复", default=False)
    returned_at = models.DateTimeField("退回时间", null=True, blank=True)
    note = models.CharField("审核意见", max_length=500, blank=True)
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="审核人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    suspended_at = models.DateTimeField("暂停抽取通知时间", null=True, blank=True)
    lifted_at = models.DateTimeField("恢复抽取时间", null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="恢复人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    lift_reason = models.CharField("恢复原因", max_length=MOST_REASON, blank=True)
    proof_n = models.PositiveIntegerField("凭证序号", default=0, editable=False)
    proof = ProofField(
        "凭证",
        null=False,
        default=b"",
        says=(
            *("uid.hex", "proof_n", "round.uid.hex", "expert.number", "state", "due_on", "is_late"),
            *("version", "asked_at", "asked_by.username", "returned_at", "note", "decided_at"),
            *("decided_by.username", "lifted_at", "lifted_by.username", "lift_reason"),
        ),
    )

    never = ("DELETE",)  # else somebody would be drawn who has not passed
    final = ("lifted_at",)

    class Meta:
        verbose_name = verbose_name_plural = "专家年检"
        ordering = ["-round__year", "-id"]
        constraints = [
            # A job that is run again chooses nobody twice.
            models.UniqueConstraint(fields=["round", "expert"], name="inspections_once"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="inspections_known"),
            models.CheckConstraint(
                condition=Q(state=State.WAITING)
                | Q(asked_at__isnull=False, asked_by__isnull=False),
                name="inspections_asked",
            ),
            # Somebody decides, and it is not who handed in.
            models.CheckConstraint(
                condition=Q(state__in=_ENDED, decided_at__isnull=False, decided_by__isnull=False)
                & ~Q(decided_by=F("asked_by"))
                | ~Q(state__in=_ENDED) & Q(decided_at__isnull=True, decided_by__isnull=True),
                name="inspections_decided",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | ~Q(lift_reason=""), name="inspections_lifted"
            ),
            within("inspections_inspection_bounds", due_on=DAYS),
        ]
        indexes = [
            models.Index(fields=["expert"], name="inspections_expert"),
            models.Index(fields=["round", "state"], name="inspections_state"),
        ]

    def __str__(self) -> str:
        return f"{self.expert.name}（{self.expert.number}）"

    def keep(self, *names: str) -> None:
        """Save what this system has made of it, all or the columns ``names``, with a proof."""
        self.proof_n += 1
        # The number goes up each time: an earlier row that is put back is told by it.
        self.save(update_fields=[*names, "proof_n", "proof"] if names else None)

    @property
    def is_altered(self) -> bool:
        """Whether somebody else than this system has written where it stands."""
        return not is_vouched(self)

    @property
    def readable_contents(self) -> str:
        """What he says as a page shows it (`core.fields.readable`)."""
        return readable(self, "contents")

    @property
    def may_submit(self) -> bool:
        """Whether its expert may write and hand in: while the round goes on, or once it was returned to him."""
        going_on = self.round.is_open or self.state == State.RETURNED
        return going_on and self.state in TO_SUBMIT
