"""The sheets of a draw in the form that a customer uploaded, and as they are built in."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pypdf
import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.documents import qr_png, square_png
from expertpool.core.settings import LOGO
from expertpool.draws.models import Draw
from expertpool.draws.services.names import named_rows
from expertpool.papers.models import PaperTemplate
from expertpool.projects.models import Project
from tests.core.filling.office import (
    document_lines,
    docx_bytes,
    paragraph,
    read_book,
    table,
)
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert, make_unit
from tests.factories.papers import own_book, upload
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
UPLOAD, LIST = "papers:upload", "papers:list"


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(scope="module")
def made(once: Any) -> Draw:
    with once():
        for name, id_number in (("=王一", "110101199003078515"), ("李二", "110101199003071516")):
            make_expert(
                name,
                title="高级工程师",
                position="总工",
                employer=make_unit(),
                id_number=id_number,
            )
        draw = make_draw(now=timezone.now(), seats=2)
        Project.objects.filter(pk=draw.project_id).update(kind="货物", representatives=2)
        return draw


@pytest.fixture
def draw(made: Draw) -> Draw:
    return Draw.objects.select_related("project", "operator").get(pk=made.pk)


@pytest.fixture
def operator(made: Draw) -> User:
    return User.objects.get(pk=made.operator_id)


def get(client: Client, user: User, draw: Draw, name: str):
    """Ask once the names may be read: the session of before has ended by then."""
    with time_machine.travel(draw.reveal_at, tick=False):
        return login(client, user).get(reverse(f"draws:{name}", args=[draw.pk]))


@pytest.mark.shows("DRAW-27")
def test_an_uploaded_workbook_changes_the_next_sheet_of_its_kind(
    client: Client, draw: Draw, admin: User, operator: User
) -> None:
    login(client, admin)
    assert upload(client, own_book(), "抽取表.xlsx", project_kind="货物") == ""
    response = get(client, operator, draw, "sheet_file")
    assert response["Content-Disposition"].endswith(f"{draw.number}.xlsx")
    rows = [list(row) for row in read_book(response.content).active.values]
    names = [row.expert.name for row in named_rows(draw)]
    assert rows[0][0] == "市中心医院评审专家抽取表"
    assert rows[1] == ["项目", draw.project.name, "应抽", 2]
    assert [row[:3] for row in rows[3:5]] == [[1, names[0], "待答复"], [2, names[1], "待答复"]]
    assert rows[5][0] == "监督人："
    notes = Entry.objects.filter(action="draw.names").values_list("note", flat=True)
    assert list(notes) == ["打印抽取表（模板“抽取表.xlsx”）"]
    assert PaperTemplate.objects.get().used_at is not None
    page = get(client, operator, draw, "detail").content.decode()
    assert "抽取表 Excel" in page
    Project.objects.filter(pk=draw.project_id).update(kind="服务")
    built_in = read_book(get(client, operator, draw, "sheet_file").content).active
    assert built_in["A1"].value == "评审专家抽取表"


@pytest.mark.shows("DRAW-27")
def test_an_uploaded_document_is_sent_as_word(client: Client, draw: Draw, admin: User) -> None:
    login(client, admin)
    body = paragraph("{{项目", "名称}}") + table(
        ("序号", "姓名"), ("{{专家.序号}}", "{{专家.姓名}}")
    )
    upload(client, docx_bytes(body), "签到.docx", paper="sign_in_sheet")
    assert "签到表 Word" in get(client, admin, draw, "detail").content.decode()
    response = get(client, admin, draw, "sign_in_file")
    assert "wordprocessingml" in response["Content-Type"]
    names = [row.expert.name for row in named_rows(draw)]
    lines = document_lines(response.content)
    assert lines[0] == draw.project.name
    assert lines[3:] == ["1", names[0], "2", names[1], "3", "", "4", ""]


def test_the_pdf_stays_built_in(client: Client, draw: Draw, admin: User) -> None:
    login(client, admin)
    upload(client, own_book(), "抽取表.xlsx")
    response = get(client, admin, draw, "sheet_pdf")
    assert "市中心医院" not in pypdf.PdfReader(io.BytesIO(response.content)).pages[0].extract_text()


def pictures_on(client: Client, draw: Draw, admin: User) -> dict[str, int]:
    """How many pictures there are on each built-in sheet."""
    names = ("sheet_pdf", "sign_in_pdf", "sheet_file", "sign_in_file")
    contents = {name: get(client, admin, draw, name).content for name in names}
    return {
        name: len(pypdf.PdfReader(io.BytesIO(content)).pages[0].images)
        if name.endswith("pdf")
        else sum("/media/" in part for part in zipfile.ZipFile(io.BytesIO(content)).namelist())
        for name, content in contents.items()
    }


def test_the_logo_stands_on_the_built_in_sheets_where_one_is_set(
    client: Client, draw: Draw, admin: User
) -> None:
    login(client, admin)
    before = pictures_on(client, draw, admin)
    configure(LOGO, square_png(qr_png("x")))
    after = pictures_on(client, draw, admin)
    assert after == {name: count + 1 for name, count in before.items()}


@pytest.mark.shows("DRAW-26")
def test_the_built_in_sign_in_sheet_has_its_columns_and_masks_identities(
    client: Client, draw: Draw, admin: User
) -> None:
    login(client, admin)
    assert get(client, admin, draw, "sign_in_pdf")["Content-Type"] == "application/pdf"
    text = "".join(
        page.extract_text()
        for page in pypdf.PdfReader(
            io.BytesIO(get(client, admin, draw, "sign_in_pdf").content)
        ).pages
    )
    sheet = read_book(get(client, admin, draw, "sign_in_file").content).active
    rows = [list(row) for row in sheet.values]
    header = ["序号", "姓名", "身份证号", "类别", "职务职称", "电话", "签到时间", "签名"]
    at = rows.index(header)
    for row, printed in zip(named_rows(draw), rows[at + 1 :], strict=False):
        assert printed[1] == row.expert.name
        assert printed[2] != row.expert.id_number
        assert "*" in printed[2]
        assert printed[3:6] == ["综合", "总工、高级工程师", row.expert.phone]
        assert row.expert.name in text
        assert row.expert.id_number not in text
    assert [row[3] for row in rows[at + 3 :]] == ["招标人代表"] * 2
    for word in (*header, draw.project.name, "评审专家签到表"):
        assert word in text


def test_the_sign_in_sheet_is_sealed_as_the_names_are(
    client: Client, draw: Draw, operator: User, department_user: User
) -> None:
    for name in ("sign_in_pdf", "sign_in_file"):
        url = reverse(f"draws:{name}", args=[draw.pk])
        assert login(client, operator).get(url).status_code == 409
        assert get(client, department_user, draw, name).status_code in (403, 404)
