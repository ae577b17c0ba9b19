"""What one expert is paid for one project, and how he confirmed it."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import UTC, date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property

from expertpool.core.bounds import MOMENTS, Bounds, within
from expertpool.core.fields import EncryptedTextField, ProofField, is_vouched, readable
from expertpool.draws.models import Invitation
from expertpool.experts.models import Expert
from expertpool.fees.enums import FeeOutcome, FeeState
from expertpool.fees.models.rates import FeeRate
from expertpool.fees.rules.days import Stretch, by_day
from expertpool.fees.rules.pay import Labour, Step
from expertpool.fees.rules.stages import MOST, MOST_MINUTES
from expertpool.projects.models import Project

if TYPE_CHECKING:
    from expertpool.fees.models.payments import Payment

MOST_NOTE = 200  # letters
MINUTES = Bounds(0, MOST_MINUTES)
ITEMS = Bounds(0, 10_000)
OTHER = Bounds(Decimal(0), MOST)
FEES = Bounds(Decimal(0), Decimal(10_000_000))
# Of a later payment in a month less may be withheld than was too much before.
TAXES = Bounds(-FEES.high, FEES.high)


class FeeLine(models.Model):
    """The fee (劳务费) of ``expert`` for ``project``: worked out by ``rate`` from the time of his review, told him by
    a letter (``sent_at``), confirmed by his hand (``signed_at``). From when it was sent what it says stays (triggers), with what it
    takes from elsewhere (``said``: names, who pays, in words): another fee begins with a reversal (``reversed_at``), and only then can there be another for him and the project (constraint).

    A fee that was paid and found wrong is corrected by another (``corrects``), by which more is paid or, less than nothing, was paid too
    much and comes back (``received_at``). Times are minutes of the clock without breaks; sums are yuan. ``tax`` is what the letter says: what is withheld if it is paid
    in the month in which it was sent, as all that was sent in it. What is withheld indeed says its payment (``withheld``).
    """

    never = ("DELETE",)
    final = ("sent_at", "signed_at", "reversed_at", "received_at", "said", "reversal")

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    # Not the draw: one may cover several projects, and a project have several of them.
    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.PROTECT, related_name="+"
    )
    expert = models.ForeignKey(
        Expert, verbose_name="专家", on_delete=models.PROTECT, related_name="+"
    )
    invitation = models.ForeignKey(
        Invitation, verbose_name="邀请", on_delete=models.PROTECT, related_name="+"
    )
    corrects = models.ForeignKey(
        "self",
        verbose_name="更正的劳务费",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="corrections",
    )
    rate = models.ForeignKey(
        FeeRate, verbose_name="劳务费标准", on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField("评审情况", max_length=16, choices=FeeOutcome.choices)
    started_at = models.DateTimeField("开始时间", null=True, blank=True, validators=[MOMENTS])
    ended_at = models.DateTimeField("结束时间", null=True, blank=True, validators=[MOMENTS])
    break_minutes = models.PositiveIntegerField("休息用餐（分钟）", default=0, validators=[MINUTES])
    # Of a review of several days, each as `Stretch` has it; the times above are then where it began and ended, the
    # breaks theirs together.
    days = models.JSONField("按天的时间", default=list, db_default=[], blank=True)
    items = models.PositiveIntegerField(
        "评审对象（件）", default=0, db_default=0, validators=[ITEMS]
    )
    # Kept, not looked up: calendars are filled in later, letters stay.
    is_holiday = models.BooleanField("法定节假日", default=False)
    is_leader = models.BooleanField("组长", default=False)
    other = models.DecimalField(
        "其他补助（元）", max_digits=8, decimal_places=2, default=Decimal(0), validators=[OTHER]
    )
    # What was agreed that he gets after tax, instead of what the rate pays; nought: nothing was.
    agreed_net = models.DecimalField(
        "协商实得（元）",
        max_digits=8,
        decimal_places=2,
        default=Decimal(0),
        db_default=Decimal(0),
        validators=[OTHER],
    )
    note = models.CharField("说明", max_length=MOST_NOTE, blank=True)
    # As it was worked out then: a later version of the code may round otherwise.
    steps = models.JSONField("计算过程")
    gross = models.DecimalField("应发（元）", max_digits=10, decimal_places=2, validators=[TAXES])
    # May be less than nothing: what was too much in the month is given back.
    tax = models.DecimalField(
        "代扣个税（元）", max_digits=10, decimal_places=2, default=Decimal(0), validators=[TAXES]
    )
    travel = models.DecimalField(
        "差旅（元）", max_digits=10, decimal_places=2, default=Decimal(0), validators=[FEES]
    )
    entered_at = models.DateTimeField("登记时间")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    # Letters from before this was kept have none.
    said = models.JSONField("确认函所写", null=True, blank=True)
    signed_at = models.DateTimeField("签字时间", null=True, blank=True)
    # A picture (SVG) that we made of his strokes.
    signature = EncryptedTextField("签名", bound_to=("uid",))
    signed_from = EncryptedTextField("签字时的地址和设备", bound_to=("uid",))
    received_at = models.DateTimeField("收回时间", null=True, blank=True)
    reversed_at = models.DateTimeField("冲销时间", null=True, blank=True)
    reversal = models.CharField("冲销原因", max_length=200, blank=True)
    proof = ProofField(
        "凭证",
        null=False,
        says=("letter_hash", "state_text", "signed_at", "readable_signature"),
    )

    class Meta:
        verbose_name = verbose_name_plural = "劳务费"
        ordering = ["-entered_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "expert"],
                condition=Q(reversed_at__isnull=True, corrects__isnull=True),
                name="fees_line_once",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=FeeOutcome.values), name="fees_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True, ended_at__isnull=True)
                | Q(ended_at__gt=F("started_at")),
                name="fees_ends_after",
            ),
            models.CheckConstraint(
                # Nobody signs what he was not shown.
                condition=Q(signed_at__isnull=True) | Q(sent_at__isnull=False),
                name="fees_signed_once_sent",
            ),
            models.CheckConstraint(
                condition=Q(reversed_at__isnull=True) | Q(sent_at__isnull=False),
                name="fees_reversed_once_sent",
            ),
            models.CheckConstraint(
                condition=Q(gross__gte=0) | Q(corrects__isnull=False, signed_at__isnull=True),
                name="fees_less_corrects",
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True) | Q(gross__lt=0),
                name="fees_received_of_less",
            ),
            within(
                "fees_line_bounds",
                started_at=MOMENTS,
                ended_at=MOMENTS,
                break_minutes=MINUTES,
                other=OTHER,
                gross=TAXES,
                tax=TAXES,
                travel=FEES,
            ),
            within("fees_line_items_bounds", items=ITEMS),
            within("fees_line_agreed_bounds", agreed_net=OTHER),
        ]
        indexes = [
            models.Index(fields=["expert", "-entered_at"], name="fees_expert"),
            models.Index(fields=["project"], name="fees_project"),
            # What an expert was sent in a month, each time something is withheld.
            models.Index(fields=["expert", "sent_at"], name="fees_month"),
        ]

    def __str__(self) -> str:
        return f"{self.project.name} · {self.expert.name}"

    @property
    def state(self) -> FeeState:
        if self.reversed_at:
            return FeeState.REVERSED
        if self.signed_at:
            return FeeState.SIGNED
        return FeeState.SENT if self.sent_at else FeeState.DRAFT

    @property
    def state_text(self) -> str:
        """The state as its proof has it, with when it came back, where it did."""
        state: str = self.state.value
        received = self.received_at
        return f"{state} {received.astimezone(UTC).isoformat()}" if received else state

    @cached_property
    def is_of_void_draw(self) -> bool:
        """Whether its draw is void by now. Lists read it along, under this name."""
        return not self.invitation.draw.is_valid

    @property
    def is_to_sign(self) -> bool:
        """Whether its letter waits for his hand; what comes back nobody signs."""
        return self.state == FeeState.SENT and self.gross >= 0

    @property
    def told_on(self) -> date | None:
        """The day on which he signed, as others are told it (`queries.lines.fees_told`)."""
        if self.signed_at is None or getattr(self, "is_untold", False):
            return None
        return timezone.localdate(self.signed_at)

    @property
    def told_state(self) -> str:
        """Where it stands, as others are told it; one that this system did not write says so."""
        if self.is_altered:
            return "altered"
        if self.gross < 0 and self.state == FeeState.SENT:
            return (FeeState.RECEIVED if self.received_at else FeeState.TO_RECEIVE).value
        if payment := self.payment:
            return (FeeState.PAID if payment.paid_at else FeeState.PAYING).value
        is_told = self.state != FeeState.SIGNED or self.told_on is not None
        return (self.state if is_told else FeeState.SENT).value

    @property
    def told_words(self) -> str:
        """The same in words."""
        return "被改动过，不要付款" if self.is_altered else str(FeeState(self.told_state).label)

    @property
    def minutes(self) -> int:
        """How long he reviewed, breaks and nights left out; begun minutes do not count."""
        if self.days:
            return sum(one.minutes for one in self.stretches)
        if self.started_at is None or self.ended_at is None:
            return 0
        whole = int((self.ended_at - self.started_at).total_seconds() // 60)
        return max(whole - self.break_minutes, 0)

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """When he reviewed on which day, of a review of several days."""
        return tuple(Stretch.from_json(one) for one in self.days)

    @property
    def labour(self) -> Labour:
        return Labour(
            outcome=FeeOutcome(self.outcome),
            minutes=self.minutes,
            is_holiday=self.is_holiday,
            is_leader=self.is_leader,
            other=self.other,
            items=self.items,
            days=by_day(self.stretches),
        )

    @property
    def calculation(self) -> list[Step]:
        """How it was worked out; what somebody else has written is not read."""
        steps = [] if self.is_altered else self.steps
        return [Step(text, Decimal(amount)) for text, amount in steps]

    @property
    def withheld(self) -> Decimal:
        """What is withheld: of its payment, by the month in which it is paid; before there is one, as the letter says."""
        return payment.tax if (payment := self.payment) else self.tax

    @property
    def net(self) -> Decimal:
        return self.gross - self.withheld

    @property
    def payable(self) -> Decimal:
        """What he is paid: what is left after tax, and the costs of his way, of which none is withheld."""
        return self.net + self.travel

    @property
    def told_net(self) -> Decimal:
        """What is left after tax as its letter says."""
        return self.gross - self.tax

    @property
    def payer(self) -> str:
        """Who pays, as its letter says; empty of letters from before this was kept."""
        return str((self.said or {}).get("payer", ""))

    @property
    def uid_text(self) -> str:
        return self.uid.hex

    @property
    def payment(self) -> Payment | None:
        """Its payment that stands, if any (``payments`` read along)."""
        return next(
            (one for one in self.payments.all() if not (one.returned_at or one.dropped_at)), None
        )

    @property
    def returned(self) -> Payment | None:
        """The payment that the bank returned last, as long as it is not paid anew (``payments`` read along)."""
        if self.payment or self.reversed_at:
            return None
        found = [one for one in self.payments.all() if one.returned_at]
        return max(found, key=lambda one: one.pk, default=None)

    @property
    def letter(self) -> dict[str, Any]:
        """What the letter says: the same content has the same hash."""
        # Left out where it is none: letters from before it was paid keep their hash.
        travel = {"travel": f"{self.travel:.2f}"} if self.travel else {}
        said = {"said": self.said} if self.said else {}
        corrects = {"corrects": self.corrects.uid.hex} if self.corrects else {}
        return (
            travel
            | said
            | corrects
            | {
                # By its own number: two alike of one project would else have one hash, and one signature fit both.
                "uid": self.uid.hex,
                "project": self.project.number,
                "expert": self.expert.number,
                "rate": [self.rate.name, self.rate.version],
                "outcome": self.outcome,
                "minutes": self.minutes,
                "steps": self.steps,
                "gross": f"{self.gross:.2f}",
                "tax": f"{self.tax:.2f}",
            }
        )

    @property
    def letter_hash(self) -> str:
        """SHA-256 (hex) of the letter's content as canonical JSON."""
        # One way of writing: the order of keys and blanks is part of what is hashed.
        text = json.dumps(self.letter, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def is_altered(self) -> bool:
        """Whether somebody else than this system has written what it says."""
        return not is_vouched(self)

    @property
    def readable_signature(self) -> str:
        return readable(self, "signature")
