"""Formulas without a result, as programs write them, are told and not taken for empty cells or for words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from expertpool.accounts.models import User
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def page_of(user: User, path: Path) -> Any:
    posted = {"file": SimpleUploadedFile(path.name, path.read_bytes()), "status": "formal"}
    return login(Client(), user).post(reverse("experts:import"), posted, follow=True)


@pytest.mark.shows("EXP-08")
def test_a_formula_that_nobody_calculated_is_told(admin: User, tmp_path: Path) -> None:
    path, book = tmp_path / "a.xlsx", Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["姓名", "手机号", "工作单位", "职务"],
        ["甲", "13911110001", "荆门设计院", "=D9"],
        ["乙", "13911110002", "=C2", ""],
        ["丙", '="13911110003"', "", ""],
    ):
        sheet.append(row)
    sheet["B4"].data_type = "s"  # a text
    book.save(path)
    page = page_of(admin, path)
    assert page.context["run"].reasons == {"工作单位是公式": 1}
    told, *_ = page.context["found"]["notes"]
    assert [(one["column"], one["was"]) for one in told["notes"]] == [("职务", "=D9")]
    (refused,) = page.context["found"]["refused"]
    assert (refused["name"], refused["cells"][0]["content"]) == ("乙", "=C2")
    assert "文件里只有公式，没有结果" in page.content.decode()


def test_a_formula_in_a_text_file_is_no_unit(admin: User, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("姓名,手机号,工作单位\n甲,13911110001,=A1\n", encoding="utf-8")
    assert page_of(admin, path).context["run"].reasons == {"工作单位是公式": 1}
