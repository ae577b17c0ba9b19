"""The import of experts, by a sheet of 5,000 rows with 125 odd ones."""

from __future__ import annotations

import csv
import json
import threading
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from expertpool.accounts.models import User
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.audit.models import Entry
from expertpool.core.importing import UnreadableFile, as_text, check_rows
from expertpool.core.lookups import array_text
from expertpool.directory.models import Specialty, Unit
from expertpool.experts.models import Expert, ExpertSpecialty
from expertpool.experts.queries.names import name_index
from expertpool.experts.services import importing
from expertpool.experts.services.importing import ExpertImporter, ImportResult, import_file
from expertpool.experts.settings import AT_ONCE
from tests.attacks.test_rights import make_role
from tests.core.importing.sheets import read_xlsx, write_xlsx
from tests.factories.accounts import make_user
from tests.factories.experts import NOW, make_expert, make_id_number, make_uscc
from tests.factories.fields import make_field
from tests.factories.siteconfig import configure
from tests.fixtures import login

DATA = Path(__file__).resolve().parents[2] / "data"
SAMPLE = DATA / "experts_5000.xlsx"


def expected() -> dict[int, str]:
    """Row → reason of the rows of the sample that must be refused."""
    with (DATA / "experts_5000_expected.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return {int(row["excel_row"]): row["reason"] for row in rows if row["outcome"] == "refuse"}


def reasons(outcome: ImportResult) -> dict[int, str]:
    return {row["row"]: row["reason"] for row in outcome.refused}


@pytest.mark.parametrize("text", ["甲\\N乙", "\\N", "甲\\t\t乙", "甲\n\\.\n乙", "'\"{},\\x41"])
def test_what_copies_of_rows_are_made_of_is_text_in_a_cell(
    admin: User, tmp_path: Path, text: str
) -> None:
    """Of columns that all rows share, and of those in which each has its own."""
    field = make_field("说明一", "text")
    head = ["姓名", "手机号", "备注", "通讯地址", "说明一", "职务"]
    rows = [[f"甲{at}", f"1391111000{at}", text, "", text, f"{text}{at}"] for at in "真善美"]
    rows = [[name, f"1391111000{at}", *more] for at, (name, _, *more) in enumerate(rows)]
    path = write_xlsx(tmp_path / "a.xlsx", [head, *rows])
    assert import_file(path, actor=admin, now=NOW).accepted == 3
    held = [(one.remark, one.extra[field.code]) for one in Expert.objects.all()]
    assert {remark for remark, _ in held} == {text}
    assert all("\\" not in text or "\\" in word for _, word in held)
    first = Expert.objects.order_by("number").first()
    assert first is not None
    assert (first.created_by, first.created_at, first.term_end_date) == (admin, NOW, None)
    assert first.name_index == name_index("甲真")


@pytest.mark.shows("EXP-02", "EXP-05", "EXP-07", "EXP-08", "EXP-09", "EXP-16")
def test_the_whole_sample(admin: User, tmp_path: Path) -> None:
    outcome = import_file(SAMPLE, actor=admin, now=NOW, report=tmp_path / "refused.xlsx")
    assert reasons(outcome) == expected()
    assert outcome.accepted == Expert.objects.count() == 5000 - 82

    formulas = Expert.objects.filter(remark__startswith="=HYPERLINK(").count()
    assert formulas == 8  # kept as text
    by_phone = {expert.phone: expert for expert in Expert.objects.all()}
    assert by_phone["18255370427"].name == "崔思春"  # full-width digits
    assert by_phone["13100186037"].name == "许玉庆"  # a number
    assert by_phone["15798015425"].name == "龙慧"  # blanks around
    named = by_phone["15483539593"]  # a specialty by name: the first of two
    assert [str(one) for one in named.specialties.all()] == ["A010142 物流"]
    first = by_phone["17491705167"]
    assert first.number.startswith("ZJ2026")
    assert (first.id_number, first.birth_date.isoformat()) == ("430102196709207216", "1967-09-20")
    assert (first.employer.name, first.employer.uscc) == ("长沙第一测绘院", "12430102XRHG4F5NC5")
    assert (first.division_id, first.title_level, first.status) == ("430100", 3, "pending")
    assert first.bank_account == "6203374776132515972"
    assert first.created_by == admin
    assert Unit.objects.count() == 625

    sheet = read_xlsx(tmp_path / "refused.xlsx")
    assert [(row[0], row[1].partition("：")[0]) for row in sheet[1:]] == list(expected().items())
    assert sheet[0][2:5] == ["姓名", "性别", "出生年月"]
    entry = Entry.objects.get(action="expert.import")
    assert (entry.after["总行数"], entry.after["导入"]) == (5000, 4918)

    again = import_file(SAMPLE, actor=admin, now=NOW)
    assert (again.accepted, len(again.refused)) == (0, 5000)
    assert reasons(again)[2] == "手机号重复"
    assert Expert.objects.count() == 4918


@pytest.mark.shows("EXP-07")
def test_the_sample_under_other_headers_and_in_another_order(db: None, tmp_path: Path) -> None:
    rows = CalamineWorkbook.from_path(SAMPLE).get_sheet_by_index(0).to_python()
    names = {
        "手机号": "联系电话",
        "工作单位": "单位名称",
        "身份证号": "证件号码*",
        "邮箱": "E-mail",
    }
    head = [names.get(str(header), header) for header in rows[0]]
    order = sorted(range(len(head)), key=lambda at: str(head[at]))
    body = [["专家名单汇总"], [head[at] for at in order]]
    body += [[row[at] for at in order] for row in rows[1:]]
    path = write_xlsx(tmp_path / "other.xlsx", body)
    outcome = import_file(path, now=NOW, dry_run=True)
    # One title row above: every row number is one higher.
    assert reasons(outcome) == {row + 1: reason for row, reason in expected().items()}
    assert not Expert.objects.exists()


# --- Single rules, by small sheets -------------------------------------------------------------


HEAD = ["姓名", "手机号"]


def run(tmp_path: Path, row: dict[str, Any], *more: dict[str, Any], **kw: Any) -> ImportResult:
    head = list(dict.fromkeys(key for one in (row, *more) for key in [*HEAD, *one]))
    body = [
        [{"姓名": "王大明", "手机号": "13800138000", **one}.get(key, "") for key in head]
        for one in (row, *more)
    ]
    return import_file(write_xlsx(tmp_path / "s.xlsx", [head, *body]), now=NOW, **kw)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"姓名": " "}, "姓名为空"),
        ({"手机号": ""}, "手机号为空"),
        ({"手机号": 1380013800}, "手机号格式"),
        ({"身份证号": "1101011980010100"}, "身份证格式"),
        ({"身份证号": make_id_number(serial=3), "性别": "女"}, "性别与身份证不符"),
        ({"身份证号": make_id_number(serial=3), "出生年月": "1980-01-02"}, "出生年月与身份证不符"),
        ({"统一社会信用代码": make_uscc(1)}, "工作单位为空"),
        ({"工作单位": "㍿" * 60}, "工作单位格式"),
        ({"评审专业": "A999998;A999999"}, "专业代码不存在"),
        ({"评审专业": "A010103-A010101"}, "专业代码与名称不符"),
        ({"评审专业": "A010101 桥梁工程"}, "专业代码与名称不符"),
        ({"类别": "单位专家"}, "联系人为空"),
    ],
)
@pytest.mark.shows("EXP-08")
def test_what_is_refused(db: None, tmp_path: Path, row: dict[str, Any], reason: str) -> None:
    outcome = run(tmp_path, row)
    assert [one["reason"] for one in outcome.refused] == [reason]
    assert not Expert.objects.exists()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"性别": "先生"}, "性别不存在"),
        ({"出生年月": "1980-13"}, "出生年月格式"),
        ({"工作单位": "甲", "统一社会信用代码": "91310115591693856X"}, "统一社会信用代码格式"),
        ({"职称级别": "高级"}, "职称级别不存在"),
        ({"从业年限": "很久"}, "从业年限格式"),
        ({"所在地区": "长河市"}, "所在地区不存在"),
        ({"所在地区": "鼓楼区"}, "所在地区有歧义"),
        ({"邮编": "12345"}, "邮编格式"),
        ({"银行账号": 6203374776132515972.0}, "银行账号为数值"),
        ({"通讯地址": "长" * 201}, "通讯地址过长"),
        ({"聘期至": "另行通知"}, "聘期至格式"),
        ({"聘期开始": "2026-02-01", "聘期至": "2026-01-01"}, "聘期颠倒"),
        ({"聘期开始": "2026-02-01", "聘期至": "2026.1-2028.12"}, "聘期开始不一致"),
        ({"聘期至": "2028.1-2026.12"}, "聘期颠倒"),
    ],
)
@pytest.mark.shows("EXP-08", "EXP-09")
def test_a_cell_that_is_refused_is_left_empty_where_the_row_can_live_without(
    db: None, tmp_path: Path, row: dict[str, Any], reason: str
) -> None:
    outcome = run(tmp_path, row, report=tmp_path / "refused.xlsx")
    assert outcome.refused == []
    assert Expert.objects.count() == 1
    cells = CalamineWorkbook.from_path(tmp_path / "refused.xlsx").get_sheet_by_index(1).to_python()
    column = list(row)[-1]
    # Of two days that contradict each other nobody knows which is wrong.
    columns = [column, "聘期开始"] if "聘期开始" in row else [column]
    assert [cell[1:3] for cell in cells[1:]] == [["王大明", one] for one in columns]
    content, why, outcome_ = cells[1][3:6]
    assert (content[:10], why.partition("：")[0]) == (as_text(row[column])[:10], reason)
    assert outcome_ == "这一格留空，其余已导入"


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        ({"出生年月": "1980年5月"}, "birth_date", "1980-05-01"),
        ({"身份证号": make_id_number("19791231", serial=12)}, "sex", "female"),
        ({"身份证号": make_id_number(serial=3).lower()}, "id_number", make_id_number(serial=3)),
        ({"职称": "教授"}, "title_level", "4"),
        ({"职称级别": "副高级"}, "title_level", "3"),
        ({"所在地区": "福州市鼓楼区"}, "division_id", "350102"),
        ({"所在地区": "430100"}, "division_id", "430100"),
        ({"邮编": 10000}, "postcode", "010000"),
        ({"银行账号": "6203 3747 7613 2515"}, "bank_account", "6203374776132515"),
        ({"聘期至": "2028/12/31"}, "term_end_date", "2028-12-31"),
        ({"类别": "单位专家", "联系人": "李四"}, "kind", "organisation"),
        ({"从业年限": 15}, "practice_years", "15"),
    ],
)
def test_what_is_repaired(
    db: None, tmp_path: Path, row: dict[str, Any], field: str, value: str
) -> None:
    assert run(tmp_path, row).refused == []
    assert str(getattr(Expert.objects.get(), field)) == value


