"""The whole job, as three people do it in their browsers: from the list of experts to the sheet."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader
from pytest_django.live_server_helper import LiveServer

from expertpool.directory.enums import TitleLevel
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.names import NamedRow, named_rows
from expertpool.experts.models import Expert
from expertpool.experts.settings import AT_ONCE
from tests.e2e.pages import (
    Screen,
    accept,
    add_rule,
    attach,
    choose_remote,
    copy_level,
    decline,
    drawer,
    fill_project,
    finds,
    group_box,
    level_box,
    lines_of,
    link_of,
    pick_specialty,
    sign_in,
    upload_experts,
)
from tests.factories.accounts import make_department, make_user
from tests.factories.draws import end_review, open_names_at
from tests.factories.lines import written_otherwise
from tests.factories.siteconfig import configure
from tests.worker import Worker, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

DATA = Path(__file__).parent.parent / "data"
ROOT = DATA.parent.parent
COLUMNS = [
    "序号",
    "姓名",
    "职称",
    "工作单位",
    "专家编号",
    "专业",
    "联系方式",
    "是否参加",
    "确认签名",
    "备注",
]
SEATS = 5
OpenBrowser = Callable[..., Screen]


@pytest.fixture
def worker(live_server: LiveServer, no_quiet_hours: None) -> Iterator[None]:
    with Worker(SITE_URL=live_server.url).running():
        yield


# --- What only time brings -----------------------------------------------------------------------


def bring_forward(task: str, **arguments: int) -> None:
    """Let the time for a job come now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = now()"
            " WHERE task_name = %s AND args @> %s AND status = 'todo'",
            [task, json.dumps(arguments)],
        )
        assert cursor.rowcount


def pass_deadline(invitation: Invitation) -> None:
    row = Invitation.objects.filter(pk=invitation.pk)
    wait_for(lambda: row.filter(reached_at__isnull=False).exists())
    written_otherwise(row.get(), deadline_at=timezone.now())
    bring_forward("draws.expire_invitation", invitation_id=invitation.pk)


def reach_reveal_time(draw: Draw) -> None:
    open_names_at(draw, timezone.now())
    bring_forward("draws.release_names", draw_id=draw.pk)
    wait_for(lambda: Draw.objects.filter(pk=draw.pk, released_at__isnull=False).exists())


# --- The steps -----------------------------------------------------------------------------------


def import_list(admin: Screen, folder: Path) -> None:
    """5,000 rows: 4,918 go into the pool, 82 come back as a table with the reasons."""
    upload_experts(admin, DATA / "experts_5000.xlsx")
    expect(admin.stat("可以导入")).to_have_text("4,918 行")
    admin.press("确认导入")
    expect(admin.stat("已导入")).to_have_text("4,918 行", timeout=30_000)
    expect(admin.stat("未导入")).to_have_text("82 行")
    assert Expert.objects.count() == 4918

    refused = admin.download("下载未导入信息表")
    assert refused.suggested_filename == "未导入信息表-experts_5000.xlsx"
    refused.save_as(folder / "refused.xlsx")
    rows = list(openpyxl.load_workbook(folder / "refused.xlsx").active.values)
    assert len(rows) == 1 + 82
    assert "姓名" in rows[0]


