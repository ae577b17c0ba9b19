"""Points, levels and services for the demonstration."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.points.enums import Cause, ReviewFact
from expertpool.points.models import Benefit, PointLevel, PointRule
from expertpool.points.services.benefits import ask_benefit
from expertpool.points.services.ledger import credit
from expertpool.points.services.rows import save_row

RULES = (
    (ReviewFact.CONFIRMED, 2),
    (ReviewFact.ATTENDED, 5),
    (ReviewFact.LATE, -2),
    (ReviewFact.ABSENT, -10),
    (ReviewFact.LEAVE, -3),
    (ReviewFact.DECLINED, -1),
    (ReviewFact.NO_ANSWER, -3),
)
LEVELS = (
    ("普通专家", 0, "入库即为普通专家。"),
    ("资深专家", 50, "优先安排本地评审的交通。"),
    ("首席专家", 150, "可申请年度体检和培训名额。"),
)
BENEFITS = (
    ("评审用车接送", "评审当天由管理单位安排车辆接送，请提前一天申请。", ""),
    ("年度继续教育培训", "免费参加管理单位组织的业务培训，每年一次。", "资深专家"),
    ("年度健康体检", "在签约医院体检一次，由管理单位预约。", "首席专家"),
)
# Of reviews before this system: entered by hand, as an office does that goes over to it.
EARLIER = (60, 155, 42, 12, 96, 27, 3)
# What the demonstrated expert got since; the review that he sat in brings its points by the rules.
TRAINING = ("参加业务培训", 5, 20)
SET_UP = timedelta(days=45)


@transaction.atomic
def ensure_demo_points(*, expert: Expert, actor: User, now: datetime) -> None:
    """Set up rules, levels and services, give some experts what they had, and let ``expert`` ask for a service;
    once."""
    if PointRule.objects.exists() or expert.user is None:
        return
    for fact, points in RULES:
        save_row(row=PointRule(fact=fact, points=points), actor=actor, now=now - SET_UP)
    for name, threshold, note in LEVELS:
        save_row(row=PointLevel(name=name, threshold=threshold, note=note), actor=actor, now=now)
    levels = {one.name: one for one in PointLevel.objects.all()}
    for order, (name, description, level) in enumerate(BENEFITS, start=1):
        row = Benefit(name=name, description=description, level=levels.get(level), order=order)
        save_row(row=row, actor=actor, now=now)
    others = Expert.objects.filter(status=ExpertStatus.FORMAL).exclude(pk=expert.pk).order_by("pk")
    people = [expert, *others[: len(EARLIER) - 1]]
    for at, (one, points) in enumerate(zip(people, EARLIER, strict=False)):
        credit(
            expert_id=one.pk,
            points=points,
            label="历年评审积分",
            note="启用积分时一次转入",
            key=f"demo:{one.pk}",
            cause=Cause.CORRECTION,
            now=now - timedelta(days=38 - at),
            actor=actor,
        )
    label, points, days = TRAINING
    credit(
        expert_id=expert.pk,
        points=points,
        label=label,
        key=f"demo:{label}",
        cause=Cause.CORRECTION,
        now=now - timedelta(days=days),
        actor=actor,
    )
    ask_benefit(
        expert=expert,
        benefit=Benefit.objects.get(name="年度继续教育培训"),
        text="想参加明年春季的装配式建筑培训，希望安排在四月。",
        actor=expert.user,
        # What he asked today the office reads tomorrow, while names are sealed.
        now=now - timedelta(days=1),
    )
