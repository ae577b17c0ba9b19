"""Which expert scores which item, where not all score all: sealed, drawn and kept as a draw is."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from expertpool.core.bounds import Bounds, within
from expertpool.core.fields import EncryptedTextField, ProofField, is_vouched, readable
from expertpool.draws.models import Invitation
from expertpool.reviews.enums import AssignmentState
from expertpool.reviews.models.reviews import Review, Reviewer, hash_of
from expertpool.workflow.models import TwoPersonRequest
from vdraw.assignment import AssignmentRule
from vdraw.chain import event_hash
from vdraw.seal import seed_value

EACH = Bounds(1, 50)  # experts of an item
MOST = Bounds(1, 2000)  # items of an expert
ALTERED = "?"  # no hash


class ItemAssignment(models.Model):
    """That each item of ``review`` is scored by ``per_item`` of its experts, of whom nobody scores more than ``per_expert``.
    From ``sealed_at`` on nothing of what is sealed changes; ``reveals`` are the values that were given since,
    ``events`` (linked, as in a record of the protocol) say who was given what. ``voided_at``: it was given up before that, or the draw of all
    whom it was among is void."""

    final = (
        *("sealed_at", "drawn_at", "voided_at", "review_id"),
        *("number", "seal", "seed", "sealed_by_id"),
    )

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    review = models.ForeignKey(
        Review, verbose_name="评审", on_delete=models.PROTECT, related_name="+"
    )
    per_item = models.PositiveSmallIntegerField("每个评审对象几人评", validators=[EACH])
    per_expert = models.PositiveSmallIntegerField("每人最多评几个", validators=[MOST])
    supervised = models.BooleanField("监督人提供随机值", default=True)
    # Chosen by somebody instead of drawn, which is no draw: why, and of each item (by place) the experts (by place).
    by_hand = models.BooleanField("人工指定", default=False)
    why_by_hand = models.CharField("人工指定的理由", max_length=500, blank=True)
    chosen = models.JSONField("指定的专家", default=dict, blank=True)
    created_at = models.DateTimeField("设置时间")
    number = models.CharField("分配编号", max_length=20, blank=True)
    rule_content = models.JSONField("封存的规则", default=dict, blank=True)
    items_content = models.JSONField("封存的评审对象", default=list, blank=True)
    # Who each commitment is, with salts, classes and bars; the value that the system gives.
    people = EncryptedTextField("封存的专家", key="SEAL_KEY", bound_to=("uid",), blank=True)
    nonce = EncryptedTextField("系统随机数", key="SEAL_KEY", bound_to=("uid",), blank=True)
    seal = models.CharField("封存值", max_length=64, blank=True)
    sealed_at = models.DateTimeField("封存时间", null=True, blank=True)
    sealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="封存人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reveals = models.JSONField("公开的随机值", default=list, blank=True)
    seed = models.CharField("种子", max_length=64, blank=True)
    events = models.JSONField("事件", default=list, blank=True)
    drawn_at = models.DateTimeField("分配时间", null=True, blank=True)
    voided_at = models.DateTimeField("放弃时间", null=True, blank=True)
    voided_why = models.CharField("放弃原因", max_length=500, blank=True)
    proof = ProofField(
        "凭证",
        null=False,
        says=(
            *(
                "uid.hex",
                "review.uid.hex",
                "per_item",
                "per_expert",
                "supervised",
                "number",
                "chosen_hash",
            ),
            *("sealed_at", "seal", "readable_nonce", "seed", "drawn_at", "head", "voided_at"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "评审对象分配"
        ordering = ["review", "-pk"]
        constraints = [
            models.UniqueConstraint(
                # Those that were given up stay beside it: how often somebody sealed anew is asked.
                fields=["review"],
                condition=Q(voided_at__isnull=True),
                name="reviews_one_assignment",
            ),
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="reviews_assignment_number"
            ),
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=True) | Q(sealed_at__isnull=False),
                name="reviews_drawn_once_sealed",
            ),
            within("reviews_assignment_bounds", per_item=EACH, per_expert=MOST),
        ]

    def __str__(self) -> str:
        return self.number or "未封存的分配"

    @property
    def operator_id(self) -> int | None:
        """Who sealed it, as a record says it of hands."""
        return self.sealed_by_id

    @property
    def head(self) -> str:
        """The hash of the last event, to which the whole list `hangs_together`."""
        return str(self._last.get("hash", ALTERED)) if self.events else ""

    @property
    def _last(self) -> dict[str, Any]:
        """The last event; nothing where somebody wrote what is no event, which breaks no page and no check."""
        last = self.events[-1] if isinstance(self.events, list) and self.events else None
        return last if isinstance(last, dict) else {}

    @property
    def hangs_together(self) -> bool:
        """Whether events and values lead from what was sealed to the seed and the head, which alone are proven."""
        try:
            return self._seed_follows() and self._events_follow()
        except (ValueError, KeyError, TypeError, AttributeError):
            return False  # not what this system writes at all

    def _seed_follows(self) -> bool:
        if not self.seed:
            return not self.reveals
        rule = AssignmentRule.from_dict(self.rule_content)
        values = [bytes.fromhex(one["value"]) for one in self.reveals]
        return seed_value(rule.digest, bytes.fromhex(self.seal), values).hex() == self.seed

    def _events_follow(self) -> bool:
        if not self.events:
            return True
        rule = None if self.by_hand else AssignmentRule.from_dict(self.rule_content)
        link = self.seal if rule is None else self.seed
        for event in self.events:
            link = link_of(link, event) if rule is None else event_hash(rule, link, event)
            if link != event["hash"]:
                return False
        return True

    @property
    def chosen_hash(self) -> str:
        """What names who was chosen, and why by hand; empty of what is drawn."""
        return hash_of([self.why_by_hand, self.chosen]) if self.by_hand else ""

    @property
    def lacking(self) -> int:
        """How many experts its items lack by now."""
        found = self._last.get("lacking", {})
        said = found.values() if isinstance(found, dict) else ()
        return sum(one for one in said if isinstance(one, int))

    @property
    def readable_nonce(self) -> str:
        return readable(self, "nonce")

    @property
    def state(self) -> AssignmentState:
        if self.voided_at:
            return AssignmentState.VOID
        if self.drawn_at:
            return AssignmentState.DRAWN
        return AssignmentState.SEALED if self.sealed_at else AssignmentState.DRAFT

    @property
    def is_altered(self) -> bool:
        """Whether somebody else than this system has written what it says."""
        return not (is_vouched(self) and self.hangs_together)


def link_of(head: str, event: Mapping[str, Any]) -> str:
    """Return what links ``event`` of what was chosen by hand behind ``head``."""
    return hash_of([head, {name: said for name, said in event.items() if name != "hash"}])


class ReassignRequest(TwoPersonRequest):
    """That others score in ``review`` than was drawn: ``reviewer`` has to stay away from the items at ``places``, or
    (``leaves``) scores no more, and what he submitted ``counts`` or not; or the one of ``invitation``, who stands by, comes in
    though it is not his turn. ``assignment``: by which items were given; none where all score all. ``ground`` is one of the
    list that the office keeps, ``reason`` all of it in words."""

    subject_field = "review"
    final = (
        *("decided_at", "agreed", "decided_by_id", "reason", "review_id", "assignment_id"),
        *("reviewer_id", "invitation_id", "leaves", "counts", "places", "ground"),
    )

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    assignment = models.ForeignKey(
        ItemAssignment, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewer = models.ForeignKey(Reviewer, null=True, on_delete=models.PROTECT, related_name="+")
    invitation = models.ForeignKey(
        Invitation, null=True, on_delete=models.PROTECT, related_name="+"
    )
    leaves = models.BooleanField("退出评审")
    counts = models.BooleanField("评分表计入结果", default=False)
    places = models.JSONField("回避的评审对象", default=list, blank=True)
    ground = models.CharField("原因", max_length=50)

    class Meta(TwoPersonRequest.Meta):
        verbose_name = verbose_name_plural = "回避、退出、候补申请"
        constraints = [
            *TwoPersonRequest.Meta.constraints,
            models.UniqueConstraint(
                fields=["reviewer"],
                condition=Q(decided_at__isnull=True),
                name="reviews_one_reassign",
            ),
            models.UniqueConstraint(
                fields=["invitation"],
                condition=Q(decided_at__isnull=True),
                name="reviews_one_bring_in",
            ),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=False, invitation__isnull=True)
                | Q(reviewer__isnull=True, invitation__isnull=False, leaves=False),
                name="reviews_reassign_of_one",
            ),
        ]

    @property
    def subject_name(self) -> str:
        return self.review.uid.hex
