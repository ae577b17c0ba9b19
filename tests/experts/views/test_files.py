"""Import and export over the pages."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from expertpool.accounts.models import RoleField, User
from expertpool.audit.models import Entry
from expertpool.core.models import ImportRun
from expertpool.experts.enums import ExpertSource
from expertpool.experts.exports import package
from expertpool.experts.models import Expert
from expertpool.files.services import attach
from tests.core.importing.sheets import write_xlsx
from tests.factories.accounts import change
from tests.factories.experts import NOW, make_expert, make_id_number, make_specialty
from tests.fixtures import login

IMPORT = reverse("experts:import")
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def content(response: HttpResponse) -> bytes:
    return b"".join(response) if response.streaming else response.content


def upload(client: Client, tmp_path: Path, rows: list[list[Any]]) -> HttpResponse:
    path = write_xlsx(tmp_path / "名单.xlsx", rows)
    file = SimpleUploadedFile("名单.xlsx", path.read_bytes())
    return client.post(IMPORT, {"file": file, "status": "formal"}, follow=True)


ROWS = [["姓名", "手机号"], ["甲", "13800138001"], ["", "13800138002"], ["丙", "13800138001"]]


@pytest.mark.shows("EXP-07", "EXP-08", "EXP-09")
def test_upload_preview_confirm_result(client: Client, admin: User, tmp_path: Path) -> None:
    login(client, admin)
    page = upload(client, tmp_path, ROWS)
    run = ImportRun.objects.get()
    assert page.redirect_chain == [(reverse("experts:import_run", args=[run.pk]), 302)]
    text = page.content.decode()
    assert "可以导入" in text
    assert "姓名为空" in text
    assert "与第 2 行相同" in text
    assert not Expert.objects.exists()
    confirm = reverse("experts:import_confirm", args=[run.pk])
    for _ in range(2):  # a second click changes nothing
        page = client.post(confirm, follow=True)
    assert "已导入 1 行，2 行未导入" in page.content.decode()
    assert Expert.objects.get().created_by == admin
    refused = client.get(reverse("experts:import_refused", args=[run.pk]))
    sheet = load_workbook(io.BytesIO(content(refused))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [row[0] for row in rows] == [3, 4]
    assert rows[1][1:] == ["手机号重复：与第 2 行相同", "丙", "13800138001"]
    assert run.file_name in client.get(IMPORT).content.decode()


@pytest.mark.shows("EXP-08")
def test_the_same_file_again_is_told_in_a_sentence(
    client: Client, admin: User, tmp_path: Path
) -> None:
    login(client, admin)
    upload(client, tmp_path, ROWS[:2])
    client.post(reverse("experts:import_confirm", args=[ImportRun.objects.get().pk]))
    page = upload(client, tmp_path, ROWS[:2])
    assert "没有导入任何行：每一行的号码都已在库中" in page.content.decode()
    assert "确认导入" not in page.content.decode()


@pytest.mark.shows("EXP-07")
def test_unknown_headers_lead_to_the_mapping(client: Client, admin: User, tmp_path: Path) -> None:
    login(client, admin)
    rows = [["名儿", "号儿", "杂项"], ["甲", "13800138001", "x"]]
    page = upload(client, tmp_path, rows)
    run = ImportRun.objects.get()
    url = reverse("experts:import_mapping", args=[run.pk])
    assert page.redirect_chain[-1][0] == url
    wrong = client.post(url, {"column-0": "name", "column-1": "", "column-2": ""})
    assert wrong.status_code == 422
    assert "手机号" in wrong.content.decode()
    client.post(url, {"column-0": "name", "column-1": "phone", "column-2": "-"})
    run.refresh_from_db()
    assert (run.state, run.accepted) == ("previewed", 1)
    client.post(reverse("experts:import_confirm", args=[run.pk]))
    page = upload(client, tmp_path, [rows[0], ["乙", "13800138002", "x"]])  # remembered
    assert "可以导入" in page.content.decode()


def test_what_is_no_table_is_refused_at_the_field(client: Client, admin: User) -> None:
    login(client, admin)
    file = SimpleUploadedFile("a.xlsx", b"no")
    answer = client.post(IMPORT, {"file": file, "status": "formal"})
    assert answer.status_code == 422
    assert "打不开" in answer.context["form"].errors["file"][0]
    assert not ImportRun.objects.exists()


def test_a_run_belongs_to_who_started_it(client: Client, admin: User, tmp_path: Path) -> None:
    login(client, admin)
    upload(client, tmp_path, ROWS)
    run = ImportRun.objects.get()
    other = type(admin).objects.create(username="other", name="他")
    other.roles.set(admin.roles.all())
    login(client, other)
    for name in ("import_run", "import_mapping", "import_refused"):
        assert client.get(reverse(f"experts:{name}", args=[run.pk])).status_code == 404
    assert client.post(reverse("experts:import_confirm", args=[run.pk])).status_code == 404
    login(client, admin).post(reverse("experts:import_discard", args=[run.pk]))
    assert client.get(reverse("experts:import_run", args=[run.pk])).status_code == 404


@pytest.mark.shows("EXP-07")
def test_the_template_can_be_imported(client: Client, admin: User, tmp_path: Path) -> None:
    login(client, admin)
    answer = client.get(reverse("experts:import_template"))
    book = load_workbook(io.BytesIO(answer.content))
    sheet = book.worksheets[0]
    assert sheet["E1"].value == "证件号码"
    assert sheet["E2"].number_format == "@"
    assert book.sheetnames == ["专家", "填写说明"]
    assert len(sheet.data_validations.dataValidation) == 4
    place = {cell.value: cell.column for cell in sheet[1]}
    for header, value in {"姓名": "李娜", "手机号": "13911110002"}.items():
        sheet.cell(3, place[header], value)
    filled = io.BytesIO()
    book.save(filled)
    file = SimpleUploadedFile("模板.xlsx", filled.getvalue())
    page = client.post(IMPORT, {"file": file, "status": "pending"}, follow=True)
    run = ImportRun.objects.get()
    # The sample row of the template is no expert.
    assert (run.state, run.total, run.accepted) == ("previewed", 1, 1), run.reasons
    assert "确认导入" in page.content.decode()
    assert "模板的示例行没有导入" in page.content.decode()


@pytest.mark.shows("EXP-40")
def test_who_may_not_import_does_not(client: Client, supervisor: User) -> None:
    login(client, supervisor)
    assert client.get(IMPORT).status_code == 403


# --- Export ------------------------------------------------------------------------------------


def table(data: bytes) -> list[dict[str, Any]]:
    rows = list(load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:] if row[1]]


@pytest.mark.shows("EXP-11", "EXP-12", "EXP-38")
def test_the_export_is_what_the_list_shows(client: Client, admin: User) -> None:
    login(client, admin)
    specialty = make_specialty("Q1", "桥梁")
    make_expert(
        "甲",
        phone="13800138000",
        id_number=make_id_number(),
        bank_account="6200000000000000001",
        specialties=(specialty,),
    )
    make_expert("乙")
    make_expert("丙", status="frozen")
    url = reverse("core:export", args=["experts.experts"])
    rows = table(content(client.post(f"{url}?tab=formal&sort=name")))
    assert [row["姓名"] for row in rows] == ["乙", "甲"]
    assert rows[1]["手机号"] == "13800138000"
    assert (
        rows[1]["证件号码"]
        == "1101************15"[: len(make_id_number()) - 2] + make_id_number()[-2:]
    )
    assert "银行账号" not in rows[1]
    assert rows[1]["评审专业"] == "Q1 桥梁"
    rows = table(content(client.post(f"{url}?tab=formal&columns=employer")))
    assert "评审专业" not in rows[0]
    assert "姓名" in rows[0]


@pytest.mark.shows("EXP-12")
def test_what_is_not_exportable_is_in_no_export_even_plain(client: Client, admin: User) -> None:
    change(RoleField.objects.filter(role__code="admin"), level="plain")
    login(client, admin)
    make_expert("甲", bank_account="6200000000000000001")
    url = reverse("core:export", args=["experts.experts"])
    (row,) = table(content(client.post(f"{url}?columns=bank_account")))
    assert "6200000000000000001" not in map(str, row.values())


@pytest.mark.shows("EXP-11")
def test_one_package_with_the_files(client: Client, admin: User) -> None:
    login(client, admin)
    first, other = make_expert("甲/乙"), make_expert("丙", status="frozen")
    for expert in (first, first, other):
        upload_ = SimpleUploadedFile("证书.png", PNG)
        attach(subject=expert, uploaded_file=upload_, actor=admin, now=NOW)
    answer = client.post(reverse("experts:package") + "?tab=formal")
    archive = zipfile.ZipFile(io.BytesIO(content(answer)))
    folder = f"附件/{first.number} 甲_乙"
    assert archive.namelist() == ["专家信息.xlsx", f"{folder}/证书.png", f"{folder}/证书（2）.png"]
    assert archive.read(f"{folder}/证书.png") == PNG
    assert [row["姓名"] for row in table(archive.read("专家信息.xlsx"))] == ["甲/乙"]
    assert Entry.objects.get(action="expert.export").note == "打包导出 1 位专家，附件 2 个"


def test_a_package_has_its_limits(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "MOST_EXPERTS", 1)
    login(client, admin)
    make_expert()
    make_expert()
    answer = client.post(reverse("experts:package"), follow=True)
    assert "请先缩小筛选范围" in answer.content.decode()


@pytest.mark.shows("PORT-10")
def test_list_and_export_are_narrowed_by_source_and_recommender(
    client: Client, admin: User
) -> None:
    make_expert("甲", source=ExpertSource.APPLICATION, recommender="张教授")
    make_expert("乙", source=ExpertSource.APPLICATION, recommender="李教授")
    make_expert("丙", source=ExpertSource.IMPORT, recommender="张教授")
    login(client, admin)
    by = {"field": "recommender", "op": "contains", "value": "张"}
    of = {"field": "source", "op": "in", "value": ["application"]}
    for where, names in ((by, {"甲", "丙"}), (of, {"甲", "乙"}), ({"all": [by, of]}, {"甲"})):
        asked = urlencode({"where": json.dumps(where)})
        page = client.get(f"{reverse('experts:list')}?{asked}").context["page"]
        assert {one.name for one in page} == names
        answer = client.post(reverse("core:export", args=["experts.experts"]) + f"?{asked}")
        assert {row["姓名"] for row in table(content(answer))} == names
