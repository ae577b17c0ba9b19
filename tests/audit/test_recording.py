from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.context import address
from expertpool.audit.queries import differences, summary, timeline_of
from expertpool.audit.services import record
from expertpool.core.catalogue import UnknownCode
from tests.audit.conftest import Note
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.shows("PRJ-20")
def test_an_entry_says_who_when_where_what_and_on_what(note: Note, admin: User) -> None:
    token = address.set("10.0.0.7")
    try:
        entry = note("原因", actor=admin, subject=admin, before={"a": 1}, after={"a": 2})
    finally:
        address.reset(token)
    entry.refresh_from_db()
    assert (entry.actor, entry.actor_name, entry.address) == (admin, admin.name, "10.0.0.7")
    assert (entry.subject_type, entry.subject_id) == ("accounts.user", str(admin.pk))
    assert (entry.before, entry.after, entry.note) == ({"a": 1}, {"a": 2}, "原因")


def test_a_job_acts_as_the_system(note: Note) -> None:
    assert (note().actor_name, note().address) == ("系统", "")


def test_an_unregistered_action_is_an_error() -> None:
    with pytest.raises(UnknownCode):
        record("test.unknown", actor=None, now=timezone.now())


def test_dates_and_amounts_become_text(note: Note) -> None:
    entry = note(after={"day": date(2026, 11, 24), "amount": Decimal("1.10")})
    assert entry.after == {"day": "2026-11-24", "amount": "1.10"}


def test_a_float_is_an_error(note: Note) -> None:
    with pytest.raises(TypeError, match="float"):
        note(after={"rate": 1.5})


def test_changes_are_shown_in_words(note: Note, admin: User) -> None:
    entry = note(
        "换岗",
        subject=admin,
        before={"is_active": True, "roles": ["管理员"], "department": None},
        after={"is_active": False, "roles": ["管理员", "财务"], "department": "财务部"},
    )
    assert [(one.label, one.before, one.after) for one in differences(entry)] == [
        ("启用", "是", "否"),
        ("角色", "管理员", "管理员、财务"),
        ("部门", "—", "财务部"),
    ]
    assert summary(entry) == ("启用：是 → 否；角色：管理员 → 管理员、财务；部门：财务部；换岗")


def test_choices_are_shown_by_their_labels(note: Note) -> None:
    from expertpool.projects.models import Project

    entry = note(after={"status": "approved"})
    entry.subject_type = Project._meta.label_lower
    assert [(one.label, one.after) for one in differences(entry)] == [("审核状态", "已审核")]


def test_the_timeline_of_a_subject_has_only_its_entries(note: Note, admin: User) -> None:
    note("一", subject=admin)
    note("二", subject=admin)
    note("别的", subject=make_user())
    items = timeline_of(admin, most=5)
    assert [(item.title, item.note) for item in items] == [
        ("记一笔", "二"),
        ("记一笔", "一"),
    ]
    assert [item.note for item in timeline_of(admin, most=1)] == ["二"]


def test_a_timeline_tells_of_several_subjects_in_one_order(note: Note, admin: User) -> None:
    first, second, other = make_user(), make_user(), make_user()
    for text, subject in (("一", first), ("二", admin), ("三", second), ("别的", other)):
        note(text, subject=subject)
    items = timeline_of(admin, (User, [first.pk, second.pk]), most=5)
    assert [item.note for item in items] == ["三", "二", "一"]
    assert timeline_of((User, []), most=5) == []


def test_a_timeline_begins_what_is_long_and_keeps_what_somebody_wrote(
    note: Note, admin: User
) -> None:
    after = {"规则": "甲" * 50, "说明": "乙" * 400, "空": ""}
    note("按批准文号办理", subject=admin, after=after)
    (item,) = timeline_of(admin, most=5, without=("规则",))
    assert "甲" not in item.note
    assert "空" not in item.note
    assert item.note.count("乙") < 300
    assert item.note.endswith("…；按批准文号办理")
