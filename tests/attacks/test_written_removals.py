"""Somebody with live SQL asks in the name of an expert for an avoidance to go, or decides what one asked, or leads a request to another
avoidance: nobody removes one by it, no page shows it, it takes no place, and is told (docs/decisions/0505)."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core import mandates
from expertpool.core.mandates import forged_rows
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import AvoidanceRemoval, AvoidanceUnit, Expert
from expertpool.experts.queries.removals import removals_of
from expertpool.experts.services.avoidance import add_avoidance_unit
from expertpool.experts.services.erasure import ERASERS
from expertpool.experts.services.removals import (
    decide_removal,
    remove_for_office,
    request_removal,
    tell_office,
)
from expertpool.notifications.models import Message
from expertpool.workflow.services.approvals import start_approval
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert, make_unit
from tests.fixtures import login

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FORGED = {"移除回避的申请": 1}
WORDS = "两年前已离职"


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    connection.check_constraints()


@pytest.fixture
def expert() -> Expert:
    found = make_expert("罗某")
    give_account(found, make_user("expert"))
    return found


def tie(expert: Expert, admin: User, unit: str = "旧设计院") -> AvoidanceUnit:
    row = AvoidanceUnit(expert=expert, kind="past_employer", unit=make_unit(unit))
    return add_avoidance_unit(row=row, actor=admin, now=timezone.now() - 3 * DAY)


def asked(row: AvoidanceUnit) -> AvoidanceRemoval:
    user = row.expert.user
    assert user is not None
    return request_removal(row=row, reason=WORDS, actor=user, now=timezone.now() - 2 * DAY)


def forge(row: AvoidanceUnit, many: int = 1) -> AvoidanceRemoval:
    write(
        "INSERT INTO experts_avoidanceremoval (expert_id, avoidance_id, target, kind, uid, reason, asked_by_id, asked_at,"
        " note) SELECT %s, %s, %s, %s, gen_random_uuid(), 'x', %s, now() - interval '2 days', ''"
        " FROM generate_series(1, %s)",
        *(row.expert_id, row.pk, row.target, row.kind, row.expert.user_id, many),
    )
    return AvoidanceRemoval.objects.latest("pk")


def shown(expert: Expert, admin: User) -> tuple[str, str, str]:
    """On his own page, in his record, on the workbench of the office."""
    assert expert.user is not None
    own, office = login(Client(), expert.user), login(Client(), admin)
    record = reverse("experts:detail", args=[expert.pk]) + "?tab=avoidances"
    found = [
        own.get(reverse("selfservice:avoidances")),
        office.get(record),
        office.get(reverse("portal:home")),
    ]
    one, two, three = (each.content.decode() for each in found)
    return one, two, three


def test_what_nobody_asked_removes_nothing_and_takes_no_place(expert: Expert, admin: User) -> None:
    now, row = timezone.now(), tie(expert, admin)
    forged = forge(row)
    start_approval(subject=forged, now=now)
    tell_office(removal_id=forged.pk, now=now)
    assert not Message.objects.filter(occasion="expert.removal_asked").exists()
    assert forged_rows(now=now) == FORGED
    with pytest.raises(ExpertRefused, match="不是专家在系统中提出"):
        decide_removal(removal=forged, agree=True, note="已核实", actor=admin, now=now)
    assert AvoidanceUnit.objects.exists()
    own, record, home = shown(expert, admin)
    assert "待管理部门核定" not in own
    assert "专家申请移除回避" not in record
    assert "移除与旧设计院的回避" not in home
    window = reverse("experts:removal_decide", args=[forged.pk])
    assert login(Client(), admin).get(window).status_code == 409
    real = asked(row)
    with pytest.raises(ExpertRefused, match="已有一项待核定的申请"):
        asked(row)
    own, record, home = shown(expert, admin)
    assert "待管理部门核定" in own
    assert WORDS in record
    assert "移除与旧设计院的回避" in home
    # Nor does anybody vouch for it by what becomes of the avoidance, or of him.
    remove_for_office(row=row, actor=admin, now=now)
    assert removals_of(expert) == [real]
    (parts,) = (one for one in ERASERS if one.code == "experts.parts")
    parts.erase(expert, None, now)
    assert removals_of(expert) == [real]
    assert forged_rows(now=now) == FORGED


@pytest.mark.parametrize(
    "change", ["reason = ''", "reason = 'x'", "target = '别的单位'", "asked_at = now()"]
)
def test_nor_does_what_was_altered(expert: Expert, admin: User, change: str) -> None:
    now, removal = timezone.now(), asked(tie(expert, admin))
    write(f"UPDATE experts_avoidanceremoval SET {change}")  # noqa: S608 (ours)
    assert forged_rows(now=now) == FORGED
    with pytest.raises(ExpertRefused, match="不是专家在系统中提出"):
        decide_removal(removal=removal, agree=True, note="已核实", actor=admin, now=now)
    assert not removals_of(expert)


def test_what_he_asked_removes_no_other_avoidance(expert: Expert, admin: User) -> None:
    now, removal = timezone.now(), asked(tie(expert, admin))
    for other in (tie(expert, admin, "招标单位"), tie(make_expert("另某"), admin)):
        write("UPDATE experts_avoidanceremoval SET avoidance_id = %s", other.pk)
        with pytest.raises(ExpertRefused, match="改动过"):
            decide_removal(removal=removal, agree=True, note="已核实", actor=admin, now=now)
    assert AvoidanceUnit.objects.count() == 3
    decide_removal(removal=removal, agree=False, note="请重新申请", actor=admin, now=now)


def test_a_decision_that_nobody_made_is_none(expert: Expert, admin: User) -> None:
    now, row = timezone.now(), tie(expert, admin)
    asked(row)
    write(
        "UPDATE experts_avoidanceremoval SET agreed = false, note = '证据不足', decided_by_id = %s,"
        " decided_at = now()",
        admin.pk,
    )
    assert forged_rows(now=now) == FORGED
    for text in shown(expert, admin):
        assert "证据不足" not in text
    again = asked(row)
    decide_removal(removal=again, agree=True, note="已核实", actor=admin, now=now)
    assert not AvoidanceUnit.objects.exists()
    assert forged_rows(now=now) == FORGED


def test_a_page_reads_so_many_of_them(
    expert: Expert, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mandates, "FEW", 20)
    monkeypatch.setattr("expertpool.experts.queries.removals.A_LOOK", 60)
    monkeypatch.setattr("expertpool.experts.home.A_LOOK", 60)
    monkeypatch.setattr(mandates, "_forged", {})
    row = tie(expert, admin)
    forge(row, 400)
    asked(row)
    read, prove = 0, mandates.vouched

    def counted(rows: QuerySet[AvoidanceRemoval]) -> list[AvoidanceRemoval]:
        nonlocal read
        read += len(rows)
        return prove(rows)

    monkeypatch.setattr(mandates, "vouched", counted)
    mandates._forged.clear()
    own, record, _ = shown(expert, admin)
    assert "待管理部门核定" in own
    assert WORDS in record
    # Three pages, each a look.
    assert read <= 300


def test_those_from_before_count_as_they_stand(expert: Expert, admin: User) -> None:
    now, row = timezone.now(), tie(expert, admin)
    first = asked(row)
    decide_removal(removal=first, agree=False, note="已核实", actor=admin, now=now)
    second = asked(row)
    write("UPDATE experts_avoidanceremoval SET proof = NULL")
    assert not removals_of(expert)
    module = import_module("expertpool.experts.migrations.0051_removals_have_proofs")
    with connection.schema_editor() as editor:
        for operation in module.Migration.operations:
            if hasattr(operation, "code"):
                operation.code(apps, editor)
    assert removals_of(expert) == [second, first]
    assert forged_rows(now=now) == {}
