"""Points, rules, levels and services, as the services make them."""

from __future__ import annotations

from datetime import datetime
from itertools import count

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.points.models import (
    Benefit,
    BenefitRequest,
    Correction,
    PointEntry,
    PointLevel,
    PointRule,
)
from expertpool.points.services.benefits import ask_benefit
from expertpool.points.services.corrections import request_correction
from expertpool.points.services.ledger import credit
from expertpool.points.services.rows import save_row
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert

_keys = count(1)


def make_entry(
    expert: Expert | None = None, *, points: int = 5, now: datetime | None = None
) -> PointEntry:
    entry = credit(
        expert_id=(expert or make_expert()).pk,
        points=points,
        label="参加培训",
        key=f"test:{next(_keys)}",
        now=now or timezone.now(),
    )
    assert entry is not None
    return entry


def make_point_rule(fact: str, points: int, *, now: datetime | None = None) -> PointRule:
    row = PointRule(fact=fact, points=points)
    save_row(row=row, actor=None, now=now or timezone.now())
    return row


def make_level(name: str, threshold: int) -> PointLevel:
    row = PointLevel(name=name, threshold=threshold, note=f"{name}的说明")
    save_row(row=row, actor=None, now=timezone.now())
    return row


def make_benefit(name: str = "评审用车", *, level: PointLevel | None = None) -> Benefit:
    row = Benefit(name=name, description=f"{name}，请提前一天申请。", level=level)
    save_row(row=row, actor=None, now=timezone.now())
    return row


def make_request(
    expert: Expert | None = None, *, benefit: Benefit | None = None, now: datetime | None = None
) -> BenefitRequest:
    expert = expert or make_expert()
    if expert.user is None:
        give_account(expert, make_user("expert"))
    user = expert.user
    assert user is not None
    return ask_benefit(
        expert=expert,
        benefit=benefit or make_benefit(f"服务{next(_keys)}"),
        text="下周二从高铁站接一下",
        actor=user,
        now=now or timezone.now(),
    )


def ask_correction(
    expert: Expert, by: User, *, points: int = 5, counters: PointEntry | None = None
) -> Correction:
    return request_correction(
        expert=expert,
        points=points,
        counters=counters,
        reason="上次漏记",
        actor=by,
        now=timezone.now(),
    )
