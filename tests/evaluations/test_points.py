"""A bad rating costs points, where the office has said so: once, and nothing where it was taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.automation.services.rules import ActionData
from expertpool.evaluations.models import Evaluation, Rating
from expertpool.evaluations.services.objections import answer_objection
from expertpool.evaluations.services.windows import close_evaluation
from expertpool.experts.models import Expert
from expertpool.points.models import PointEntry
from tests.factories.accounts import make_user
from tests.factories.automation import make_rule, settle_rules
from tests.factories.evaluations import make_evaluation, make_objection, rate_all
from tests.factories.experts import give_account, make_expert

pytestmark = pytest.mark.django_db


def rated(expert: Expert, operator: User, score: int) -> Rating:
    """A rating of ``expert`` by which nothing was settled yet, its time over."""
    now = timezone.now()
    row = make_evaluation(operator, now=now - timedelta(days=1), pool=(expert,), seats=1)
    (made,) = rate_all(row, operator, now=now, score=score)
    Evaluation.objects.filter(pk=row.pk).update(due_at=now - timedelta(minutes=1))
    assert close_evaluation(evaluation_id=row.pk, now=timezone.now())
    return Rating.objects.select_related("expert__user").get(pk=made.pk)


@pytest.mark.shows("EXP-29", "OVW-07")
def test_a_rating_below_sixty_costs_points_once(operator: User, admin: User) -> None:
    make_rule(
        ActionData("points.credit", {"points": "-5", "label": "评价低于 60 分"}),
        event="evaluations.rated",
        condition={"field": "total", "op": "lt", "value": 60},
        actor=admin,
    )
    bad, good, back = (make_expert(name) for name in ("王立新", "李建国", "周敏"))
    give_account(back, make_user("expert"))
    rated(bad, operator, 50)
    rated(good, operator, 85)
    # It is upheld before anything was done: there is nothing to be done for.
    objection = make_objection(rated(back, operator, 50))
    answer_objection(
        objection=objection,
        uphold=True,
        answer="核对签到记录后属实，评价撤销",
        actor=make_user("supervisor"),
        now=timezone.now(),
    )
    for _ in range(2):
        settle_rules()
    found = PointEntry.objects.select_related("expert")
    assert [(one.expert, one.points, one.label) for one in found] == [(bad, -5, "评价低于 60 分")]