@pytest.mark.parametrize(
    "cell",
    [
        *("A010101 A081201", "A010101/A081201", "a010101 / a081201"),
        *(
            "A010101 总体规划 A081201 采矿工程",
            "A010101总体规划、A081201：采矿",
            "总体规划 A081201",
            "总体规划 A010101、采矿（A081201）",
        ),
    ],
)
@pytest.mark.shows("EXP-08")
def test_no_code_of_several_is_dropped(db: None, tmp_path: Path, cell: str) -> None:
    assert run(tmp_path, {"评审专业": cell}).refused == []
    codes = ExpertSpecialty.objects.values_list("specialty__code", flat=True)
    assert set(codes) == {"A010101", "A081201"}


def test_names_that_hold_commas_are_read_among_others(db: None, tmp_path: Path) -> None:
    """As the export joins them."""
    names = Specialty.objects.filter(code__in=("B060301", "A010101")).values_list("code", "name")
    name = dict(names)
    cell = f"B060301 {name['B060301']}、A010101 {name['A010101']}、{name['B060301']}，A010142"
    assert "、" in name["B060301"]
    assert run(tmp_path, {"评审专业": cell}).accepted == 1
    held = Expert.objects.get().specialties.values_list("code", flat=True)
    assert set(held) == {"A010101", "A010142", "B060301"}


