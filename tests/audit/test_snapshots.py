"""What the log keeps of a row: each kind of value, nothing guarded in clear, nothing unchanged."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Model

from expertpool.accounts.models import ApiToken, Role, User
from expertpool.audit.models import Entry
from expertpool.audit.queries import value_in_words
from expertpool.audit.services import in_words, record_change, snapshot
from expertpool.audit.services.snapshots import Values, as_json
from expertpool.certificates.models import Design
from expertpool.core.permissions import PERMISSIONS
from expertpool.core.visibility import GUARDED_FIELDS
from expertpool.customforms.models import CustomField
from expertpool.customforms.services.fields import FieldData, add_field
from expertpool.directory.enums import RelationKind
from expertpool.directory.models import Unit, UnitAlias, UnitRelation
from expertpool.experts.models import AvoidanceUnit, Expert, Leave
from expertpool.files.models import Attachment
from expertpool.projects.models import Avoidance
from expertpool.webhooks.models import Subscription
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import make_expert
from tests.factories.projects import make_project

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)


def kept(values: Values) -> Values:
    found: Values = as_json(values)
    return found


def change(before: Values, after: Values, subject: User) -> Entry | None:
    return record_change(
        "user.edit", actor=None, now=NOW, subject=subject, before=before, after=after
    )


def test_text_numbers_and_flags_stay_choices_are_codes_and_nothing_is_left_out() -> None:
    project = make_project(representatives=0, description="")
    assert kept(snapshot(project, "name", "regime", "representatives", "description")) == {
        "name": project.name,
        "regime": project.regime,
        "representatives": 0,
    }
    assert kept(snapshot(make_user(), "is_active")) == {"is_active": True}


def test_a_moment_is_that_of_the_site_wherever_it_comes_from() -> None:
    project = make_project()
    project.opening_at = datetime(2026, 12, 1, 1, 30, tzinfo=UTC)
    assert kept(snapshot(project, "opening_at")) == {"opening_at": "2026-12-01 09:30"}
    project.opening_at = project.opening_at.replace(second=5)
    assert kept(snapshot(project, "opening_at")) == {"opening_at": "2026-12-01 09:30:05"}
    start, end = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC)
    leave = Leave(during=DateTimeTZRange(start, end), reason="出国")
    assert in_words(leave, "during", "reason") == {
        "请假时间": "2026-12-01 08:00 至 2026-12-02 08:00",
        "事由": "**",  # encrypted
    }


def test_days_and_amounts_become_text_and_bytes_their_digits() -> None:
    one, other = Unit(name="甲公司"), Unit(name="乙公司")
    relation = UnitRelation(
        owner=one,
        owned=other,
        kind=RelationKind.SHAREHOLDER,
        share=Decimal("51.50"),
        from_date=date(2026, 1, 1),
    )
    assert kept(snapshot(relation, "owner", "share", "from_date")) == {
        "owner": "甲公司",
        "share": "51.50",
        "from_date": "2026-01-01",
    }
    assert kept(snapshot(Attachment(sha256=bytes(2) + b"\xff"), "sha256")) == {"sha256": "0000ff"}


def test_related_rows_stand_by_their_names_one_or_many_on_either_side() -> None:
    user = make_user("operator", department=make_department("采购部"))
    assert kept(snapshot(user, "department", "roles")) == {
        "department": "采购部",
        "roles": ["经办人"],
    }
    unit = Unit.objects.create(name="甲公司", normalised_name="甲公司")
    for name in ("丁", "丙"):
        UnitAlias.objects.create(unit=unit, name=name, normalised_name=name)
    assert kept(snapshot(unit, "aliases")) == {"aliases": ["丁", "丙"]}
    assert in_words(unit, "aliases") == {"单位别名": "丁、丙"}


def test_an_encrypted_value_without_a_guard_is_masked_in_its_middle() -> None:
    user = make_user(phone="13812340001")
    assert kept(snapshot(user, "phone")) == {"phone": "138****0001"}


def test_no_guarded_value_ever_stands_in_clear() -> None:
    expert = Expert(number="E1")
    # What is in clear unless a role says otherwise stands as it does elsewhere.
    columns = [one.code.partition(".")[2] for one in GUARDED_FIELDS if not one.is_veil]
    for name in columns:
        setattr(expert, name, "a1234567890123456789@example.cn")
    values = kept(snapshot(expert, *columns))
    for name in columns:
        guard = GUARDED_FIELDS[f"experts.{name}"]
        assert values[name] == guard.mask("a1234567890123456789@example.cn")
    assert "1234567890123456789" not in str(values) + str(snapshot(expert, *columns))


def test_fields_that_joined_stand_under_their_labels(admin: User) -> None:
    data = FieldData("执业资格", ("一级", "二级"))
    field = add_field(subject="experts.expert", kind="choice", data=data, actor=admin, now=NOW)
    expert = make_expert()
    assert snapshot(expert, "extra") == {}
    expert.extra = {field.code: "二级"}
    assert snapshot(expert, "extra") == {"执业资格": "二级"}


def test_another_row_is_told_in_words() -> None:
    row = AvoidanceUnit(person_name="李教授", kind="teacher", start_date=date(2026, 1, 1))
    assert in_words(row, "unit", "person_name", "kind", "start_date") == {
        "人员姓名": "李教授",
        "关系": row.get_kind_display(),
        "开始日期": "2026-01-01",
    }
    assert in_words(Avoidance(subject="unit", name="甲公司"), "subject", "name") == {
        "类别": "回避单位",
        "名称": "甲公司",
    }


def test_what_is_equal_leaves_no_entry() -> None:
    project = make_project(budget=Decimal(100))
    before = snapshot(project, "opening_at", "budget", "department")
    project.refresh_from_db()
    project.opening_at = project.opening_at.astimezone(UTC)
    assert (
        change(before, snapshot(project, "opening_at", "budget", "department"), make_user()) is None
    )
    assert not Entry.objects.filter(action="user.edit").exists()


def test_only_what_differs_stands_in_the_entry(admin: User) -> None:
    user = make_user(phone="13812340001", name="李梅")
    before = snapshot(user, "name", "phone", "email")
    user.name, user.phone = "李晓梅", ""
    entry = change(before, snapshot(user, "name", "phone", "email"), user)
    assert entry is not None
    assert entry.before == {"name": "李梅", "phone": "138****0001"}
    assert entry.after == {"name": "李晓梅", "phone": None}


def test_a_change_behind_equal_masks_or_names_is_a_change() -> None:
    user = make_user(phone="13812340001", department=make_department("采购部"))
    before = snapshot(user, "phone", "department")
    user.phone = "13899990001"
    user.department = make_department("采购部", parent=make_department("分公司"))
    entry = change(before, snapshot(user, "phone", "department"), user)
    assert entry is not None
    assert entry.before == entry.after == {"phone": "138****0001", "department": "采购部"}


def test_a_list_changed_in_place_is_a_change() -> None:
    user = make_user()
    design = Design(kinds=["a"])
    before = snapshot(design, "kinds")
    design.kinds.append("b")
    assert change(before, snapshot(design, "kinds"), user) is not None


@pytest.mark.parametrize(
    ("model", "name", "value", "words"),
    [
        (CustomField, "subject", "projects.project", "项目"),
        (CustomField, "readers", ["supervisor", "gone"], "监督人、gone"),
        (Subscription, "events", ["names.released", "draw.ended"], "名单公开、抽取结束"),
        (ApiToken, "scopes", ["audit.view"], PERMISSIONS["audit.view"].label),
        (Role, "fields", {"experts.phone": "hidden"}, "手机号 不可见"),
    ],
)
def test_codes_are_read_by_what_they_are_called(
    model: type[Model], name: str, value: object, words: str
) -> None:
    make_user("supervisor")
    assert value_in_words(model, name, value) == words
