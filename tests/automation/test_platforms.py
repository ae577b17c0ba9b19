"""A rule tells another platform, by numbers alone."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.automation.exceptions import RuleRefused
from expertpool.automation.services.rules import ActionData
from expertpool.webhooks.models import Delivery
from expertpool.webhooks.services.subscriptions import edit_subscription
from tests.factories.automation import make_rule, settle_rules
from tests.factories.projects import make_project
from tests.factories.webhooks import PUBLIC, make_subscription

pytestmark = pytest.mark.django_db


@pytest.mark.shows("OVW-07")
def test_a_platform_is_told_by_a_rule_once(admin: User) -> None:
    subscription = make_subscription(PUBLIC, "names.released", actor=admin)
    make_rule(ActionData("webhooks.call", {"subscription": str(subscription.pk)}), actor=admin)
    project = make_project("approved", name="桥梁加固")
    [firing] = settle_rules()
    assert firing.state == "done"
    delivery = Delivery.objects.get()
    body = json.loads(delivery.body)
    assert (delivery.event, delivery.event_label) == ("rule", "事件规则")
    assert body["data"] == {
        "rule": "审核通过后通知",
        "event": "projects.approved",
        "subject": "projects.project",
        "subject_id": project.pk,
    }


def test_to_an_address_that_is_off_nothing_goes(admin: User) -> None:
    subscription = make_subscription(actor=admin)
    action = ActionData("webhooks.call", {"subscription": str(subscription.pk)})
    make_rule(action, actor=admin)
    edit_subscription(
        subscription=subscription,
        name=subscription.name,
        url=PUBLIC,
        events=subscription.events,
        active=False,
        actor=admin,
        now=timezone.now(),
    )
    make_project("approved")
    [firing] = settle_rules()
    assert firing.state == "failed"
    assert "已停用" in firing.detail
    with pytest.raises(RuleRefused, match="已停用"):
        make_rule(action, actor=admin)