def test_several_specialties_by_code_and_name(db: None, tmp_path: Path) -> None:
    cell = "a010101；科研、靶场、试验、教育、培训;采矿工程，信息系统运维与评估"
    assert run(tmp_path, {"评审专业": cell}).refused == []
    codes = ExpertSpecialty.objects.values_list("specialty__code", flat=True)
    # The last one belongs to a branch of its name.
    assert set(codes) == {"A010101", "A042906", "A081201", "C070502"}


@pytest.mark.parametrize(
    ("cell", "start", "end"),
    [
        ("长期", None, None),
        ("永久", None, None),
        ("无固定期限", None, None),
        ("至2027年1月", None, "2027-01-31"),
        ("2027-01-15止", None, "2027-01-15"),
        ("2024.1-2027.1", "2024-01-01", "2027-01-31"),
        ("2024-01-05-2027-01-04", "2024-01-05", "2027-01-04"),
        ("2024年1月5日至2027年1月4日", "2024-01-05", "2027-01-04"),
        ("2024/1/5～2027/1/4", "2024-01-05", "2027-01-04"),
        ("20240105 — 20270104", "2024-01-05", "2027-01-04"),
        ("2024.1起长期", "2024-01-01", None),
    ],
)
@pytest.mark.shows("EXP-08")
def test_a_term_is_read_as_a_list_writes_it(
    db: None, tmp_path: Path, cell: str, start: str | None, end: str | None
) -> None:
    assert run(tmp_path, {"聘期至": cell}).refused == []
    terms = Expert.objects.values_list("term_start_date", "term_end_date")
    days = [day and day.isoformat() for day in terms.get()]
    assert days == [start, end]


