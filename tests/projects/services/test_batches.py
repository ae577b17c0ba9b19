"""Batches: who may be grouped, who leads, and that a drawn batch never changes."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import combinations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from expertpool.audit.models import Entry
from expertpool.projects.enums import DrawState, ProjectStatus, Regime
from expertpool.projects.exceptions import (
    BatchRefused,
    NotReadyToArchive,
    ProjectNotEditable,
)
from expertpool.projects.models import Project, ProjectBatch
from expertpool.projects.queries.batches import (
    LARGEST_BATCH,
    MOST_PAIRS,
    doubtful_overlaps,
    faults_of,
    members_of,
    overlapping,
)
from expertpool.projects.services.archive import archive_project
from expertpool.projects.services.batches import (
    add_projects,
    choose_lead,
    create_batch,
    dissolve_batch,
    lock_members,
    remove_project,
    update_batch,
)
from expertpool.projects.services.deletion import delete_project
from tests.factories.accounts import make_user
from tests.factories.batches import draw_batch, make_batch, make_members
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.projects import make_project

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


def drawn() -> ProjectBatch:
    for _ in range(3):
        make_expert()
    batch = make_batch(make_members(72, 96, now=NOW), now=NOW, seats=1)
    draw_batch(batch, now=NOW)
    return batch


@pytest.mark.shows("PRJ-02", "OVW-11")
def test_projects_become_a_batch_and_the_first_leads_it() -> None:
    first, second = make_members(96, 72, now=NOW)
    batch = make_batch([first, second], now=NOW)
    assert batch.number == "PC2026-0001"
    assert batch.members == [first, second]
    first.refresh_from_db()
    assert first.leads_batch
    actions = list(Entry.objects.order_by("pk").values_list("action", flat=True))[-3:]
    assert actions == ["project.batch_create", "project.batch_join", "project.batch_join"]


@pytest.mark.shows("PRJ-02")
def test_members_come_and_go_and_another_may_lead() -> None:
    first, second, third = make_members(72, 96, 120, now=NOW)
    actor = make_user("operator")
    batch = make_batch([first, second], now=NOW)
    add_projects(batch=batch, projects=[third], actor=actor, now=NOW)
    with pytest.raises(BatchRefused, match="主项目"):
        remove_project(project=first, actor=actor, now=NOW)
    choose_lead(project=third, actor=actor, now=NOW)
    remove_project(project=first, actor=actor, now=NOW)
    assert ProjectBatch.objects.get().members == [third, second]
    update_batch(batch=batch, name="改名", note="", actor=actor, now=NOW)
    dissolve_batch(batch=batch, actor=actor, now=NOW)
    assert not ProjectBatch.objects.exists()
    assert not Project.objects.filter(batch__isnull=False).exists()
    assert not Project.objects.filter(leads_batch=True).exists()


def test_what_cannot_be_drawn_together_is_not_grouped() -> None:
    first, second = make_members(72, 96, now=NOW)
    other = make_project(ProjectStatus.DRAFT, now=NOW, regime=Regime.INTERNAL)
    actor = make_user("operator")
    for projects, reason in (
        ([first], "至少"),
        ([first, other], "同一制度"),
    ):
        with pytest.raises(BatchRefused, match=reason):
            create_batch(projects=projects, name="批次", actor=actor, now=NOW)
    make_batch([first, second], now=NOW)
    (third,) = make_members(72, now=NOW)
    with pytest.raises(BatchRefused, match="已在批次中"):
        create_batch(projects=[second, third], name="批次", actor=actor, now=NOW)


def test_a_batch_may_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("expertpool.projects.services.batches.LARGEST_BATCH", 2)
    with pytest.raises(BatchRefused, match="最多 2 个"):
        make_batch(make_members(72, 72, 72, now=NOW), now=NOW)


@pytest.mark.shows("PRJ-02")
def test_a_drawn_batch_never_changes() -> None:
    batch, actor = drawn(), make_user("operator")
    first, second = batch.members
    (other,) = make_members(72, now=NOW)
    for change in (
        lambda: add_projects(batch=batch, projects=[other], actor=actor, now=NOW),
        lambda: remove_project(project=second, actor=actor, now=NOW),
        lambda: choose_lead(project=second, actor=actor, now=NOW),
        lambda: dissolve_batch(batch=batch, actor=actor, now=NOW),
    ):
        with pytest.raises(BatchRefused, match="已经抽取"):
            change()
    assert batch.members == [first, second]


def test_a_drawn_project_joins_no_batch() -> None:
    make_expert()
    draw = make_draw(now=NOW, seats=1)
    (other,) = make_members(72, now=NOW)
    with pytest.raises(BatchRefused, match="已经抽取"):
        create_batch(
            projects=[other, draw.project], name="批次", actor=make_user("operator"), now=NOW
        )


@pytest.mark.parametrize("change", ["join", "leave", "lead"])
def test_the_database_itself_keeps_a_drawn_batch(change: str) -> None:
    batch = drawn()
    _, second = batch.members
    (other,) = make_members(72, now=NOW)
    rows = {
        "join": (other.pk, {"batch": batch}),
        "leave": (second.pk, {"batch": None}),
        "lead": (second.pk, {"leads_batch": True}),
    }
    key, values = rows[change]
    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.filter(pk=key).update(**values)


def test_a_batch_has_one_lead_and_nobody_leads_alone() -> None:
    first, second = make_members(72, 96, now=NOW)
    make_batch([first, second], now=NOW)
    (alone,) = make_members(72, now=NOW)
    for project in (second, alone):
        with pytest.raises(IntegrityError), transaction.atomic():
            Project.objects.filter(pk=project.pk).update(leads_batch=True)


def test_one_panel_is_not_in_two_places_at_once() -> None:
    first, second = make_members(72, 73, now=NOW)
    second.place = "另一个地方"
    (fault,) = faults_of([first, second])
    assert "时间重叠而地点不同" in fault
    second.opening_at = first.closing_at  # one after the other
    assert faults_of([first, second]) == []


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9), st.booleans()), max_size=20))
def test_whose_reviews_overlap_is_found_as_by_comparing_all(
    times: list[tuple[int, int, bool]],
) -> None:
    projects = [
        Project(
            name=f"{number}",
            opening_at=NOW + timedelta(minutes=begin),
            duration_minutes=length,
            place="一楼" if is_first else "二楼",
        )
        for number, (begin, length, is_first) in enumerate(times)
    ]
    expected = {
        frozenset((one.name, other.name))
        for one, other in combinations(projects, 2)
        if one.opening_at < other.closing_at and other.opening_at < one.closing_at
    }
    found = list(overlapping(projects))
    assert {frozenset((one.name, other.name)) for one, other in found} == expected
    assert len(found) == len(expected)
    assert all(one.opening_at <= other.opening_at for one, other in found)
    apart = sum(one.place != other.place for one, other in found)
    assert len(faults_of(projects)) == (apart if apart <= MOST_PAIRS else MOST_PAIRS + 1)


def test_of_a_large_batch_of_one_day_not_all_pairs_are_told() -> None:
    times = [NOW + timedelta(minutes=number) for number in range(LARGEST_BATCH)]
    batch = [Project(name="甲", opening_at=at, duration_minutes=240) for at in times]
    said = doubtful_overlaps(batch)
    assert said.count("开始") == MOST_PAIRS
    assert said.endswith("等共 1225 处")


def test_a_member_is_neither_deleted_nor_archived_on_its_own() -> None:
    actor = make_user("operator")
    draft, approved = (
        make_members(72, now=NOW, status=status)[0]
        for status in (ProjectStatus.DRAFT, ProjectStatus.APPROVED)
    )
    make_batch([draft, approved], now=NOW)
    with pytest.raises(ProjectNotEditable, match="移出批次"):
        delete_project(project=draft, actor=actor, now=NOW)
    with pytest.raises(NotReadyToArchive, match="移出批次"):
        archive_project(project=approved, note="不再进行", actor=actor, now=NOW)


@pytest.mark.shows("PRJ-32")
def test_a_drawn_member_is_archived_only_when_the_last_review_is_over() -> None:
    batch = drawn()
    first, second = batch.members
    Project.objects.update(draw_state=DrawState.SUCCESS)
    between = first.closing_at + timedelta(hours=1)
    assert between < second.closing_at
    with pytest.raises(NotReadyToArchive, match="评审尚未结束"):
        archive_project(project=first, note="资料齐全", actor=make_user("operator"), now=between)


def test_a_project_brings_its_whole_batch_under_lock() -> None:
    first, second = make_members(72, 96, now=NOW)
    make_batch([first, second], now=NOW)
    assert lock_members(first) == lock_members(second) == [first, second]
    second.refresh_from_db()
    assert members_of(second) == [first, second]
