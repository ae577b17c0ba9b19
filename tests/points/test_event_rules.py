"""记积分 as an action of event rules: once, by the rights of who drew the rule up, and not for invitations."""

from __future__ import annotations

import pytest
from django.utils import timezone

from expertpool.automation.enums import FiringState
from expertpool.automation.exceptions import ActionRefused
from expertpool.automation.registry import EVENT_KINDS
from expertpool.automation.services.acting import act
from expertpool.automation.services.rules import ActionData
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.services.status import approve_expert
from expertpool.points.enums import Cause
from expertpool.points.models import PointEntry
from expertpool.points.queries.ledger import balance_of
from expertpool.points.services.event_kinds import CREDIT
from tests.factories.accounts import make_user
from tests.factories.automation import make_rule, settle_rules
from tests.factories.experts import make_expert

pytestmark = pytest.mark.django_db
GIFT = {"points": "10", "label": "入库"}


@pytest.mark.shows("OVW-04", "OVW-07")
def test_a_rule_gives_points_once() -> None:
    make_rule(ActionData("points.credit", GIFT), event="experts.approved")
    expert = make_expert(status=ExpertStatus.PENDING)
    approve_expert(expert=expert, actor=make_user("admin"), now=timezone.now())
    [firing] = settle_rules()
    assert (firing.state, firing.detail) == (FiringState.DONE, "已记 +10 分，余额 10")
    act(firing_id=firing.pk, now=timezone.now())
    entry = PointEntry.objects.get()
    assert (entry.label, entry.cause, balance_of(expert)) == ("入库", Cause.EVENT, 10)
    assert "事件规则" in entry.note


def test_of_an_invitation_only_once_its_review_is_over() -> None:
    assert not CREDIT.suits(EVENT_KINDS["draws.answered"])
    assert CREDIT.suits(EVENT_KINDS["draws.reviewed"])
    with pytest.raises(ActionRefused, match="不能为 0"):
        CREDIT.check(EVENT_KINDS["experts.approved"], GIFT | {"points": "0"})