def test_a_term_may_stand_under_one_header(db: None, tmp_path: Path) -> None:
    assert run(tmp_path, {"聘期": "2024.1-2027.1"}).refused == []
    assert Expert.objects.get().term_start_date


@pytest.mark.shows("EXP-08")
def test_a_refused_row_does_not_make_a_later_one_a_duplicate(db: None, tmp_path: Path) -> None:
    outcome = run(tmp_path, {"邮箱": "abc"}, {"邮箱": "a@example.cn"})
    assert reasons(outcome) == {2: "邮箱格式"}


def test_deleted_experts_count_as_duplicates(db: None, tmp_path: Path) -> None:
    make_expert(phone="13800138000", status="deleted")
    assert reasons(run(tmp_path, {})) == {2: "手机号重复"}


def test_one_unit_for_one_code_under_two_names(db: None, tmp_path: Path) -> None:
    uscc = make_uscc(7)
    run(
        tmp_path,
        {"工作单位": "甲院", "统一社会信用代码": uscc},
        {"工作单位": "甲院有限公司", "统一社会信用代码": uscc, "手机号": "13800138001"},
        {"工作单位": "甲院", "手机号": "13800138002"},
    )
    assert Unit.objects.count() == 1
    assert Expert.objects.filter(employer__uscc=uscc).count() == 3


def test_chunks_see_each_other(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ExpertImporter, "chunk_rows", 1)
    for dry_run in (True, False):
        outcome = run(tmp_path, {"工作单位": "甲院"}, {"工作单位": "甲院"}, dry_run=dry_run)
        assert reasons(outcome) == {3: "手机号重复"}


def test_no_row_asks_the_database_by_itself(db: None, tmp_path: Path) -> None:
    def asked(rows: int) -> int:
        lines = [{"工作单位": "甲院", "手机号": f"1380013{rows:02d}{n:02d}"} for n in range(rows)]
        with CaptureQueriesContext(connection) as queries:
            assert run(tmp_path, *lines, dry_run=True).accepted == rows
        return len(queries)

    make_field("丁选", options=("子", "寅"))
    asked(1)
    assert asked(40) == asked(5)


def test_no_statement_grows_by_a_placeholder_for_each_row(db: None, tmp_path: Path) -> None:
    def longest(rows: int) -> int:
        lines = [{"姓名": f"王{chr(0x4E00 + n)}", "手机号": f"1380013{n:04d}"} for n in range(rows)]
        counted: list[int] = []

        def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            counted.append(len(params or ()))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(count):
            assert run(tmp_path, *lines, dry_run=True).accepted == rows
        return max(counted)

    assert longest(40) == longest(5)


def test_a_pending_import_is_not_drawn(db: None, tmp_path: Path) -> None:
    run(tmp_path, {}, options={"status": "pending"})
    assert Expert.objects.get().status == "pending"


def test_who_draws_does_not_fill_the_pool(client: Client, operator: User, tmp_path: Path) -> None:
    """He may import, neither add nor approve: what he brings waits for somebody who may."""
    ensure_demo_roles()
    page = login(client, operator).get("/experts/import/").content.decode()
    assert "审核通过后，才能被抽取" in page
    assert "在库，可以被抽取" not in page
    assert "同时开通账号" not in page
    posted = {"status": "formal", "accounts": True}
    run(tmp_path, {"邮箱": "wang@example.cn"}, actor=operator, options=posted)
    assert Expert.objects.get().status == "pending"
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs")
        names = {name for (name,) in cursor.fetchall()}
    assert names == {"experts.begin_imported", "experts.pack_imported"}


