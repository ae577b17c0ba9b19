from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.core.importing import CellRefused, Row, check_rows, moment, money, read_rows
from expertpool.core.importing.sheets import template_bytes
from expertpool.directory.models import Unit, UnitAlias
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from expertpool.projects.services import importing
from expertpool.projects.services.importing import ProjectImporter
from tests.core.importing.sheets import table_of
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import make_expert, make_unit, make_uscc
from tests.factories.projects import make_project

pytestmark = pytest.mark.django_db
HEAD = ["编号", "项目名称", "适用制度", "所属部门", "采购单位", "统一社会信用代码", "开标时间", "评审地点", "联系人", "联系电话"]  # fmt: skip
YEAR = timezone.localdate().year + 2
SOON = f"{YEAR}-03-01 09:30"


def cells(**changes: Any) -> list[Any]:
    values = {
        "编号": "",
        "项目名称": "道路改造",
        "适用制度": "招标投标",
        "所属部门": "",
        "采购单位": "",
        "统一社会信用代码": "",
        "开标时间": SOON,
        "评审地点": "三楼",
        "联系人": "李萌",
        "联系电话": "021-55500001",
    }
    return list((values | changes).values())


def run(
    rows: list[list[Any]], *, actor, status="draft", keep=True, head: Sequence[str] = HEAD
) -> tuple[int, list[str]]:
    """Import ``rows``; return how many were taken, and (row, reason) of the others in words."""
    importer = ProjectImporter(actor=actor, now=timezone.now(), options={"status": status})
    header, rest = table_of(ProjectImporter, [head, *rows])
    assert header.is_clear
    refused: list[Row] = []
    totals = check_rows(importer, rest, header.codes, keep=keep, refused=refused.append)
    if keep:
        importer.finish(totals, file_name="项目.xlsx")
    return totals.accepted, [f"{row.number} {row.faults[0].reason}" for row in refused]


@pytest.fixture
def clerk():
    return make_user("department", department=make_department("工程建设部"))


@pytest.mark.shows("PRJ-04")
def test_good_rows_become_drafts_and_each_other_row_says_what_is_wrong(clerk):
    make_department("财务科")
    make_project(number="A-1")
    rows = [
        cells(编号="B-1"),
        cells(项目名称=""),
        cells(适用制度="自主"),
        cells(所属部门="财务科"),
        cells(编号="A-1"),
        cells(编号="B-1"),
        cells(开标时间="下周三"),
        cells(采购单位="没有的单位"),
        cells(),
    ]
    assert run(rows, actor=clerk) == (
        2,
        [
            "3 项目名称为空",
            "4 适用制度不存在",
            "5 所属部门不存在",
            "6 项目编号重复",
            "7 项目编号重复",
            "8 评审开始时间格式",
            "9 采购单位不存在",
        ],
    )
    first, second = Project.objects.exclude(number="A-1").order_by("pk")
    assert (first.number, first.department, first.created_by) == ("B-1", clerk.department, clerk)
    assert first.status == ProjectStatus.DRAFT
    assert second.number.startswith(f"XM{timezone.localdate().year}-")
    assert timezone.localtime(first.opening_at).isoformat() == f"{YEAR}-03-01T09:30:00+08:00"
    entry = Entry.objects.get(action="project.import")
    assert entry.after["导入"] == 2
    assert Entry.objects.filter(action="project.create", actor=clerk).count() == 2


def test_what_lies_outside_the_bounds_of_the_form_is_refused(clerk):
    head = [*HEAD, "预计时长", "预算"]
    rows = [
        [*cells(**changes), *more]
        for changes, more in (
            ({"联系电话": "abc"}, ("240", "")),
            ({}, ("2000000000", "")),
            ({}, ("0", "")),
            ({}, ("240", "-5")),
            ({"开标时间": "9999-01-01 09:00"}, ("240", "")),
        )
    ]
    refused = [
        "2 联系电话格式",
        "3 预计时长（分钟）格式",
        "4 预计时长（分钟）格式",
        "5 预算（元）格式",
        "6 评审开始时间超出范围",
    ]
    assert run(rows, actor=clerk, head=head) == (0, refused)
    assert not Project.objects.exists()


@pytest.mark.shows("PRJ-04")
def test_projects_may_be_handed_in_at_once(clerk):
    past = cells(开标时间="2020-01-01 09:00")
    assert run([cells(), past], actor=clerk, status="pending") == (1, ["3 评审开始时间已过"])
    assert Project.objects.get().status == ProjectStatus.PENDING
    assert run([past], actor=clerk) == (1, [])  # as a draft it may be mended


