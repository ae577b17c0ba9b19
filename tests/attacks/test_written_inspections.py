"""Somebody with live SQL lets one expert pass his yearly inspection, or fail it, hands in for him, or asks for his term to
be renewed: nobody decides on it, and it is told (docs/decisions/0288)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services.health import find_forged
from expertpool.core.mandates import look_at_all
from expertpool.inspections.enums import RenewalState, State
from expertpool.inspections.exceptions import InspectionRefused
from expertpool.inspections.models import Inspection, Renewal, Round
from expertpool.inspections.services.deciding import decide_inspection, lift, reopen
from expertpool.inspections.services.merging import carry_over
from expertpool.inspections.services.renewing import decide_renewal
from expertpool.inspections.services.rounds import save_round
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.factories.inspections import ask_one, hand_in_inspection, make_inspection
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1)


def told() -> str:
    return find_forged(timezone.now()).figure


def again(row: Inspection) -> Inspection:
    return Inspection.objects.select_related("round", "expert__user").get(pk=row.pk)


def test_who_was_not_passed_does_not_pass_by_his_row(client: Client, admin: User) -> None:
    row = hand_in_inspection(make_inspection())
    decide_inspection(row=row, outcome=State.FAILED, note="材料不实", actor=admin, now=NOW)
    assert not told()
    Inspection.objects.filter(pk=row.pk).update(state=State.PASSED)
    assert "专家年检 1 项" in told()
    assert look_at_all(now=NOW) == 1
    page = login(client, admin).get(reverse("inspections:detail", args=[row.pk]))
    assert "在系统之外被改动过" in page.content.decode()
    # Whoever has looked into it begins anew; from then on it is ours again.
    reopen(row=row, reason="数据被改动，请重新提交", actor=admin, now=NOW)
    row = again(row)
    assert (row.state, row.is_late, row.is_altered) == (State.RETURNED, True, False)
    assert "专家年检" not in told()


def test_what_nobody_handed_in_is_not_decided(admin: User) -> None:
    row = make_inspection()
    asker = make_user("expert")
    Inspection.objects.filter(pk=row.pk).update(
        state=State.SUBMITTED, asked_at=NOW - DAY, asked_by=asker, is_late=False
    )
    with pytest.raises(InspectionRefused, match="系统之外被改动过"):
        decide_inspection(row=row, outcome=State.PASSED, actor=admin, now=NOW)
    assert "专家年检 1 项" in told()
    with pytest.raises(InspectionRefused, match="系统之外被改动过"):
        hand_in_inspection(row)


def test_a_suspension_that_somebody_wrote_is_lifted_and_still_told(admin: User) -> None:
    row = make_inspection(suspend_from=timezone.localdate() + timedelta(days=40))
    asker = make_user("expert")
    Inspection.objects.filter(pk=row.pk).update(
        state=State.FAILED, asked_at=NOW, asked_by=asker, decided_at=NOW, decided_by=admin
    )
    later = NOW + timedelta(days=60)
    lift(row=again(row), reason="不是本单位审核的", actor=admin, now=later)
    assert again(row).lifted_at == later
    assert again(row).is_altered


def test_the_row_of_before_does_not_come_back(admin: User) -> None:
    row = hand_in_inspection(make_inspection())
    before = again(row)
    decide_inspection(row=row, outcome=State.FAILED, note="材料不实", actor=admin, now=NOW)
    old = {
        one.attname: getattr(before, one.attname)
        for one in Inspection._meta.concrete_fields
        if one.name not in ("id", "uid", "contents")
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Inspection.objects.filter(pk=row.pk).update(**old)
    Inspection.objects.filter(pk=row.pk).update(**{**old, "proof_n": again(row).proof_n})
    assert again(row).is_altered


def test_later_days_and_a_merge_vouch_for_nothing_that_somebody_wrote(admin: User) -> None:
    row = make_inspection()
    kept = make_expert("留下的")
    round_ = Round.objects.get(pk=row.round_id)
    names = ("name", "guidance", "due_date", "suspend_from")
    values = {name: getattr(round_, name) for name in names}
    save_round(
        row=round_, values=values | {"due_date": round_.due_date + DAY}, actor=admin, now=NOW
    )
    assert again(row).due_on == round_.due_date + DAY
    assert not again(row).is_altered
    Inspection.objects.filter(pk=row.pk).update(is_late=True)
    carry_over(closed_id=row.expert_id, kept_id=kept.pk, now=NOW)
    assert again(row).expert == kept
    assert again(row).is_altered
    round_.refresh_from_db()
    values["due_date"] = round_.due_date + DAY
    save_round(row=round_, values=values, actor=admin, now=NOW)
    assert again(row).due_on < round_.due_date + DAY


def test_a_merge_keeps_what_is_ours(admin: User) -> None:
    row, asked = make_inspection(), ask_one()
    kept = make_expert("留下的")
    for pk in (row.expert_id, asked.expert_id):
        carry_over(closed_id=pk, kept_id=kept.pk, now=NOW)
    assert not again(row).is_altered
    assert not Renewal.objects.get(pk=asked.pk).is_altered


def test_a_renewal_that_nobody_asked_for_is_not_decided(admin: User) -> None:
    asked = ask_one()
    Renewal.objects.filter(pk=asked.pk).update(asked_at=NOW - 2 * DAY)
    with pytest.raises(InspectionRefused, match="系统之外被改动过"):
        decide_renewal(
            row=Renewal.objects.get(pk=asked.pk),
            agree=True,
            until=timezone.localdate() + timedelta(days=400),
            actor=admin,
            now=NOW,
        )
    assert Renewal.objects.get().state == RenewalState.WAITING
    assert "续聘申请 1 项" in told()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM experts_expert WHERE term_end_date > %s", [NOW + 99 * DAY]
        )
        assert cursor.fetchone() == (0,)
