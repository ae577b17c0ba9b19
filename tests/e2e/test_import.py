"""A list with headers of its own: explained once, known from then on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from expertpool.experts.models import Expert
from expertpool.experts.queries.names import called
from tests.core.importing.sheets import write_xlsx
from tests.e2e.pages import Screen, mapping_of, sign_in, upload_experts
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.worker import Worker

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SOURCE = Path(__file__).parent.parent / "data" / "experts_5000.xlsx"
OTHER_HEADERS = {"姓名": "评委", "手机号": "随身电话", "备注": "经手人"}


@pytest.fixture
def worker(live_server: LiveServer) -> Iterator[None]:
    with Worker().running():
        yield


def cut_out(path: Path, rows: range) -> Path:
    """Write some rows of the sample list under other headers."""
    source = openpyxl.load_workbook(SOURCE, read_only=True).active
    book = openpyxl.Workbook()
    headers = next(source.iter_rows(max_row=1, values_only=True))
    book.active.append([OTHER_HEADERS.get(header, header) for header in headers])
    for row in source.iter_rows(min_row=rows.start, max_row=rows.stop - 1, values_only=True):
        book.active.append(row)
    book.save(path)
    return path


@pytest.fixture
def admin(open_browser: Callable[..., Screen], worker: None) -> Screen:
    screen = open_browser()
    sign_in(screen, make_user("admin"))
    return screen


def see(screen: Screen, name: str) -> None:
    """Nothing is wider than the screen, on the table and on a telephone."""
    for width in (1440, 390):
        screen.page.set_viewport_size({"width": width, "height": 900})
        screen.page.wait_for_timeout(500)  # a message slides in
        if folder := os.environ.get("EXPERTPOOL_PICTURES"):
            screen.page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        assert screen.overflow == 0
    screen.page.set_viewport_size({"width": 1440, "height": 900})


def test_headers_are_explained_once(admin: Screen, tmp_path: Path) -> None:
    upload_experts(admin, cut_out(tmp_path / "一季度.xlsx", range(185, 195)))
    admin.sees("第 1 行是表头")
    expect(mapping_of(admin, "身份证号")).to_have_value("id_number")
    expect(mapping_of(admin, "评委")).to_have_value("name")
    mapping_of(admin, "评委").select_option(label="这次不导入")
    # Eleven digits each: nothing else can be meant, but it is asked.
    expect(mapping_of(admin, "随身电话")).to_have_value("phone")
    see(admin, "mapping")
    admin.press("下一步，检查数据")
    admin.sees("必填的列还没有对应：姓名")
    mapping_of(admin, "评委").select_option(label="姓名（必填）")
    mapping_of(admin, "经手人").select_option(label="不导入，以后也不问")
    admin.press("下一步，检查数据")
    expect(admin.stat("可以导入")).to_have_text("9 行")
    admin.sees("专业代码不存在")
    admin.press("确认导入")
    expect(admin.stat("已导入")).to_have_text("9 行", timeout=20_000)
    assert Expert.objects.count() == 9

    upload_experts(admin, cut_out(tmp_path / "二季度.xlsx", range(195, 198)))
    expect(admin.stat("可以导入")).to_have_text("3 行")
    see(admin, "again")


def test_words_and_cells_are_mended_in_place(admin: Screen, tmp_path: Path) -> None:
    rows = [
        ["某市评标专家名单"],
        ["姓名", "手机号", "职称", "评审专业", "出生年月", "邮编"],
        ["张 伟", "139-1111-0001", "高工", "城市规划", 1975.1, "41"],
        ["李娜", "1391111", "教授级高工", "A010101", "1980-05", ""],
    ]
    upload_experts(admin, write_xlsx(tmp_path / "名单.xlsx", rows))
    expect(admin.stat("可以导入")).to_have_text("1 行")
    # Zhang comes in, without the specialty that is none.
    see(admin, "preview")
    admin.page.set_viewport_size({"width": 390, "height": 900})
    proposed = admin.page.get_by_text("建议，还没有用上").first
    chosen = admin.page.locator("td", has=proposed).locator(".form-select").first
    below, above = proposed.bounding_box(), chosen.bounding_box()
    assert below is not None
    assert above is not None
    # Nor does what is said of it stand upon what is chosen.
    assert below["y"] >= above["y"] + above["height"] or below["x"] >= above["x"] + above["width"]
    admin.page.set_viewport_size({"width": 1440, "height": 900})
    expect(admin.page.get_by_label("职称“高工”")).to_have_value("高级工程师")
    # It may mean a specialty that is called otherwise: she is told which, and says so herself.
    field = admin.page.get_by_label("评审专业“城市规划”")
    expect(field).to_have_value("")
    admin.sees("可能是：城市规划（设计）")
    admin.page.get_by_role("button", name="城市规划（设计）").click()
    expect(field).to_have_value("城市规划（设计）")
    admin.page.get_by_label("第 4 行的手机号").fill("13911110002")
    admin.page.get_by_label("第 3 行的邮编").fill("410000")
    admin.press("改好了，重新检查")
    expect(admin.stat("可以导入")).to_have_text("2 行")
    admin.sees("请核对 1 格")  # 1975.1: January or October?
    see(admin, "mended")
    admin.press("确认导入")
    expect(admin.stat("已导入")).to_have_text("2 行", timeout=20_000)
    see(admin, "done")
    zhang = Expert.objects.get(called(["张伟"]))
    assert (zhang.phone, zhang.title, zhang.postcode) == ("13911110001", "高级工程师", "410000")
    admin.open("/experts/import/")
    admin.sees("为您记住的写法")
    see(admin, "upload")


def test_an_update_shows_what_it_changes_and_asks_for_each(admin: Screen, tmp_path: Path) -> None:
    make_expert("张伟", phone="13911110001", position="科长")
    make_expert("李娜", phone="13911110002", position="科长")
    rows = [
        ["姓名", "手机号", "职务"],
        ["张伟", "13911110001", "处长"],
        ["李娜", "13911110002", "主任"],
    ]
    admin.open("/experts/")
    admin.press("批量更新")
    path = write_xlsx(tmp_path / "更新.xlsx", rows)
    admin.page.locator("input[type=file]").set_input_files(path)
    admin.press("上传并检查")
    admin.sees("职务：科长 → 处长")
    see(admin, "update")
    admin.page.get_by_label("更新李娜").uncheck()
    admin.press("更新所选")
    expect(admin.stat("已更新")).to_have_text("1 行", timeout=20_000)
    assert {one.name: one.position for one in Expert.objects.all()} == {
        "张伟": "处长",
        "李娜": "科长",
    }


def test_another_sheet_and_another_row_of_headers_are_chosen(admin: Screen, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    city = book.active
    assert city is not None
    city.title, county = "市本级", book.create_sheet("区县")
    for row in (
        ["姓名", "手机号", "工作单位", "职称"],
        ["张伟", "13911110001", "黄石一院", "工程师"],
        ["李娜", "13911110002", "黄石一院", "工程师"],
    ):
        city.append(row)
    # Where it says how to fill it in the second row of headers is the one that counts.
    for row in (
        ["姓名", "手机", "单位"],
        ["（真实姓名）", "（11 位）", "（全称）"],
        ["评审员", "随身电话", "供职处"],
        ["王芳", "13911110003", "黄石一院"],
        ["刘洋", "13911110004", "黄石二院"],
    ):
        county.append(row)
    book.save(tmp_path / "名单.xlsx")
    upload_experts(admin, tmp_path / "名单.xlsx")
    admin.sees("“区县” 没有读取：这次只导入“市本级”")
    admin.press("修改表头对应")
    admin.page.get_by_label("工作表").select_option("区县")
    admin.press("重新读取")
    admin.sees("工作表“区县”， 第 1 行是表头")  # the page before has a 姓名 as well
    expect(mapping_of(admin, "姓名")).to_have_value("name")
    admin.fill("表头所在行", "3")
    admin.press("重新读取")
    admin.sees("工作表“区县”， 第 3 行是表头")
    for header, label in (
        ("评审员", "姓名（必填）"),
        ("随身电话", "手机号（必填）"),
        ("供职处", "工作单位"),
    ):
        mapping_of(admin, header).select_option(label=label)
    see(admin, "sheet")
    admin.press("下一步，检查数据")
    expect(admin.stat("可以导入")).to_have_text("2 行")
    admin.press("确认导入")
    expect(admin.stat("已导入")).to_have_text("2 行", timeout=20_000)
    assert {one.name: one.employer.name for one in Expert.objects.all()} == {
        "王芳": "黄石一院",
        "刘洋": "黄石二院",
    }
