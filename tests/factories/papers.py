"""A customer's own sheet, and its upload through the page."""

from __future__ import annotations

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.core.filling.office import book_bytes


def upload(client: Client, content: bytes, name: str, **values: str) -> str:
    """Upload a template of the draw sheet; return what the page answers, nothing when it is taken."""
    data = {"paper": "draw_sheet", "project_kind": "", "file": SimpleUploadedFile(name, content)}
    response = client.post(reverse("papers:upload"), data | values)
    assert response.status_code in (204, 422)
    return response.content.decode()


def own_book() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    rows = [
        ["市中心医院{{文书标题}}"],
        ["项目", "{{项目名称}}", "应抽", "{{应抽人数}}"],
        ["序号", "姓名", "是否参加", "签名"],
        ["{{专家.序号}}", "{{专家.姓名}}", "{{专家.是否参加}}", None],
        ["监督人："],
    ]
    for row in rows:
        sheet.append(row)
    sheet.merge_cells("A1:D1")
    return book_bytes(book)