def test_only_who_may_admit_does_where_the_office_says_so(db: None, tmp_path: Path) -> None:
    for at_once in (False, True):
        configure(AT_ONCE, at_once)
        for code in ("experts.add", "experts.edit", "experts.admit"):
            user = make_user(roles=(make_role(code, "experts.import"),))
            Expert.objects.all().delete()
            run(tmp_path, {}, actor=user, options={"status": "formal"})
            admits = at_once and code == "experts.admit"
            assert Expert.objects.get().status == ("formal" if admits else "pending"), code


def test_a_required_column_must_be_there(db: None, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "s.xlsx", [["姓名", "备注"], ["王小明", ""]])
    with pytest.raises(UnreadableFile, match="手机号"):
        import_file(path, now=NOW)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.shows("EXP-06", "EXP-08")
def test_a_phone_entered_during_the_import_is_a_duplicate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importing.next_numbers
    raced: list[int] = []

    def late(count: int, **kw: Any) -> list[str]:
        if not raced:
            raced.append(1)

            def enter() -> None:
                make_expert("李四", phone="13800138000")
                connections.close_all()

            thread = threading.Thread(target=enter)
            thread.start()
            thread.join()
        return real(count, **kw)

    monkeypatch.setattr(importing, "next_numbers", late)
    outcome = run(tmp_path, {}, {"手机号": "13800138001"})
    assert reasons(outcome) == {2: "手机号重复"}
    assert Expert.objects.count() == 2


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.shows("EXP-06")
def test_rows_are_read_while_the_database_takes_those_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody enters the first row, and gives it up only when the second is asked for."""
    monkeypatch.setattr(ExpertImporter, "chunk_rows", 1)
    entered, is_asked, was_asked = threading.Event(), threading.Event(), list[bool]()

    def enter() -> None:
        with transaction.atomic():
            make_expert("李四", phone="13800138000")
            entered.set()
            was_asked.append(is_asked.wait(10))
            transaction.set_rollback(True)
        connections.close_all()

    def rows() -> Iterator[tuple[int, list[Any]]]:
        yield 2, ["甲", "13800138000"]
        is_asked.set()
        yield 3, ["乙", "13800138001"]

    thread = threading.Thread(target=enter)
    thread.start()
    assert entered.wait(10)
    importer = ExpertImporter(actor=None, now=NOW, options={})
    with transaction.atomic():
        codes = ["name", "phone"]
        totals = check_rows(importer, rows(), codes, keep=True, refused=lambda row: None)
    thread.join()
    assert (was_asked, totals.accepted, Expert.objects.count()) == ([True], 2, 2)


# --- The command -------------------------------------------------------------------------------


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("import_experts", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.shows("EXP-07", "EXP-09")
def test_the_command_prints_json_and_writes_the_report(db: None, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "s.xlsx", [HEAD, ["甲", "13800138000"], ["", "13800138001"]])
    report = tmp_path / "out.xlsx"
    out = command(str(path), "--json", "--dry-run", "--report", str(report))
    wanted = {"accepted": 1, "refused": [{"row": 3, "column": "姓名", "reason": "姓名为空"}]}
    assert json.loads(out) == wanted
    assert report.exists()
    assert not Expert.objects.exists()
    assert "已导入 1 位专家，1 行未导入" in command(str(path))
    assert Expert.objects.count() == 1


def test_the_command_ends_with_2_for_an_unreadable_file(db: None, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"x")
    with pytest.raises(SystemExit) as caught:
        command(str(tmp_path / "a.xlsx"), "--json")
    assert caught.value.code == 2


@pytest.mark.parametrize("words", [[], ["王"], ["a b", "", "#12"], ['"', "\\", ",{}", "NULL"]])
def test_words_of_any_kind_are_an_array_of_the_database(db: None, words: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text[]", [array_text(words)])
        assert cursor.fetchone() == (words,)


@pytest.mark.shows("EXP-07")
def test_the_command_says_how_rows_go_in_that_somebody_has_to_decide(
    db: None, tmp_path: Path
) -> None:
    rows = [[*HEAD, "退出原因"], ["甲", "13800138000", "本人申请"], ["", "13800138001", ""]]
    path = write_xlsx(tmp_path / "s.xlsx", rows)
    told = command(str(path))
    assert "2 行未导入" in told
    assert "其中 1 行写着退出" in told
    assert "请用网页“批量导入”上传这个文件" in told
    assert "请用网页" not in command(str(write_xlsx(tmp_path / "b.xlsx", [rows[0], rows[2]])))
