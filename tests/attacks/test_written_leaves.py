"""Somebody with live SQL writes a leave, to keep an expert from being drawn, or its end, to have him drawn while he is away: neither changes
who can be drawn, is shown as filed here, or goes unnoticed (docs/decisions/0505)."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core import mandates
from expertpool.core.mandates import forged_rows, vouched_among, vouched_keys
from expertpool.draws.enums import ExclusionReason, Knowledge
from expertpool.draws.models import DrawPlan
from expertpool.draws.queries import leaves
from expertpool.draws.queries.eligibility import Exclusions, evaluate
from expertpool.draws.queries.exclusions import excluded_experts
from expertpool.experts.exceptions import LeaveRefused
from expertpool.experts.models import Expert, Leave
from expertpool.experts.services.leave import cancel_leave, end_taken_back, file_leave
from expertpool.experts.services.merging import merge_experts
from tests.factories.accounts import make_user
from tests.factories.draws import make_ready_project
from tests.factories.experts import give_account, make_expert
from tests.factories.pool_changes import NOW
from tests.fixtures import login

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FORGED = {"请假": 1}
WORDS = "出国学习一年"


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def as_owner(statement: str, *values: Any) -> None:
    connection.check_constraints()
    write("SET LOCAL session_replication_role = replica")
    write(statement, *values)
    write("SET LOCAL session_replication_role = origin")


@pytest.fixture(autouse=True)
def _morning(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def expert() -> Expert:
    found = make_expert("罗某")
    give_account(found, make_user("expert"))
    return found


@pytest.fixture
def plan(expert: Expert) -> DrawPlan:
    """Of a review in three days, for whoever is in the pool."""
    return DrawPlan.objects.get(project=make_ready_project(now=NOW, seats=1))


def forge(expert: Expert, *, ended: bool = False) -> Leave:
    write(
        "INSERT INTO experts_leave (expert_id, during, created_at, is_own, uid, reason, cancelled_at)"
        " VALUES (%s, tstzrange(%s, %s), %s, false, gen_random_uuid(), 'x', %s)",
        *(expert.pk, NOW, NOW + 9 * DAY, NOW - DAY, NOW if ended else None),
    )
    return Leave.objects.latest("pk")


def filed(expert: Expert, admin: User) -> Leave:
    terms = {"start": NOW, "end": NOW + 9 * DAY, "reason": WORDS}
    return file_leave(expert=expert, actor=admin, now=NOW - DAY, **terms)  # type: ignore[arg-type]


def away(plan: DrawPlan, expert: Expert, knowing: Knowledge = Knowledge.ALL) -> bool:
    """Whether he is kept from the draw by a leave: by the seal, by his turn, by what counts tell, and by all of them alike."""
    found = [
        evaluate(plan, now=NOW, knowing=knowing).excluded.get(expert.pk),
        Exclusions(plan, now=NOW, knowing=knowing).of([expert.pk]).get(expert.pk),
    ]
    listed = excluded_experts(plan, now=NOW).filter(pk=expert.pk, reason="on_leave").exists()
    assert set(found) <= {None, ExclusionReason.ON_LEAVE}
    assert len({*found, ExclusionReason.ON_LEAVE if listed else None}) == 1
    return ExclusionReason.ON_LEAVE in found


def pages(expert: Expert, admin: User) -> list[str]:
    """The rows of his own page, of his record, and of the list of the office."""
    assert expert.user is not None
    own, office = login(Client(), expert.user), login(Client(), admin)
    record = reverse("experts:detail", args=[expert.pk]) + "?tab=leaves"
    answers = [
        own.get(reverse("selfservice:leaves")),
        office.get(record, headers={"HX-Request": "true"}),
        office.get(reverse("experts:leave_list") + "?tab=all"),
    ]
    return [one.content.decode().partition("<tbody>")[2] for one in answers]


@pytest.mark.parametrize("knowing", Knowledge)
def test_a_leave_that_nobody_filed_keeps_nobody_from_a_draw(
    expert: Expert, plan: DrawPlan, admin: User, knowing: Knowledge
) -> None:
    assert not away(plan, expert, knowing)
    leave = forge(expert)
    assert not away(plan, expert, knowing)
    assert forged_rows(now=NOW) == FORGED
    own, record, listed = pages(expert, admin)
    assert "请假中" not in own + record + listed
    assert "销假" not in own + record
    assert "无效" in listed
    with pytest.raises(LeaveRefused, match="不是在系统中登记"):
        cancel_leave(leave=leave, actor=admin, now=NOW)
    # Nor does it stand in the way of his own.
    filed(make_expert("另某"), admin)
    assert not away(plan, expert, knowing)


def test_a_leave_that_nobody_filed_stands_under_its_own_state(expert: Expert, admin: User) -> None:
    filed(make_expert("另某"), admin)
    page, office = reverse("experts:leave_list"), login(Client(), admin)
    assert "无效" not in office.get(page).content.decode()
    forge(expert)
    for tab in ("", "coming", "over", "cancelled"):
        shown = office.get(page, {"tab": tab}).content.decode()
        assert expert.name not in shown.partition("<tbody>")[2], tab
    shown = office.get(page, {"tab": "forged"}).content.decode()
    assert expert.name in shown.partition("<tbody>")[2]
    assert "另某" in office.get(page).content.decode()


@pytest.mark.parametrize("column", ["cancelled_at", "taken_back_at"])
@pytest.mark.parametrize("few", [leaves.FEW_HERE, 0], ids=["one by one", "all at once"])
def test_an_end_that_nobody_made_sends_nobody_to_a_draw(
    *, expert: Expert, plan: DrawPlan, admin: User, column: str, few: int, monkeypatch: Any
) -> None:
    monkeypatch.setattr(leaves, "FEW_HERE", few)
    leave = filed(expert, admin)
    assert away(plan, expert)
    write(f"UPDATE experts_leave SET {column} = %s", NOW)  # noqa: S608 (ours)
    end_taken_back(leave_id=leave.pk, now=NOW)
    assert away(plan, expert)
    assert forged_rows(now=NOW) == FORGED
    for text in pages(expert, admin):
        assert "请假中" in text
        assert "已销假" not in text
    # Whoever may, ends it.
    leave.refresh_from_db()
    assert cancel_leave(leave=leave, actor=admin, now=NOW).ended_at
    assert not away(plan, expert)
    assert forged_rows(now=NOW) == {}


@pytest.mark.parametrize(("start", "end", "tab"), [(-1, 9, ""), (1, 9, "coming"), (-3, -1, "over")])
def test_whose_end_nobody_made_is_listed_where_it_stands(
    expert: Expert, admin: User, start: int, end: int, tab: str
) -> None:
    terms = {"start": NOW + start * DAY, "end": NOW + end * DAY, "reason": WORDS}
    leave = file_leave(expert=expert, actor=admin, now=NOW - 5 * DAY, **terms)
    ended = file_leave(expert=make_expert("另某"), actor=admin, now=NOW - 5 * DAY, **terms)
    cancel_leave(leave=ended, actor=admin, now=NOW - 4 * DAY)
    write("UPDATE experts_leave SET cancelled_at = %s WHERE id = %s", NOW, leave.pk)
    office, address = login(Client(), admin), reverse("experts:leave_list")
    listed = {
        one: [row.pk for row in office.get(address, {"tab": one}).context["page"]]
        for one in ("", "coming", "over", "cancelled")
    }
    empty: dict[str, list[int]] = {one: [] for one in listed}
    assert listed == empty | {tab: [leave.pk], "cancelled": [ended.pk]}


@pytest.mark.parametrize(
    "change",
    [
        "during = tstzrange(now() - interval '9 years', now() - interval '8 years')",
        "proof = NULL",
        "is_own = true",
    ],
)
def test_what_was_filed_never_changes_and_altered_by_the_owner_it_is_told(
    expert: Expert, plan: DrawPlan, admin: User, change: str
) -> None:
    filed(expert, admin)
    with pytest.raises(DatabaseError), transaction.atomic():
        write(f"UPDATE experts_leave SET {change}")  # noqa: S608 (ours)
    assert away(plan, expert)
    as_owner(f"UPDATE experts_leave SET {change}")  # noqa: S608 (ours)
    assert forged_rows(now=NOW) == FORGED


def test_without_the_proof_of_its_end_and_with_a_reason_that_does_not_open_it_counts(
    expert: Expert, plan: DrawPlan, admin: User
) -> None:
    filed(expert, admin)
    write("UPDATE experts_leave SET end_proof = NULL, reason = 'x'")
    assert away(plan, expert)
    assert forged_rows(now=NOW) == FORGED


def test_a_record_that_is_merged_brings_none_along(expert: Expert, admin: User) -> None:
    close = make_expert("罗某")
    forge(close)
    merge_experts(keep=expert, close=close, taken=(), reason="同一人", actor=admin, now=NOW)
    assert not expert.leaves.exists()


def test_a_page_reads_so_many_of_them(
    expert: Expert, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mandates, "FEW", 20)
    monkeypatch.setattr("expertpool.experts.queries.leaves.A_LOOK", 60)
    monkeypatch.setattr("expertpool.experts.tabs.A_LOOK", 60)
    monkeypatch.setattr("expertpool.experts.tables.A_LOOK", 60)
    monkeypatch.setattr(mandates, "_forged", {})
    filed(expert, admin)
    write(
        "INSERT INTO experts_leave (expert_id, during, created_at, is_own, uid, reason, cancelled_at)"
        " SELECT %s, tstzrange(now(), now() + interval '9 days'), now() - interval '9 days', false,"
        " gen_random_uuid(), 'x', now() FROM generate_series(1, 400)",
        expert.pk,
    )
    read, prove = 0, mandates.vouched

    def counted(rows: QuerySet[Leave]) -> list[Leave]:
        nonlocal read
        read += len(rows)
        return prove(rows)

    monkeypatch.setattr(mandates, "vouched", counted)
    for at in range(2):
        read = 0
        text = pages(expert, admin)[at]
        assert WORDS in text
        # Each of the pages reads them.
        assert read <= 300


def test_those_from_before_count_as_they_stand(expert: Expert, plan: DrawPlan, admin: User) -> None:
    filed(expert, admin)
    cancel_leave(leave=filed(make_expert("另某"), admin), actor=admin, now=NOW)
    as_owner("UPDATE experts_leave SET proof = NULL, end_proof = NULL")
    assert forged_rows(now=NOW) == {"请假": 2}
    assert not away(plan, expert)
    migration = import_module("expertpool.experts.migrations.0050_leaves_have_proofs").Migration
    with connection.schema_editor() as editor:
        for operation in migration.operations:
            if hasattr(operation, "code"):
                operation.code(apps, editor)
    assert forged_rows(now=NOW) == {}
    assert away(plan, expert)


@pytest.mark.parametrize(
    "change",
    [
        "during = tstzrange(lower(during), upper(during) + interval '1 microsecond')",
        "created_at = created_at + interval '1 microsecond'",
        "created_by_id = NULL",
        "uid = gen_random_uuid()",
        "is_own = true",
        "proof = NULL",
        "proof = ''",
    ],
)
def test_of_thousands_read_as_values_the_same_hold(
    expert: Expert, admin: User, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mandates, "FEW", 1)
    for other in (expert, make_expert("另某"), make_expert("再某")):
        filed(other, admin)
    file_leave(
        expert=expert, start=NOW + 400 * DAY, end=NOW + 401 * DAY, reason=WORDS, actor=None, now=NOW
    )
    rows = Leave.objects.order_by("pk")
    assert vouched_keys(rows) == {row.pk for row in rows} == {row.pk for row in vouched_among(rows)}
    altered = f"UPDATE experts_leave SET {change} WHERE id = %s"  # noqa: S608 (ours)
    as_owner(altered, rows[0].pk)
    sound = vouched_keys(rows)
    assert len(sound) == 3
    mandates._forged.clear()
    assert {row.pk for row in vouched_among(rows)} == sound