def test_a_check_alone_writes_nothing_and_finds_the_same(clerk):
    rows = [cells(编号="B-1"), cells(编号="B-1")]
    assert run(rows, actor=clerk, keep=False) == (1, ["3 项目编号重复"])
    assert not Project.objects.exists()


def test_departments_of_one_name_are_told_apart_by_the_one_above():
    first, second = make_department("一部"), make_department("二部")
    for parent in (first, second):
        make_department("综合科", parent=parent)
    admin = make_user("admin")
    rows = [cells(所属部门="综合科"), cells(所属部门="二部/综合科"), cells()]
    assert run(rows, actor=admin) == (1, ["2 所属部门不唯一", "4 所属部门为空"])
    assert Project.objects.get().department.parent == second


def test_units_are_found_by_alias_and_entered_with_their_code(clerk):
    known = make_unit("市第三人民医院")
    UnitAlias.objects.create(unit=known, name="三院", normalised_name="三院")
    uscc = make_uscc(7)
    rows = [
        cells(采购单位="三院"),
        cells(采购单位="新区教育局", 统一社会信用代码=uscc),
        cells(统一社会信用代码=uscc),
        cells(采购单位="新区教育局", 统一社会信用代码="123"),
    ]
    accepted, refused = run(rows, actor=clerk)
    assert (accepted, refused) == (2, ["4 采购单位为空", "5 统一社会信用代码格式"])
    assert Project.objects.filter(purchaser=known).exists()
    assert Project.objects.filter(purchaser=Unit.objects.get(uscc=uscc)).exists()


def test_near_units_are_looked_up_once_for_a_purchaser_of_many_rows(clerk):
    make_unit("市第三人民医院")
    rows = [cells(采购单位="市第三人民医园") for _ in range(5)]
    with CaptureQueriesContext(connection) as asked:
        accepted, refused = run(rows, actor=clerk)
    assert (accepted, len(refused)) == (0, 5)
    assert sum("similarity(" in one["sql"] for one in asked) == 1


def test_near_units_are_looked_up_for_so_many_purchasers_of_a_table(clerk, monkeypatch):
    """Of two hundred thousand rows, each with another one, a check took hours of the worker that makes everybody's tables."""
    monkeypatch.setattr(importing, "LOOKED_AT", 3)
    make_unit("市第三人民医院")
    rows = [cells(采购单位=f"市第三人民医院{number}部") for number in "甲乙丙丁戊"]
    with CaptureQueriesContext(connection) as asked:
        accepted, refused = run(rows, actor=clerk)
    assert (accepted, refused) == (0, [f"{at} 采购单位不存在" for at in range(2, 7)])
    assert sum("similarity(" in one["sql"] for one in asked) == 3


@pytest.mark.parametrize("with_code", [True, False])
def test_purchasers_of_many_rows_are_looked_up_at_once(clerk, monkeypatch, with_code):
    monkeypatch.setattr(importing, "LOOKED_AT", 0)

    def asked(count: int) -> int:
        rows = [
            cells(采购单位=f"某局{at}处", 统一社会信用代码=make_uscc(at) if with_code else "")
            for at in range(count)
        ]
        with CaptureQueriesContext(connection) as queries:
            run(rows, actor=clerk, keep=False)
        return len(queries)

    asked(1)
    assert asked(30) == asked(3)


def test_a_number_that_somebody_takes_meanwhile_is_refused_and_the_rest_is_kept(clerk, monkeypatch):
    """Between check and save another project gets the number of the first row."""
    validate, once = ProjectImporter.validate, threading.Event()

    def validate_before_somebody(self: ProjectImporter, row: Row) -> Any:
        found = validate(self, row)
        if row.values["number"] == "B-2" and not once.is_set():
            once.set()
            make_project(number="B-1")
        return found

    monkeypatch.setattr(ProjectImporter, "validate", validate_before_somebody)
    rows = [cells(编号="B-1"), cells(编号="B-2")]
    assert run(rows, actor=clerk) == (1, ["2 项目编号重复"])
    assert sorted(Project.objects.values_list("number", flat=True)) == ["B-1", "B-2"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-12-01 09:30", "2026-12-01T09:30:00"),
        ("2026/12/1 9:30", "2026-12-01T09:30:00"),
        ("2026年12月1日 9点30分", "2026-12-01T09:30:00"),
        ("2026年12月1日 9点", "2026-12-01T09:00:00"),
        ("2026-12-01T09:30:00", "2026-12-01T09:30:00"),
        ("２０２６－１２－０１ ０９：３０", "2026-12-01T09:30:00"),
        (datetime(2026, 12, 1, 9, 30), "2026-12-01T09:30:00"),  # noqa: DTZ001 (as a sheet gives it)
        (46357.395833333336, "2026-12-01T09:30:00"),
    ],
)
def test_moments_in_the_usual_forms(cell, expected):
    found = moment(cell)
    assert timezone.localtime(found).strftime("%Y-%m-%dT%H:%M:%S") == expected


