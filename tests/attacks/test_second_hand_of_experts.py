"""Yearly checks, renewals and achievements: who agrees is another person than whoever handed in and than those who
agreed before him, by whatever account (docs/decisions/0491)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.passwords import reset_password
from expertpool.achievements.exceptions import AchievementRefused
from expertpool.achievements.services.writing import decide_achievement
from expertpool.audit.models import Entry
from expertpool.experts.models import Expert
from expertpool.experts.services.profile import update_expert
from expertpool.inspections.enums import State
from expertpool.inspections.exceptions import InspectionRefused
from expertpool.inspections.services.deciding import decide_inspection
from expertpool.inspections.services.renewing import decide_renewal
from expertpool.workflow.enums import Verdict
from expertpool.workflow.services.flows import StepData, save_flow
from tests.factories.accounts import make_user
from tests.factories.achievements import hand_in_one
from tests.factories.experts import give_account, make_expert
from tests.factories.inspections import ask_one, hand_in_inspection, make_inspection
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
DAY = timedelta(days=1)
REFUSED = (InspectionRefused, AchievementRefused)
Case = tuple[str, Callable[[Expert], Any], Callable[[Any, User], Verdict], str]


def _pass(row: Any, actor: User) -> Verdict:
    return decide_inspection(row=row, outcome=State.PASSED, actor=actor, now=timezone.now())


def _renew(row: Any, actor: User) -> Verdict:
    until = timezone.localdate() + 900 * DAY
    return decide_renewal(row=row, agree=True, until=until, actor=actor, now=timezone.now())


def _approve(row: Any, actor: User) -> Verdict:
    return decide_achievement(
        row=row, agree=True, note="", reasons={}, actor=actor, now=timezone.now()
    )


CASES: list[Case] = [
    ("inspections.inspection", lambda one: hand_in_inspection(make_inspection(one)), _pass, "inspections:decide"),
    ("inspections.renewal", ask_one, _renew, "inspections:renewal_decide"),
    ("achievements.achievement", hand_in_one, _approve, "achievements:decide"),
]  # fmt: skip
of_each = pytest.mark.parametrize(
    ("subject", "handed_in", "agree", "address"), CASES, ids=[one[0] for one in CASES]
)


def his(**given: Any) -> Expert:
    expert = make_expert("王立新")
    give_account(expert, make_user("expert", **given))
    expert.refresh_from_db()
    return expert


@of_each
def test_who_decides_the_next_step_is_another_person_indeed(
    client: Client, admin: User, subject: str, handed_in: Any, agree: Any, address: str
) -> None:
    """An administrator made an account, or took one over, and agreed to both steps alone."""
    third, fourth, now = make_user("admin"), make_user("admin"), timezone.now()
    save_flow(subject=subject, steps=[StepData("初审"), StepData("终审")], actor=admin, now=now)
    row = handed_in(his())
    young = make_user("admin", created_at=now - 2 * DAY)
    with pytest.raises(REFUSED, match="开通不满 7 天"):
        agree(row, young)
    page = login(client, young).get(reverse(address, args=[row.pk])).content.decode()
    assert "您现在不能同意" in page
    assert "开通不满 7 天" in page
    reset_password(user=third, actor=admin, now=now - DAY)
    assert agree(row, admin) is Verdict.ADVANCED
    with pytest.raises(REFUSED, match="由他人启用、修改或重置过密码"):
        agree(row, third)
    # Nor whoever has the account of the person before him in hand.
    reset_password(user=admin, actor=fourth, now=now - DAY)
    with pytest.raises(REFUSED, match="须由另一位"):
        agree(row, fourth)
    assert agree(row, make_user("admin")) is Verdict.APPROVED


@of_each
def test_nor_whoever_has_the_expert_in_hand(
    admin: User, subject: str, handed_in: Any, agree: Any, address: str
) -> None:
    """Whoever wrote alone where an expert is reached may be who hands in as him; so may who got into his account."""
    other, now = make_user("admin"), timezone.now()
    expert = his()
    update_expert(expert=expert, values={"phone": "13700009999"}, actor=other, now=now - 30 * DAY)
    expert.refresh_from_db()
    row = handed_in(expert)
    with pytest.raises(REFUSED, match="改过这位专家的手机号或邮箱"):
        agree(row, other)
    assert expert.user is not None
    reset_password(user=expert.user, actor=admin, now=now - DAY)
    with pytest.raises(REFUSED, match="须由另一位"):
        agree(row, admin)
    assert agree(row, make_user("admin")) is Verdict.APPROVED


@of_each
def test_in_the_first_days_the_log_says_so(
    subject: str, handed_in: Any, agree: Any, address: str
) -> None:
    born = {"created_at": timezone.now() - 2 * DAY}
    young = make_user("admin", **born)
    expert = his(**born)
    if subject == "inspections.inspection":
        row = hand_in_inspection(make_inspection(expert, actor=young))
    else:
        row = handed_in(expert)
    assert agree(row, young) is Verdict.APPROVED
    entry = Entry.objects.filter(action__endswith=".decide", actor=young).latest("pk")
    assert "系统启用的头几天开通的" in entry.note
