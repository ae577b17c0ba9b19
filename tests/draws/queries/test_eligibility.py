"""Who may be drawn: every exclusion alone, their counts, and all of them against an oracle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.directory.models import Unit, UnitRelation
from expertpool.draws.enums import ExclusionReason, InvitationState, Knowledge
from expertpool.draws.models import DrawPlan, Invitation
from expertpool.draws.queries.eligibility import Exclusions, evaluate
from expertpool.draws.queries.outlook import tally
from expertpool.draws.queries.ties import reasons
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.prequery import count_candidates, run_prequery
from expertpool.experts.enums import AvoidanceKind, ExpertStatus
from expertpool.experts.models import AvoidanceUnit, BlacklistEntry, Expert, Leave, Tag
from expertpool.inspections.models import Inspection
from expertpool.projects.enums import PersonRole
from expertpool.projects.models import Avoidance, Project
from tests.factories.answers import record_answer
from tests.factories.batches import make_batch, make_members
from tests.factories.draws import make_draw, make_plan, make_ready_project
from tests.factories.experts import make_expert, make_unit, rename
from tests.factories.inspections import make_inspection

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


def plan_of(project: Project) -> DrawPlan:
    return DrawPlan.objects.select_related("project__purchaser").get(project=project)


@pytest.fixture
def project() -> Project:
    """Opens in three days; its purchaser is 市民中心."""
    project = make_ready_project(now=NOW, seats=1)
    project.purchaser = make_unit("市民中心")
    project.save()
    return project


def avoid(project: Project, **values: Any) -> None:
    Avoidance.objects.create(project=project, **values)


def only(expert: Expert) -> dict[str, Any]:
    """Conditions that just this expert meets: a tag of his own."""
    tag, _ = Tag.objects.get_or_create(name=expert.number)
    expert.tags.add(tag)
    return {"field": "tag", "op": "in", "value": [str(tag.pk)]}


def on_leave(expert: Expert, project: Project) -> None:
    start = project.opening_at - timedelta(days=1)
    Leave.objects.create(
        expert=expert,
        during=DateTimeTZRange(start, project.opening_at + timedelta(minutes=1)),
        reason="出差",
        created_at=NOW,
    )


def blacklisted(expert: Expert, project: Project) -> None:
    Expert.objects.filter(pk=expert.pk).update(status=ExpertStatus.BLACKLISTED)
    BlacklistEntry.objects.create(expert=expert, reason="泄密", added_at=NOW)


def with_status(status: str) -> Callable[[Expert, Project], None]:
    def change(expert: Expert, project: Project) -> None:
        deleted_at = NOW if status == ExpertStatus.DELETED else None
        Expert.objects.filter(pk=expert.pk).update(status=status, deleted_at=deleted_at)

    return change


def expired(expert: Expert, project: Project) -> None:
    Expert.objects.filter(pk=expert.pk).update(
        term_end_date=timezone.localdate(project.opening_at) - timedelta(days=1)
    )


def held(expert: Expert, project: Project) -> None:
    make_draw(now=NOW, opens_in_hours=72, groups=[GroupInput("他", 1, [only(expert)])])


def employed_by_avoided(expert: Expert, project: Project) -> None:
    avoid(project, subject="unit", name=expert.employer.name)  # type: ignore[union-attr]


def employed_by_purchaser(expert: Expert, project: Project) -> None:
    Expert.objects.filter(pk=expert.pk).update(employer=project.purchaser)


def left_two_years_ago(expert: Expert, project: Project) -> None:
    unit = make_unit("旧东家公司")
    avoid(project, subject="unit", unit=unit)
    AvoidanceUnit.objects.create(
        expert=expert, unit=unit, kind=AvoidanceKind.PAST_EMPLOYER, end_date=date(2024, 12, 1)
    )


def avoided_by_number(expert: Expert, project: Project) -> None:
    avoid(project, subject="person", expert_number=expert.number)


def avoided_by_name(expert: Expert, project: Project) -> None:
    avoid(project, subject="person", name=expert.name, unit_name=expert.employer.name)  # type: ignore[union-attr]


def avoided_by_number_as_rows_of_before_have_it(expert: Expert, project: Project) -> None:
    avoid(project, subject="person", expert_number=f" {expert.number.lower()} ")


def avoided_by_name_beside_a_number_that_is_nobodys(expert: Expert, project: Project) -> None:
    """Who may not look into the pool is not told so when he types it."""
    rename(Expert.objects.filter(pk=expert.pk), "王明")
    avoid(project, subject="person", name="王　明", expert_number="ZJ0000000000")


def avoided_by_name_beside_the_number_of_another(expert: Expert, project: Project) -> None:
    rename(Expert.objects.filter(pk=expert.pk), "王明")
    gone = make_expert("另有其人", status=ExpertStatus.DELETED)
    avoid(project, subject="person", name="王明", expert_number=gone.number)


def avoided_by_the_number_of_a_merged_record(expert: Expert, project: Project) -> None:
    old = make_expert(status=ExpertStatus.DELETED, merged_into=expert)
    avoid(project, subject="person", expert_number=old.number, name=old.name)


def employed_above_the_purchaser(expert: Expert, project: Project) -> None:
    UnitRelation.objects.create(
        owner=expert.employer, owned=project.purchaser, kind="shareholder", share=60
    )


def advises_a_sister_of_the_avoided(expert: Expert, project: Project) -> None:
    group, bidder, sister = (make_unit(name) for name in ("集团", "投标人", "兄弟公司"))
    for owned in (bidder, sister):
        UnitRelation.objects.create(owner=group, owned=owned, kind="parent")
    avoid(project, subject="unit", unit=bidder)
    AvoidanceUnit.objects.create(expert=expert, unit=sister, kind=AvoidanceKind.ADVISER)


def wrote_the_documents(expert: Expert, project: Project) -> None:
    avoid(project, subject="person", expert_number=expert.number, role=PersonRole.AUTHOR)


def related_to_the_head_of_the_bidder(expert: Expert, project: Project) -> None:
    avoid(project, subject="person", name="郑总", unit_name="投标人", role=PersonRole.HEAD)
    AvoidanceUnit.objects.create(
        expert=expert, unit=make_unit("投标人"), kind=AvoidanceKind.KIN, person_name="郑总"
    )


def not_inspected(expert: Expert, project: Project) -> None:
    silent = make_inspection(expert, now=NOW - timedelta(days=60))
    Inspection.objects.exclude(pk=silent.pk).delete()


CASES: list[tuple[ExclusionReason, Callable[[Expert, Project], None]]] = [
    (ExclusionReason.NOT_FORMAL, with_status(ExpertStatus.PENDING)),
    (ExclusionReason.NOT_FORMAL, with_status(ExpertStatus.FROZEN)),
    (ExclusionReason.DELETED, with_status(ExpertStatus.DELETED)),
    (ExclusionReason.BLACKLISTED, blacklisted),
    (ExclusionReason.EXPIRED, expired),
    (ExclusionReason.SUSPENDED, not_inspected),
    (ExclusionReason.ON_LEAVE, on_leave),
    (ExclusionReason.HELD, held),
    (ExclusionReason.AVOIDED_UNIT, employed_by_avoided),
    (ExclusionReason.AVOIDED_UNIT, employed_by_purchaser),
    (ExclusionReason.AVOIDED_UNIT, left_two_years_ago),
    (ExclusionReason.AVOIDED_UNIT, employed_above_the_purchaser),
    (ExclusionReason.AVOIDED_UNIT, advises_a_sister_of_the_avoided),
    (ExclusionReason.AVOIDED_PERSON, wrote_the_documents),
    (ExclusionReason.AVOIDED_PERSON, related_to_the_head_of_the_bidder),
    (ExclusionReason.AVOIDED_PERSON, avoided_by_number),
    (ExclusionReason.AVOIDED_PERSON, avoided_by_name),
    (ExclusionReason.AVOIDED_PERSON, avoided_by_number_as_rows_of_before_have_it),
    (ExclusionReason.AVOIDED_PERSON, avoided_by_name_beside_a_number_that_is_nobodys),
]


def test_those_who_fit_alike_are_one_row_of_a_tally(project: Project) -> None:
    for level in (4, 4, 4, 3, 3, 2):
        make_expert(title_level=level)
    senior, associate = ({"field": "title_level", "op": "gte", "value": one} for one in (4, 3))
    groups = [GroupInput("甲", 1, [senior, associate]), GroupInput("乙", 1, [associate])]
    make_plan(project, now=NOW, groups=groups)
    found = evaluate(plan_of(project), now=NOW)
    counted = tally(item.groups for item in found.eligible)
    assert sorted(count for _, count in counted) == [2, 3]


@pytest.mark.shows("DRAW-39", "DRAW-06", "PORT-22", "PORT-25", "EXP-21", "EXP-35", "EXP-49")
@pytest.mark.parametrize(
    ("reason", "change"), CASES, ids=lambda value: getattr(value, "__name__", value)
)
def test_each_reason_excludes_exactly_the_one_it_concerns(
    project: Project, reason: ExclusionReason, change: Callable[[Expert, Project], None]
) -> None:
    other = make_expert(employer=make_unit("甲公司"))
    excluded = make_expert(employer=make_unit("乙公司"))
    change(excluded, project)
    found = evaluate(plan_of(project), now=NOW, knowing=Knowledge.ALL)
    assert [item.expert_id for item in found.eligible] == [other.pk]
    assert found.excluded == {excluded.pk: reason}
    assert found.exclusion_counts == {reason.value: 1}
    both = [other.pk, excluded.pk]
    assert Exclusions(plan_of(project), now=NOW, knowing=Knowledge.ALL).of(both) == {
        excluded.pk: reason
    }


@pytest.mark.shows("DRAW-06")
@pytest.mark.parametrize(
    "change",
    [avoided_by_name_beside_the_number_of_another, avoided_by_the_number_of_a_merged_record],
    ids=lambda value: value.__name__,
)
def test_a_number_decides_alone_only_where_the_name_is_its_own(
    project: Project, change: Callable[[Expert, Project], None]
) -> None:
    excluded = make_expert()
    change(excluded, project)
    found = evaluate(plan_of(project), now=NOW, knowing=Knowledge.ALL)
    assert found.excluded[excluded.pk] == ExclusionReason.AVOIDED_PERSON


@pytest.mark.shows("PORT-23", "EXP-36")
def test_what_is_over_does_not_exclude(project: Project) -> None:
    expert = make_expert()
    start = project.opening_at
    Leave.objects.create(
        expert=expert,
        during=DateTimeTZRange(start - timedelta(days=9), start),
        reason="会议",
        created_at=NOW,
    )
    Leave.objects.create(
        expert=expert,
        during=DateTimeTZRange(start, start + timedelta(days=1)),
        reason="已销假",
        created_at=NOW,
        cancelled_at=NOW,
    )
    old = make_unit("更早的东家")
    avoid(project, subject="unit", unit=old)
    AvoidanceUnit.objects.create(
        expert=expert, unit=old, kind=AvoidanceKind.PAST_EMPLOYER, end_date=date(2023, 11, 1)
    )
    found = evaluate(plan_of(project), now=NOW)
    assert [item.expert_id for item in found.eligible] == [expert.pk]


@pytest.mark.shows("PORT-24", "PORT-25")
def test_aliases_and_uscc_stand_for_the_same_unit(project: Project) -> None:
    employer = make_unit("华东勘测设计研究院有限公司", uscc="91110000600037341L")
    employer.aliases.create(name="华东院", normalised_name="华东院")
    for _ in range(2):
        make_expert(employer=employer)
    avoid(project, subject="unit", name="华东院")
    assert evaluate(plan_of(project), now=NOW).exclusion_counts == {"avoided_unit": 2}
    Avoidance.objects.all().delete()
    avoid(project, subject="unit", name="改名后的公司", uscc="91110000600037341L")
    assert evaluate(plan_of(project), now=NOW).exclusion_counts == {"avoided_unit": 2}
    Avoidance.objects.all().delete()
    other = Unit.objects.create(
        name="华东院（上海）", normalised_name="华东院(上海)", uscc="91110108MA01ABCD5T"
    )
    avoid(project, subject="unit", unit=other)
    assert evaluate(plan_of(project), now=NOW).exclusion_counts == {}


def took_part(operator: User, expert: Expert, *, days_ago: int) -> None:
    """Let ``expert`` agree to a review that opened ``days_ago`` days before NOW."""
    then = NOW - timedelta(days=days_ago, hours=10)
    draw = make_draw(now=then, opens_in_hours=10, groups=[GroupInput("他", 1, [only(expert)])])
    record_answer(
        invitation=Invitation.objects.get(draw=draw),
        state=InvitationState.ACCEPTED,
        reason="电话",
        actor=operator,
        now=then,
        entropy=SeededEntropy(1),
    )


@pytest.mark.shows("DRAW-06")
def test_a_person_declared_at_another_unit_or_long_ago_does_not_exclude(project: Project) -> None:
    avoid(project, subject="person", name="郑总", unit_name="投标人")
    elsewhere, over = make_expert(), make_expert()
    tie = {"kind": AvoidanceKind.TEACHER, "person_name": "郑总"}
    AvoidanceUnit.objects.create(expert=elsewhere, unit=make_unit("另一家"), **tie)
    AvoidanceUnit.objects.create(expert=over, end_date=date(2023, 1, 1), **tie)
    # The unit of a person says who he is; its other projects do not concern the expert.
    AvoidanceUnit.objects.create(expert=over, unit=project.purchaser, **tie | {"person_name": "李"})
    assert evaluate(plan_of(project), now=NOW).exclusion_counts == {}


@pytest.mark.shows("DRAW-06")
def test_an_avoided_expert_takes_those_with_him_who_named_him(project: Project) -> None:
    author, pupil, namesake = (make_expert(employer=make_unit(name)) for name in "甲乙丙")
    avoid(project, subject="person", expert_number=author.number, role=PersonRole.AUTHOR)
    tie = {"kind": AvoidanceKind.TEACHER, "person_name": author.name}
    AvoidanceUnit.objects.create(expert=pupil, unit=author.employer, **tie)
    AvoidanceUnit.objects.create(expert=namesake, unit=make_unit("另一所大学"), **tie)
    found = evaluate(plan_of(project), now=NOW)
    assert found.excluded == dict.fromkeys((author.pk, pupil.pk), ExclusionReason.AVOIDED_PERSON)


def test_relations_cost_a_seal_one_statement(project: Project) -> None:
    def statements() -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            evaluate(plan_of(project), now=NOW)
        return [query["sql"] for query in queries.captured_queries]

    def of_relations(sql: list[str]) -> list[str]:
        return [one for one in sql if "directory_unitrelation" in one]

    for name in ("甲", "乙", "丙"):
        avoid(project, subject="unit", unit=make_unit(name))
    without = statements()
    owner = make_unit("集团")
    for unit in Unit.objects.exclude(pk=owner.pk):
        UnitRelation.objects.create(owner=owner, owned=unit, kind="parent")
    assert len(statements()) == len(without)
    assert len(of_relations(without)) == 1
    assert "experts_" not in of_relations(without)[0]


@pytest.mark.shows("DRAW-06", "PRJ-02")
def test_a_batch_pays_one_statement_and_each_project_avoids_on_its_day() -> None:
    members = make_members(72, 240, now=NOW)
    make_batch(members, now=NOW, seats=1)
    first, second = members
    bidders = [make_unit("甲"), make_unit("乙")]
    for member, bidder in zip(members, bidders, strict=True):
        avoid(member, subject="unit", unit=bidder)
    between = timezone.localdate(first.opening_at) + timedelta(days=1)
    tied, free = make_expert(employer=make_unit("控股")), make_expert(employer=make_unit("已退出"))
    for owner, owned in ((tied.employer, bidders[1]), (free.employer, bidders[1])):
        UnitRelation.objects.create(owner=owner, owned=owned, kind="parent", from_date=between)
    UnitRelation.objects.filter(owner=free.employer).update(from_date=None, to_date=between)
    with CaptureQueriesContext(connection) as queries:
        found = evaluate(DrawPlan.objects.get(project__in=members), now=NOW)
    assert found.excluded == {tied.pk: ExclusionReason.AVOIDED_UNIT}
    assert sum("directory_unitrelation" in query["sql"] for query in queries) == 1
    assert second.opening_at > first.opening_at
    (path,) = reasons(second, [tied.pk, free.pk])[tied.pk]
    assert path.text == "回避单位 乙 ← 上级单位 ← 控股 ← 现任职单位"


@pytest.mark.shows("DRAW-05", "DRAW-06")
def test_frequency_cap_and_avoided_period_count_what_was_agreed(
    project: Project, operator: User
) -> None:
    busy, fresh = make_expert(), make_expert()
    took_part(operator, busy, days_ago=20)
    took_part(operator, busy, days_ago=10)
    both = [busy.pk, fresh.pk]

    def reasons_now() -> dict[int, ExclusionReason]:
        """Of the pool as of whose turn comes: the one is counted by the database, the other not."""
        of_few = Exclusions(plan_of(project), now=NOW, knowing=Knowledge.ALL).of(both)
        of_all = evaluate(plan_of(project), now=NOW, knowing=Knowledge.ALL).excluded
        assert of_few == of_all
        return of_all

    make_plan(project, now=NOW, seats=1, frequency_cap=3)
    assert reasons_now() == {}
    make_plan(project, now=NOW, seats=1, frequency_cap=2)
    assert reasons_now() == {busy.pk: ExclusionReason.FREQUENCY_CAP}
    make_plan(project, now=NOW, seats=1, frequency_cap=2, frequency_days=15)
    assert reasons_now() == {}

    day = timezone.localdate(NOW) - timedelta(days=10)
    avoid(project, subject="period", from_date=day, to_date=day)
    assert reasons_now() == {busy.pk: ExclusionReason.AVOIDED_PERIOD}
    found = evaluate(plan_of(project), now=NOW, knowing=Knowledge.ALL)
    assert found.excluded == {busy.pk: ExclusionReason.AVOIDED_PERIOD}
    assert [item.expert_id for item in found.eligible] == [fresh.pk]


@pytest.mark.shows("DRAW-01", "DRAW-02")
def test_prequery_counts_like_the_draw_and_changes_nothing(operator: User) -> None:
    for level in (4, 4, 3, 3, 3):
        make_expert(title_level=level)
    make_expert(status=ExpertStatus.FROZEN, title_level=4)
    senior = {"field": "title_level", "op": "eq", "value": 4}
    associate = {"field": "title_level", "op": "eq", "value": 3}
    groups = [GroupInput("正高", 3, [senior]), GroupInput("高级", 2, [senior, associate])]
    project = make_ready_project(now=NOW, groups=groups)
    result = run_prequery(plan=plan_of(project), actor=operator, now=NOW)

    assert result.total == 5
    assert [(item.group.name, item.total, item.by_level) for item in result.groups] == [
        ("正高", 2, [(1, 2)]),
        ("高级", 5, [(1, 2), (2, 3)]),
    ]
    assert result.exclusions == [("未正式入库或冻结", 1)]
    assert [(item.group_names, item.lack) for item in result.shortages] == [(["正高"], 1)]
    project.refresh_from_db()
    assert project.draw_state == "not_drawn"
    entry = Entry.objects.get(action="draw.prequery")
    assert not any(expert.number in str(entry.after) for expert in Expert.objects.all())


def test_prequery_names_groups_that_lack_together() -> None:
    for _ in range(3):
        make_expert()
    groups = [GroupInput("甲", 2, [{"all": []}]), GroupInput("乙", 2, [{"all": []}])]
    project = make_ready_project(now=NOW, groups=groups)
    (shortage,) = count_candidates(plan_of(project), now=NOW).shortages
    assert (shortage.group_names, shortage.lack) == (["甲", "乙"], 1)
