"""The inspections of the demonstration, made twice."""

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.inspections.models import Inspection, Round
from expertpool.inspections.services.demo import ensure_demo_inspections
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def test_those_of_the_demonstration_are_made_once(admin: User) -> None:
    for _ in range(3):
        give_account(make_expert(), make_user("expert"))
    make_expert()
    now, expert = timezone.now(), Expert.objects.earliest("pk")
    for _ in range(2):
        ensure_demo_inspections(expert=expert, actor=admin, now=now)
    assert Round.objects.count() == 2
    states = sorted(Inspection.objects.values_list("state", flat=True))
    assert states == sorted(["passed", "waiting", "waiting", "waiting", "submitted", "returned"])
