"""A list with headers of its own: explained once, known from then on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from expertpool.experts.models import Expert
from tests.e2e.pages import Screen, mapping_of, sign_in, upload_experts
from tests.factories.accounts import make_user
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


def test_headers_are_explained_once(
    open_browser: Callable[..., Screen], worker: None, tmp_path: Path
) -> None:
    admin = open_browser()
    sign_in(admin, make_user("admin"))
    upload_experts(admin, cut_out(tmp_path / "一季度.xlsx", range(185, 195)))
    admin.sees("第 1 行是表头")
    expect(mapping_of(admin, "身份证号")).to_have_value("id_number")
    expect(mapping_of(admin, "评委")).to_have_value("")
    admin.press("下一步，检查数据")
    admin.sees("必填的列还没有对应：姓名、手机号")
    mapping_of(admin, "评委").select_option(label="姓名（必填）")
    mapping_of(admin, "随身电话").select_option(label="手机号（必填）")
    admin.press("下一步，检查数据")
    expect(admin.stat("可以导入")).to_have_text("9 行")
    admin.sees("专业代码不存在")
    admin.press("确认导入")
    expect(admin.stat("已导入")).to_have_text("9 行", timeout=20_000)
    assert Expert.objects.count() == 9

    upload_experts(admin, cut_out(tmp_path / "二季度.xlsx", range(195, 198)))
    expect(admin.stat("可以导入")).to_have_text("3 行")
    assert admin.overflow == 0