def file_project(operator: Screen, opening_at: datetime, folder: Path) -> str:
    """File a tender, avoid a unit, attach the requirements, submit; return the project's path."""
    operator.open("/projects/")
    operator.press("申请项目")
    fill_project(
        operator,
        {
            "项目名称": "城区道路改造工程监理",
            "评审开始时间": f"{opening_at:%Y-%m-%d %H:%M}",
            "评审地点": "市公共资源交易中心三楼 306",
            "联系人": "李萌",
            "联系电话": "021-55500001",
            "招标人（采购人）代表人数": "2",
        },
        {"适用制度": "招标投标", "所属部门": "工程建设部"},
    )
    choose_remote(operator, "采购单位", "长沙第一测绘院")
    operator.press("保存，下一步")

    operator.press("回避单位")
    choose_remote(operator, "单位", "昆明省大学")
    operator.fill("原因", "投标人的控股单位", within=drawer(operator))
    operator.press("保存", within=drawer(operator))
    avoided = operator.page.get_by_role("table", name="回避")
    expect(avoided).to_contain_text("昆明省大学")
    expect(avoided).to_contain_text("采购单位，自动回避")
    operator.press("下一步")

    requirements = folder / "采购需求.pdf"
    requirements.write_bytes(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<<>>\n%%EOF\n")
    attach(operator, requirements)
    operator.press("提交审核")
    operator.confirm()
    operator.sees("已提交，等待审核")
    return operator.page.url.removeprefix(operator.address)


def approve_project(supervisor: Screen, project: str) -> None:
    supervisor.open("/")
    supervisor.sees("城区道路改造工程监理")
    supervisor.open(project)
    supervisor.press("审核通过")
    supervisor.confirm()
    supervisor.sees("未抽取")
    expect(supervisor.page.get_by_role("button", name="审核通过")).to_have_count(0)


def supervising_engineers(*, from_level: int) -> int:
    found = Expert.objects.filter(specialties__code__startswith="A05", title_level__gte=from_level)
    return found.distinct().count()


def plan_draw(operator: Screen, project: str) -> None:
    """Two groups, the first with two levels; two contributors and half an hour to answer."""
    operator.open(f"{project}?tab=plan")
    operator.press("设置抽取方案")
    technical = group_box(operator, 1)
    operator.fill("组名", "监理技术", within=technical)
    operator.fill("抽取人数", "3", within=technical)
    first = level_box(technical, 1)
    pick_specialty(operator, add_rule(first, "专业", "属于"), "工程", "监理")
    add_rule(first, "职称级别", "不低于").get_by_label("职称级别").select_option(label="正高")
    finds(first, supervising_engineers(from_level=TitleLevel.SENIOR))
    second = copy_level(technical, 1)
    second.get_by_label("职称级别").select_option(label="副高")
    expect(second.locator(".cascader-chip")).to_have_text("监理")
    finds(second, supervising_engineers(from_level=TitleLevel.ASSOCIATE))

    operator.press("添加条件组")
    economic = group_box(operator, 2)
    operator.fill("组名", "经济", within=economic)
    operator.fill("抽取人数", "2", within=economic)
    rule = add_rule(level_box(economic, 1), "专家类型", "是")
    rule.get_by_label("专家类型").select_option(label="经济类")

    operator.page.get_by_label("经办人").check()
    operator.page.get_by_label("监督人").check()
    operator.fill("答复时限（分钟）", "30")
    operator.press("保存")
    operator.sees("抽取方案已保存")
    operator.sees("职称级别 不低于 正高")


def query_before(operator: Screen, project: str, names: set[str]) -> None:
    """The pre-query tells numbers and nobody's name."""
    operator.press("预查询")
    expect(operator.page.get_by_role("heading", name="预查询结果", level=1)).to_be_visible()
    operator.sees("人数足够")
    expect(operator.stat("计划抽取")).to_have_text("5 人")
    groups = operator.page.get_by_role("table", name="各条件组人数").locator("tbody tr")
    expect(groups).to_have_count(2)
    expect(groups.first).to_contain_text(re.compile("第 1 级次 [1-9].* 人，第 2 级次 [1-9].* 人"))
    assert not names & set(re.findall(r"[\u4e00-\u9fff]+", operator.text))
    operator.press("返回项目")


def seal(operator: Screen, project: str) -> Draw:
    operator.open(f"{project}?tab=plan")
    operator.press("开始抽取")
    operator.sees("按下按钮之后")
    operator.press("确认，开始抽取")
    operator.sees("已封存")
    draw = Draw.objects.get()
    assert draw.status == "sealed"
    assert not Invitation.objects.exists()
    return draw


def contribute(screen: Screen, role: str, value: str) -> None:
    screen.fill("随机值", value)
    screen.press(f"以{role}身份提供")
    screen.confirm()
    screen.sees("随机值已提供")


def hides_names(screen: Screen, rows: list[NamedRow], *paths: str) -> None:
    """None of the pages at ``paths`` says who was drawn."""
    for path in paths:
        screen.open(path)
        text = screen.text
        for expert in (row.expert for row in rows):
            assert expert.name not in text, path
            assert expert.number not in text, path
            assert expert.phone not in text, path


def pages_of(draw: Draw) -> list[str]:
    """Where a draw shows."""
    project = f"/projects/{draw.project_id}/"
    tabs = [f"{project}?tab={tab}" for tab in ("overview", "plan", "draw", "notices", "log")]
    return [*tabs, f"/draws/{draw.pk}/", f"/draws/{draw.pk}/room/", "/draws/", "/", "/messages/"]


def lines(draw: Draw) -> list[NamedRow]:
    """Who stands behind the lines of the draw: what no page may tell yet."""
    return named_rows(draw)


@pytest.mark.shows(
    "EXP-07", "EXP-09", "EXP-42", "PRJ-07", "DRAW-12", "DRAW-15", "DRAW-17", "DRAW-21"
)
@pytest.mark.shows("DRAW-22", "DRAW-26", "DRAW-32")
@pytest.mark.long
def test_the_whole_job_from_the_list_of_experts_to_the_printed_sheet(
    open_browser: OpenBrowser, worker: None, tmp_path: Path
) -> None:
    department = make_department("工程建设部")
    operator, supervisor = screens = [open_browser() for _ in range(2)]
    for screen, role in zip(screens, ("operator", "supervisor"), strict=True):
        sign_in(screen, make_user(role, department=department))

    # Whoever draws does not fill the pool, and what anybody imports waits for others, but while an office begins.
    configure(AT_ONCE, True)
    admin = open_browser()
    sign_in(admin, make_user("admin", department=department))
    import_list(admin, tmp_path)
    project = file_project(operator, timezone.localtime() + timedelta(days=3), tmp_path)
    approve_project(supervisor, project)
    plan_draw(operator, project)
    query_before(operator, project, {one.name for one in Expert.objects.all()})

    draw = seal(operator, project)
    room = operator.another()
    room.open(f"/draws/{draw.pk}/room/")
    room.sees("等待提供")
    contribute(operator, "经办人", "骰子 3 5 1")
    supervisor.open(f"/draws/{draw.pk}/")
    contribute(supervisor, "监督人", "20261124 收盘 3387.25")
    seats = room.page.locator(".room-seat")
    expect(seats).to_have_count(SEATS)
    expect(seats.first).to_contain_text("待答复")
    expect(lines_of(operator)).to_have_count(SEATS)

    rows = lines(draw)
    for screen in (operator, supervisor):
        hides_names(screen, rows, *pages_of(draw))
    hides_names(open_browser(), rows, f"/verify/{draw.public_id}/")
    operator.open(f"/draws/{draw.pk}/")

    outbox, phone = open_browser(), open_browser(phone=True)
    links = [link_of(outbox, row.expert.phone) for row in rows]
    accept(phone, links[0])
    assert phone.overflow == 0
    decline(phone, links[1], "时间冲突")
    assert phone.overflow == 0
    expect(lines_of(operator)).to_have_count(SEATS + 1)
    expect(lines_of(operator).last).to_contain_text("补抽")
    expect(lines_of(operator).nth(1)).to_contain_text("拒绝")
    expect(lines_of(operator).nth(1)).not_to_contain_text(
        "时间冲突"
    )  # his words come with the names

    pass_deadline(rows[2].invitation)
    expect(lines_of(operator)).to_have_count(SEATS + 2, timeout=20_000)
    expect(lines_of(operator).nth(2)).to_contain_text("未答复")
    expect(room.page.locator(".room-seat").filter(has_text="（补抽）")).to_have_count(2)

    rows = lines(draw)
    links += [link_of(outbox, row.expert.phone) for row in rows[SEATS:]]
    for link in links[3:]:
        accept(phone, link)
    expect(operator.page.locator("main .pill").first).to_have_text("抽取成功")
    expect(room.page.locator(".room-state")).to_have_text("抽取成功")
    check_links(phone, links)

    hides_names(operator, rows, *pages_of(draw)[2:7])
    hides_names(supervisor, rows, f"/draws/{draw.pk}/")
    drawn = f"/experts/{rows[0].expert.pk}/?tab=draws"
    operator.open(drawn)
    assert draw.project.name not in operator.text
    assert operator.open(f"/draws/{draw.pk}/sheet.pdf") == 409
    operator.sees("名单尚未公开")

    reach_reveal_time(draw)
    operator.open(drawn)
    operator.sees(draw.project.name)
    operator.open(f"/draws/{draw.pk}/")
    expect(lines_of(operator).nth(1)).to_contain_text("时间冲突")
    print_sheet(operator, draw, rows, tmp_path)
    verify(open_browser(), draw, rows, tmp_path)


def check_links(phone: Screen, links: list[str]) -> None:
    """A used link says how it was answered; a late or an altered one that it no longer works."""
    phone.open(links[0])
    phone.sees("您已确认参加")
    assert phone.open(links[1]) == 200
    phone.sees("您已答复")
    expect(phone.page.get_by_role("button", name="确认参加")).to_have_count(0)
    assert phone.open(links[2]) == 410
    phone.sees("已过答复时限")
    altered = links[0][:-3] + ("AA/" if links[0][-3:-1] != "AA" else "BB/")
    assert phone.open(altered) == 404
    phone.sees("链接无效")


def print_sheet(operator: Screen, draw: Draw, rows: list[NamedRow], folder: Path) -> None:
    """The sheet as Excel and PDF: the columns of the form, the names, supplements last."""
    operator.open(f"/draws/{draw.pk}/")
    operator.download("抽取表 Excel").save_as(folder / "sheet.xlsx")
    cells = list(openpyxl.load_workbook(folder / "sheet.xlsx").active.values)
    at = next(number for number, row in enumerate(cells) if "确认签名" in row)
    assert [cell for cell in cells[at] if cell] == COLUMNS
    printed = [dict(zip(COLUMNS, row, strict=False)) for row in cells[at + 1 : at + 1 + len(rows)]]
    assert [row["姓名"] for row in printed] == [row.expert.name for row in rows]
    assert [row["专家编号"] for row in printed] == [row.expert.number for row in rows]
    attends = ["参加", "不参加", "不参加", *["参加"] * 4]
    assert [row["是否参加"] for row in printed] == attends
    assert ["补抽" in row["备注"] for row in printed] == [False] * SEATS + [True] * 2

    address = operator.page.get_by_role("link", name="打印抽取表").get_attribute("href")
    pdf = operator.page.request.get(f"{operator.address}{address}")
    assert pdf.headers["content-type"] == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf.body())).pages)
    assert "评审专家抽取表" in text
    assert all(row.expert.name in text for row in rows)


def verify(visitor: Screen, draw: Draw, rows: list[NamedRow], folder: Path) -> None:
    """Anybody checks the draw, once its record is public: in the browser, and by the program alone."""
    end_review(draw)
    visitor.open(f"/verify/{draw.public_id}/")
    expect(visitor.page.locator("#verify-result .verdict strong")).to_have_text("一致")
    path = folder / "record.json"
    visitor.download("下载记录").save_as(path)
    record = json.loads(path.read_text())
    assert record["openings"] == []  # the public record names nobody
    text = path.read_text()
    assert not [row for row in rows if row.expert.number in text or row.expert.name in text]
    command = [sys.executable, "-m", "config.cli", "verify-draw", str(path)]
    environment = {"PYTHONIOENCODING": "utf-8"}
    checked = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout.splitlines()[0]) == (0, "一致")