@pytest.mark.parametrize("cell", ["2026-12-01", "2026-13-01 09:30", "x", date(2026, 12, 1), 46357.0, 12.0])  # fmt: skip
def test_what_is_no_moment_is_refused(cell):
    with pytest.raises(CellRefused):
        moment(cell)


def test_money_as_people_write_it():
    assert money("1,200,000元") == Decimal(1_200_000)
    assert money("120万") == Decimal(1_200_000)
    assert money(86.5) == Decimal("86.50")
    assert money("￥ 960 元") == Decimal(960)
    for wrong in ("很多", "-1", "9" * 13, "nan", "-sNaN", "Infinity", "1e9999999999万"):
        with pytest.raises(CellRefused):
            money(wrong)


@pytest.mark.shows("PRJ-04")
def test_the_template_with_its_sample_row_can_be_imported(tmp_path, clerk):
    path = tmp_path / "模板.xlsx"
    path.write_bytes(template_bytes(ProjectImporter))
    header, rest = table_of(ProjectImporter, [cells for _, cells in read_rows(path)])
    assert header.is_clear
    importer = ProjectImporter(actor=clerk, now=timezone.now() - timedelta(days=365), options={})
    refused: list[Row] = []
    totals = check_rows(importer, rest, header.codes, keep=False, refused=refused.append)
    # The sample is no project.
    assert (totals.accepted, totals.samples, refused) == (0, 1, [])


@pytest.mark.parametrize("keep", [False, True])
def test_what_the_form_would_refuse_is_refused_at_the_check(clerk, keep: bool) -> None:
    """A row that only the save refuses would take the whole file with it."""
    head = [*HEAD, "编制人"]
    far = f"{timezone.localdate().year + 9}-01-01 09:30"
    rows = [
        [*cells(), ""],
        [*cells(开标时间=far), ""],
        [*cells(), f"ZJ{'0' * 19}"],
        [*cells(采购单位="㍿" * 60, 统一社会信用代码=make_uscc(3)), ""],
    ]
    accepted, refused = run(rows, actor=clerk, keep=keep, head=head)
    assert accepted == 1
    assert refused == ["3 评审开始时间太远", "4 采购文件编制人格式", "5 采购单位格式"]
    assert Project.objects.count() == (1 if keep else 0)


@pytest.mark.shows("DRAW-06")
def test_authors_and_reviewers_come_with_the_project(clerk) -> None:
    head = [*HEAD, "编制人", "采购文件论证人"]
    row = [*cells(), "王明（华东设计院）；李华、zjt0000012", "赵一(评审中心)"]
    wrong = [*cells(), "（华东设计院）", ""]
    assert run([row, wrong], actor=clerk, status="pending", head=head) == (
        1,
        ["3 采购文件编制人格式"],
    )
    persons = Project.objects.get().avoidances.values_list(
        "role", "name", "unit_name", "expert_number"
    )
    assert list(persons) == [
        ("author", "王明", "华东设计院", ""),
        ("author", "李华", "", ""),
        ("author", "", "", "ZJT0000012"),
        ("reviewer", "赵一", "评审中心", ""),
    ]


@pytest.mark.parametrize("keep", [False, True])
def test_a_row_names_nobody_by_a_number_that_is_nobodys(operator: Any, keep: bool) -> None:
    own = make_department("工程建设部").name
    head, number = [*HEAD, "编制人"], make_expert().number
    rows = [
        [*cells(所属部门=own), f"{number.lower()}；{number}；王明；王明"],
        [*cells(编号="A-2", 所属部门=own), "ZJ0000000000"],
    ]
    assert run(rows, actor=operator, head=head, keep=keep) == (1, ["3 专家编号不对"])


def test_people_are_shown_before_they_are_saved_as_they_are_written(operator: Any) -> None:
    importer = ProjectImporter(actor=operator, now=timezone.now(), options={"status": "draft"})
    names = "王明（华东设计院）；李华；ZJ000012"
    head = [*HEAD, "采购文件编制人", "采购文件论证人"]
    header, rest = table_of(ProjectImporter, [head, [*cells(), names, "李华"]])
    taken: list[Row] = []
    check_rows(importer, rest, header.codes, keep=False, refused=taken.append, taken=taken.append)
    shown = importer.shown(taken[0])
    assert (shown["采购文件编制人"], shown["采购文件论证人"]) == (names, "李华")
