from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.projects.enums import AvoidanceSubject, DrawState, ProjectStatus
from expertpool.projects.exceptions import ProjectNotEditable
from expertpool.projects.services.avoidance import AvoidanceData, add_avoidance, remove_avoidance
from expertpool.projects.services.state import set_draw_state
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import make_expert, make_unit
from tests.factories.projects import make_project

pytestmark = pytest.mark.django_db
USCC = "91110000600037341L"


def add(project, **values):
    return add_avoidance(
        project=project,
        data=AvoidanceData(**values),
        actor=project.created_by,
        now=timezone.now(),
    )


def test_units_persons_and_periods_are_kept_and_logged():
    project = make_project()
    unit = add(project, subject=AvoidanceSubject.UNIT, name="华东建设有限公司", uscc=USCC)
    add(project, subject=AvoidanceSubject.PERSON, name="王明", unit_name="华东建设有限公司")
    add(
        project,
        subject=AvoidanceSubject.PERIOD,
        from_date=date(2026, 1, 1),
        to_date=date(2026, 6, 30),
    )
    assert project.avoidances.count() == 3
    remove_avoidance(avoidance=unit, actor=project.created_by, now=timezone.now())
    assert project.avoidances.count() == 2
    entries = Entry.objects.filter(action="project.avoidance").order_by("id")
    assert entries[0].after == {
        "类别": "回避单位",
        "名称": "华东建设有限公司",
        "统一社会信用代码": USCC,
    }
    assert entries[3].before == entries[0].after


@pytest.mark.parametrize(
    "values",
    [
        {"subject": AvoidanceSubject.UNIT},
        {"subject": AvoidanceSubject.UNIT, "name": "华东建设", "uscc": "91310115591693856X"},
        {"subject": AvoidanceSubject.PERSON, "unit_name": "华东建设"},
        {"subject": AvoidanceSubject.PERIOD, "from_date": date(2026, 1, 1)},
        {
            "subject": AvoidanceSubject.PERIOD,
            "from_date": date(2026, 1, 2),
            "to_date": date(2026, 1, 1),
        },
    ],
)
def test_an_incomplete_avoidance_is_refused(values):
    project = make_project()
    with pytest.raises(ValidationError):
        add(project, **values)
    assert not project.avoidances.exists()


def refused(project, **values) -> str:
    with pytest.raises(ValidationError) as refusal:
        add(project, **values)
    return "".join(refusal.value.messages)


@pytest.mark.shows("DRAW-06")
def test_a_number_is_that_of_an_expert_of_that_name_however_it_is_typed():
    project, expert = make_project(), make_expert(name="王明")
    person = {"subject": AvoidanceSubject.PERSON}
    assert "没有编号为 ZJ0000000000 的专家" in refused(
        project, **person, expert_number="ZJ0000000000"
    )
    other = refused(project, **person, expert_number=expert.number, name="李华")
    assert "不叫「李华」" in other
    row = add(project, **person, expert_number=f" {expert.number.lower()} ", name="王　明")
    assert row.expert_number == expert.number
    # Whoever may not look into the pool is told nothing of it.
    elsewhere = make_project(applicant=make_user("department", department=make_department()))
    add(elsewhere, **person, expert_number="ZJ0000000000")
    add(elsewhere, **person, expert_number=expert.number, name="李华")


def test_what_nobody_sees_and_the_same_twice_are_refused():
    project = make_project()
    unit, person = {"subject": AvoidanceSubject.UNIT}, {"subject": AvoidanceSubject.PERSON}
    assert "单位名称" in refused(project, **unit, name="\u3164")
    assert "姓名" in refused(project, **person, name="\u3164")
    for values in ({**unit, "name": "华东建设有限公司"}, {**person, "name": "王明"}):
        add(project, **values)
        assert "已有同样的回避" in refused(project, **values)
    add(project, **person, name="王明", unit_name="华东设计院")


def test_a_unit_that_was_chosen_is_not_typed_as_well():
    project, unit = make_project(), make_unit("华东建设有限公司")
    subject = {"subject": AvoidanceSubject.UNIT}
    add(project, **subject, unit=unit)
    assert "已有同样的回避" in refused(project, **subject, name=unit.name)
    add(project, **subject, name="华南建设有限公司")  # in no directory
    add(project, **subject, name="华北建设有限公司")


def test_avoidances_may_be_added_until_the_draw():
    project = make_project(ProjectStatus.APPROVED)
    add(project, subject=AvoidanceSubject.PERSON, expert_number=make_expert().number)
    set_draw_state(project, DrawState.DRAWING, actor=None, now=timezone.now())
    with pytest.raises(ProjectNotEditable):
        add(project, subject=AvoidanceSubject.PERSON, expert_number="ZJ000013")


def test_a_pending_project_is_not_changed_behind_the_approver():
    project = make_project(ProjectStatus.PENDING)
    with pytest.raises(ProjectNotEditable, match="撤回"):
        add(project, subject=AvoidanceSubject.PERSON, expert_number="ZJ000013")
