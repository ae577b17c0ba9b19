"""The pages of customers' templates."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from expertpool.accounts.models import User
from expertpool.papers.enums import TemplateState
from expertpool.papers.models import PaperTemplate
from expertpool.papers.queries import content_of
from tests.core.filling.office import (
    book_bytes,
    docx_bytes,
    read_book,
)
from tests.factories.papers import own_book, upload
from tests.fixtures import login

pytestmark = pytest.mark.django_db
UPLOAD, LIST = "papers:upload", "papers:list"


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.shows("DRAW-27")
def test_unknown_placeholders_are_listed_in_the_drawer(client: Client, admin: User) -> None:
    login(client, admin)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["B2"], sheet["C7"] = "{{项目名}}", "{{ ''.__class__ }}"
    page = upload(client, book_bytes(book), "坏.xlsx")
    assert "单元格 B2：没有变量 {{项目名}}，是否要用 {{项目名称}}？" in page
    assert "单元格 C7：没有变量 {{&#x27;&#x27;.__class__}}" in page
    assert not PaperTemplate.objects.exists()
    assert "宏" in upload(client, docx_bytes("", more={"word/vbaProject.bin": b"x"}), "宏.docm")
    assert "打不开" in upload(client, b"MZ program", "x.xlsx")
    assert (
        "请选择模板文件" in client.post(reverse(UPLOAD), {"paper": "draw_sheet"}).content.decode()
    )
    wrong = upload(client, own_book(), "x.xlsx", project_kind="没有的类型")
    assert "所选的内容不在现在的选项中，请重新选择。" in wrong
    assert not PaperTemplate.objects.exists()


@pytest.mark.shows("DRAW-27")
def test_the_drawer_offers_all_placeholders_and_a_starter(client: Client, admin: User) -> None:
    login(client, admin)
    page = client.get(
        reverse(UPLOAD), {"paper": "sign_in_sheet", "project_kind": "货物"}
    ).content.decode()
    assert 'data-copy="{{专家.身份证号}}"' in page
    assert '<option value="货物" selected>' in page
    response = client.get(reverse("papers:starter", args=["sign_in_sheet"]))
    assert read_book(response.content).active["A1"].value == "{{文书标题}}"
    missing = reverse("papers:starter", args=["nothing"])
    assert client.get(missing).status_code == 404


@pytest.mark.shows("DRAW-27")
def test_templates_are_listed_previewed_put_aside_and_removed(client: Client, admin: User) -> None:
    login(client, admin)
    upload(client, own_book(), "旧.xlsx")
    upload(client, own_book(), "新.xlsx")
    old, new = PaperTemplate.objects.order_by("pk")
    page = client.get(reverse(LIST)).content.decode()
    assert "新.xlsx" in page
    assert "旧.xlsx" not in page
    assert "旧.xlsx" in client.get(reverse(LIST), {"tab": "disabled"}).content.decode()

    def url(name: str, template: PaperTemplate) -> str:
        return reverse(f"papers:{name}", args=[template.pk])

    preview = read_book(client.get(url("preview", new)).content).active
    assert preview["B2"].value == "市第一人民医院信息化建设项目"
    assert [preview.cell(row, 2).value for row in (4, 5, 6)] == ["王建国"] * 3
    file = client.get(url("file", new), follow=True)
    assert b"".join(file.streaming_content) == content_of(new)  # type: ignore[attr-defined]
    assert client.post(url("enable", old)).status_code == 204
    new.refresh_from_db()
    assert new.state == TemplateState.DISABLED
    assert client.post(url("disable", old)).status_code == 204
    assert client.post(url("delete", old)).status_code == 204
    PaperTemplate.objects.filter(pk=new.pk).update(used_at=timezone.now())
    assert client.post(url("delete", new)).status_code == 204
    assert client.post(url("enable", new)).status_code == 409
    assert "新.xlsx" in client.get(reverse(LIST), {"tab": "removed"}).content.decode()
    assert "没有模板" in client.get(reverse(LIST)).content.decode()


def test_only_holders_of_the_permission_read_the_file(
    client: Client, admin: User, operator: User
) -> None:
    login(client, admin)
    upload(client, own_book(), "新.xlsx")
    response = client.get(reverse("papers:file", args=[PaperTemplate.objects.get().pk]))
    assert login(client, operator).get(response["Location"]).status_code == 404
