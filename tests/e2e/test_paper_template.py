"""文书模板 in a browser: unknown names are listed, what was chosen is kept, the next sheet is the customer's."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Download, expect

from expertpool.draws.models import Draw
from expertpool.draws.services.names import named_rows, release
from tests.e2e.pages import drawer, sign_in
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw, open_names_at
from tests.factories.experts import make_expert

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def own_form(path: Path, name_of_project: str) -> Path:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["市中心医院评审专家抽取表"])
    sheet.append(["项目", name_of_project])
    sheet.append(["{{专家.序号}}", "{{专家.姓名}}"])
    book.save(path)
    return path


def open_book(download: Download) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(Path(download.path()).read_bytes()))


@pytest.mark.shows("DRAW-27")
def test_a_clerk_uploads_the_form_of_the_house(open_browser, tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    admin, now = make_user("admin"), timezone.now()
    for number in range(3):
        make_expert(f"模板专家{number}")
    draw = make_draw(now=now, operator=admin, seats=2)
    desk = open_browser()
    sign_in(desk, admin)
    desk.open(reverse("papers:list"))
    desk.sees("没有模板")
    desk.press("上传模板")
    file = drawer(desk).locator("input[type=file]")
    file.set_input_files(own_form(tmp_path / "抽取表.xlsx", "{{项目名}}"))
    desk.press("上传并启用", within=drawer(desk))
    expect(drawer(desk)).to_contain_text("单元格 B2：没有变量 {{项目名}}，是否要用 {{项目名称}}？")
    drawer(desk).locator("input[type=file]").set_input_files(
        own_form(tmp_path / "抽取表.xlsx", "{{项目名称}}")
    )
    desk.press("上传并启用", within=drawer(desk))
    expect(desk.page.get_by_role("table", name="文书模板")).to_contain_text("使用中")
    sample: Any = open_book(desk.download("预览")).active
    assert "{{" not in str(list(sample.values))

    open_names_at(draw, now)
    assert release(draw_id=draw.pk, now=now, unanswered=True)
    desk.open(reverse("draws:detail", args=[draw.pk]))
    filled: Any = open_book(desk.download("抽取表 Excel")).active
    names = [row.expert.name for row in named_rows(Draw.objects.get(pk=draw.pk))]
    rows = list(filled.values)
    assert rows[0][0] == "市中心医院评审专家抽取表"
    assert rows[1][1] == draw.project.name
    assert [row[1] for row in rows[2:4]] == names
