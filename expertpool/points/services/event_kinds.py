"""What event rules can do with points."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms

from expertpool.automation.exceptions import ActionRefused, ActionSkipped
from expertpool.automation.registry import Doing, EventKind, RuleAction, Values
from expertpool.draws.models import Invitation
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.points.enums import Cause
from expertpool.points.exceptions import PointsRefused
from expertpool.points.models.ledger import POINTS, signed
from expertpool.points.permissions import CORRECT
from expertpool.points.services.ledger import credit


def _fields(_kind: EventKind) -> Mapping[str, forms.Field]:
    return {
        "points": POINTS.number(label="积分", help_text="正数加分，负数扣分，如 -5。"),
        "label": forms.CharField(
            label="事由", max_length=50, help_text="写入积分明细，专家本人看得到。"
        ),
    }


def _check(_kind: EventKind, values: Values) -> None:
    if not int(values["points"]):
        raise ActionRefused("积分不能为 0。")


def _words(_kind: EventKind, values: Values) -> str:
    return f"给该专家记积分 {signed(int(values['points']))}：{values['label']}"


def _credit(doing: Doing) -> str:
    """Give points to the expert of an event, within the scope of whoever drew the rule up; once, by the key of
    the firing."""
    expert: Expert = doing.party("expert")
    # By his rights as they are now, not as they were when he wrote the rule.
    if not experts_visible_to(doing.author, CORRECT).filter(pk=expert.pk).exists():
        raise ActionRefused(f"规则由 {doing.author.name} 制定，他无权更正该专家的积分")
    points = int(doing.values["points"])
    entry = credit(
        expert_id=expert.pk,
        points=points,
        label=doing.values["label"],
        key=doing.key,
        now=doing.now,
        cause=Cause.EVENT,
        note=doing.reason,
        invitation=doing.row if isinstance(doing.row, Invitation) else None,
    )
    if entry is None:
        raise ActionSkipped("这笔积分已经记过")
    return f"已记 {signed(points)} 分，余额 {entry.balance}"


CREDIT = RuleAction(
    code="points.credit",
    label="记积分",
    fields=_fields,
    words=_words,
    check=_check,
    run=_credit,
    needs="expert",
    permission=CORRECT,
    weighty=True,
    refused=(PointsRefused,),
    order=55,
)
