"""Who else can admit those whom somebody cannot: what it costs to find out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.experts.queries.admitters import outlook
from expertpool.experts.services.admission import enter_expert
from expertpool.workflow.models import Approval
from tests.attacks.test_rights import make_role
from tests.factories.accounts import make_phone, make_user

pytestmark = pytest.mark.django_db
EACH = 3  # statements for one holder of the right: what he may, and whose step is his


@pytest.fixture
def clerk() -> User:
    return make_user(roles=(make_role("experts.view", "experts.add", "experts.edit"),))


def entered(maker: User, count: int) -> list[Expert]:
    """Records handed in one by one, each at a time of its own."""
    now = timezone.now()
    rows = [
        enter_expert(values={"name": f"人{at}", "phone": make_phone()}, actor=maker, now=now)
        for at in range(count)
    ]
    for at, row in enumerate(rows):
        started_at = now - timedelta(minutes=at)
        Approval.objects.filter(subject_id=row.pk).update(started_at=started_at)
    return rows


def statements(user: User, rows: list[Expert]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = outlook(User.objects.get(pk=user.pk), rows, now=timezone.now())
    assert found.count == len(rows)
    return len(asked)


def test_what_is_asked_grows_neither_with_the_cases_nor_much_with_the_holders(clerk: User) -> None:
    """Of each of twenty holders it was asked for each record anew, and for each day on which he might: several
    hundred statements on each view of a record that waits."""
    rows = entered(clerk, 6)
    role, now = make_role("experts.view", "experts.admit"), timezone.now()
    make_user(roles=(role,), created_at=now - timedelta(days=1))
    make_user(roles=(role,), created_at=now - timedelta(days=300))
    one = statements(clerk, rows[:1])
    assert statements(clerk, rows) <= one
    for at in range(18):
        make_user(roles=(role,), created_at=now - timedelta(days=1 + at % 2 * 300))
    assert statements(clerk, rows) <= one + 18 * EACH


def test_who_can_admit_some_is_not_said_to_admit_all(clerk: User) -> None:
    """The only one who may admit had imported most of them himself: he was named as if he could admit them all."""
    role, now = make_role("experts.view", "experts.add", "experts.admit"), timezone.now()
    importer = make_user(roles=(role,), created_at=now - timedelta(days=300))
    new = make_user(roles=(role,), created_at=now - timedelta(days=1))
    his, others = entered(importer, 3), entered(clerk, 2)
    found = outlook(new, [*his, *others], now=now)
    assert (found.count, found.left) == (5, 3)
    (said,) = found.others
    assert said == f"{importer.name}可以审核其中 2 位"
    assert "其中 3 位现在没有人能审核" in found.left_title
    assert outlook(new, others, now=now).others == [importer.name]
    assert outlook(new, others, now=now).left == 0
    assert outlook(new, his, now=now).left_title.startswith("现在没有人能审核这些专家")
