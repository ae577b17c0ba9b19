"""Workload is imported from a table, for reviews that are over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry as LogEntry
from expertpool.core.importing import CellRefused, Row, check_rows
from expertpool.core.importing.sheets import template_bytes
from expertpool.fees.models import FeeLine
from expertpool.fees.services.lines import send_letters
from expertpool.fees.services.workload import WorkloadImporter
from expertpool.fees.services.workload_cells import clock, hours, yuan
from expertpool.projects.models import Project
from tests.core.importing.sheets import import_by_page, refused_of, table_of, write_xlsx
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.evaluations import make_reviewed
from tests.factories.experts import make_expert
from tests.factories.fees import make_rate
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 18, 0))  # noqa: DTZ001
HEAD = [
    "项目编号",
    "专家编号",
    "专家姓名",
    "评审情况",
    "开始时间",
    "结束时间",
    "时长（小时）",
    "休息用餐（分钟）",
]


def run(rows: list[list[Any]], actor: User) -> tuple[int, list[str]]:
    """Import ``rows``; return how many were taken, and why the others were not."""
    importer = WorkloadImporter(actor=actor, now=NOW, options={})
    header, rest = table_of(WorkloadImporter, [HEAD, *rows])
    assert header.is_clear
    refused: list[Row] = []
    totals = check_rows(importer, rest, header.codes, keep=True, refused=refused.append)
    importer.finish(totals, file_name="工作量.xlsx")
    return totals.accepted, [row.faults[0].reason for row in refused]


def row_of(project: Project, name: str = "", **said: Any) -> list[Any]:
    return [project.number, said.get("number", ""), name, *said.get("rest", ["", "", "", 4, ""])]


@pytest.mark.shows("PRJ-28")
def test_workload_of_finished_projects_becomes_fees(operator: User) -> None:
    make_rate()
    pool = [make_expert("王立新"), make_expert("李四")]
    project = make_reviewed(operator, now=NOW, pool=pool, seats=2).project
    running = make_draw(now=NOW, operator=operator).project
    start = timezone.localtime(project.opening_at)
    end = start + timedelta(minutes=200)
    rows = [
        row_of(project, "王立新"),
        row_of(project, "李四", rest=["", f"{start:%H:%M}", f"{end:%H:%M}", "", "20"]),
        row_of(project, "王立新"),
        row_of(project, "赵六"),
        row_of(project),
        row_of(running, "王立新"),
    ]
    taken, why = run(rows, operator)
    assert (taken, why) == (2, ["重复", "没有参加评审", "专家为空", "项目不能登记"])
    fees = {one.expert.name: one for one in FeeLine.objects.all()}
    assert (fees["王立新"].minutes, fees["王立新"].gross) == (240, Decimal(500))
    assert fees["李四"].minutes == 180
    assert fees["李四"].started_at == start
    # Again, with other hours, until letters are sent.
    taken, why = run(
        [row_of(project, number=pool[0].number, rest=["", "", "", "3.5小时", ""])], operator
    )
    assert (taken, why) == (1, [])
    assert FeeLine.objects.get(expert=pool[0]).minutes == 210
    send_letters(project=project, actor=operator, now=NOW)
    assert run([row_of(project, "王立新")], operator) == (0, ["确认函已发送"])
    assert run([row_of(project, "王立新")], make_user("finance")) == (0, ["项目不能登记"])
    assert LogEntry.objects.filter(action="fee.import").count() == 4


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        (["", "", "", "", ""], "时间为空"),
        (["", "10:00", "09:00", "", ""], "时间颠倒"),
        (["", "", "", "1", "60"], "休息时间太长"),
        (["", "", "2026-11-25 09:00", "", ""], "时间为空"),
        (["", "2026-11-24 09:00", "2026-11-25 09:00", "", ""], "结束时间还没有到"),
        (["", "2026-11-24 08:00", "2026-11-24 17:00", "", ""], "时间在评审时间之外"),
        (["迟到", "", "", "1", ""], "评审情况不存在"),
        (["到场未评审", "", "", "", ""], ""),
    ],
)
def test_a_time_that_cannot_be_is_refused(operator: User, rest: list[str], why: str) -> None:
    make_rate()
    project = make_reviewed(operator, now=NOW, pool=[make_expert("王立新")], seats=1).project
    assert run([row_of(project, "王立新", rest=rest)], operator) == ((0, [why]) if why else (1, []))


def test_two_of_one_name_are_told_apart_by_number(operator: User) -> None:
    make_rate()
    pool = [make_expert("王立新"), make_expert("王立新")]
    project = make_reviewed(operator, now=NOW, pool=pool, seats=2).project
    assert run([row_of(project, "王立新")], operator) == (0, ["专家不唯一"])
    assert run([row_of(project, "王立新", number=pool[1].number)], operator) == (1, [])
    assert FeeLine.objects.get().expert == pool[1]


def test_without_a_rate_nothing_is_imported(operator: User) -> None:
    project = make_reviewed(operator, now=NOW, pool=[make_expert("王立新")], seats=1).project
    assert run([row_of(project, "王立新")], operator) == (0, ["没有可用的标准"])


def test_cells_are_read_as_clerks_write_them() -> None:
    assert (clock("9:30"), clock(0.5), clock("14时")) == (570, 720, 840)
    assert (hours("3.5"), hours(4.0), yuan("1,200.50元")) == (
        Decimal("3.5"),
        Decimal(4),
        Decimal("1200.50"),
    )
    for clean, wrong in ((clock, "25:00"), (hours, "很久"), (hours, "999"), (yuan, "-1")):
        with pytest.raises(CellRefused):
            clean(wrong)
    assert template_bytes(WorkloadImporter)


def test_a_year_that_was_typed_wrong_is_refused(operator: User) -> None:
    """From another year on it was paid as one review, or ended the whole import."""
    make_rate()
    project = make_reviewed(operator, now=NOW, pool=[make_expert("王立新")]).project
    day = f"{timezone.localtime(project.opening_at):%m-%d}"
    for start, end, why in (
        (f"1926-{day} 09:00", "", "时间不对"),
        (f"2020-{day} 09:00", f"2026-{day} 10:00", "时间不对"),
        ("2026-10-01 09:00", f"2026-{day} 10:00", "时间不对"),
    ):
        rest = ["", start, end, "" if end else 4, ""]
        assert run([row_of(project, "王立新", rest=rest)], operator) == (0, [why])
    assert not FeeLine.objects.exists()


def looked_at(
    rows: list[list[Any]], actor: User, *, more: Sequence[str] = ()
) -> tuple[WorkloadImporter, list[Row], list[Row]]:
    """Preview ``rows``, with a column for the rate and ``more``; return those that would be taken, and the others."""
    importer = WorkloadImporter(actor=actor, now=NOW, options={})
    header, rest = table_of(WorkloadImporter, [[*HEAD, "劳务费标准", *more], *rows])
    taken: list[Row] = []
    refused: list[Row] = []
    check_rows(importer, rest, header.codes, keep=False, refused=refused.append, taken=taken.append)
    return importer, taken, refused


@pytest.mark.shows("PRJ-28")
def test_the_rate_is_asked_for_where_it_is_not_clear_and_shown_with_its_sum(
    operator: User,
) -> None:
    """The first by name was taken without a word."""
    make_rate("山东")
    make_rate("浙江", code="zhejiang")
    project = make_reviewed(operator, now=NOW, pool=[make_expert("王立新")], seats=1).project
    row = row_of(project, "王立新")
    assert run([row], operator) == (0, ["标准不明确"])
    importer, taken, refused = looked_at([[*row, "浙江"], [*row, "海南"], [*row, ""]], operator)
    assert [one.faults[0].reason for one in refused] == ["重复", "重复"]
    shown = importer.shown(taken[0])
    assert (shown["劳务费标准"], shown["应发（元）"]) == ("浙江 第 1 版", "600.00")
    note = next(one for one in taken[0].notes if one.column == "应发（元）")
    assert (note.was, note.now) == ("浙江 第 1 版，240 分钟", "600.00")
    _, _, (wrong,) = looked_at([[*row, "海南"]], operator)
    assert (wrong.faults[0].reason, wrong.faults[0].detail) == (
        "标准不能用",
        "评审当天可用的：山东、浙江。",
    )


def test_what_is_read_stands_in_the_preview_as_people_write_it(operator: User) -> None:
    make_rate()
    project = make_reviewed(operator, now=NOW, pool=[make_expert("王立新")], seats=1).project
    start = timezone.localtime(project.opening_at)
    times = [f"{start:%H:%M}", f"{start + timedelta(hours=4):%H:%M}"]
    row = row_of(project, "王立新", rest=["完成评审", *times, "", ""])
    importer, (taken,), _ = looked_at([[*row, ""]], operator)
    assert [one.column for one in taken.notes] == ["应发（元）"]
    shown = importer.shown(taken)
    assert [shown[one] for one in ("评审情况", "开始时间", "结束时间")] == ["完成评审", *times]


@pytest.mark.shows("PRJ-28")
@pytest.mark.usefixtures("media")
def test_a_table_becomes_fees_on_the_pages(client: Client, operator: User, tmp_path: Path) -> None:
    make_rate()
    pool = [make_expert("王立新"), make_expert("李四")]
    project = make_reviewed(operator, now=timezone.now(), pool=pool, seats=2).project
    rows = [HEAD, *(row_of(project, name, rest=["", "", "", 1, ""]) for name in ("王立新", "赵六"))]
    login(client, operator)
    run = import_by_page(client, "fees:workload", write_xlsx(tmp_path / "工作量.xlsx", rows))
    assert (run.state, run.accepted, [one["row"] for one in refused_of(run)]) == ("done", 1, [3])
    line = FeeLine.objects.select_related("expert").get()
    assert (line.expert.name, line.minutes, line.gross) == ("王立新", 60, Decimal(400))
