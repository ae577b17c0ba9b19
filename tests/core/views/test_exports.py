"""Exports on the page."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.exporting import export_url, runs
from expertpool.core.exporting.runs import write_export
from expertpool.core.models import ExportRun
from expertpool.core.settings import EXPORTS_PER_HOUR
from tests.core.exporting.conftest import TitleExport, exporter  # noqa: F401 - a fixture
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
URL = "/exports/new/tests.titles/?q=教授"


def content(response: Any) -> bytes:
    """Return what is sent."""
    return b"".join(response)


def test_the_link_of_a_list_answers_the_file(client: Client, admin: User) -> None:
    assert export_url("tests.titles", q="a b") == "/exports/new/tests.titles/?q=a+b"
    response = login(client, admin).post(URL)
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Cache-Control"] == "private, no-store"
    book = openpyxl.load_workbook(io.BytesIO(content(response)))
    assert book.active["A2"].value == "副教授"


def test_a_long_export_leads_to_a_page_that_waits(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "AT_ONCE", 1)
    response = login(client, admin).post(URL, follow=True)
    run = ExportRun.objects.get()
    page = response.content.decode()
    assert response.redirect_chain[0][0] == f"/exports/{run.pk}/"
    assert f'hx-get="/exports/{run.pk}/"' in page
    assert client.get(f"/exports/{run.pk}/file/").status_code == 404
    write_export(run_id=run.pk, now=run.created_at)
    part = client.get(f"/exports/{run.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "hx-get" not in part
    assert f'href="/exports/{run.pk}/file/"' in part


def test_an_export_needs_its_permission(client: Client, finance: User) -> None:
    assert not finance.has_permission("directory.view")
    assert login(client, finance).post(URL).status_code == 403
    assert client.get("/exports/new/nothing/").status_code == 404
    assert not ExportRun.objects.exists()


def test_nobody_exports_without_end(client: Client, admin: User) -> None:
    configure(EXPORTS_PER_HOUR, 2)
    login(client, admin)
    for _ in range(2):
        content(client.post(URL))
    page = client.post(URL, follow=True)
    assert page.redirect_chain[0][0] == "/exports/"
    assert "一小时内已导出 2 个文件" in page.content.decode()
    assert ExportRun.objects.count() == 2


def test_a_file_is_for_its_maker_until_it_expires(
    client: Client, admin: User, operator: User
) -> None:
    content(login(client, admin).post(URL))
    run = ExportRun.objects.get()
    address = reverse("core:export_file", args=[run.pk])
    assert content(client.get(address)).startswith(b"PK")
    assert "职称" in client.get("/exports/").content.decode()
    login(client, operator)
    assert client.get(address).status_code == 404
    assert client.get(f"/exports/{run.pk}/").status_code == 404
    assert "最近没有导出" in client.get("/exports/").content.decode()
    login(client, admin)
    ExportRun.objects.update(expires_at=run.created_at - timedelta(seconds=1))
    assert client.get(address).status_code == 404


def test_no_link_exports_anything(admin: User) -> None:
    """Wherever it stands and whatever the browser says of it: it would be in the log as the reader's own doing, and
    use up what he may export in an hour."""
    client = login(Client(enforce_csrf_checks=True), admin)
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "none"}):
        response = client.get(URL, headers=headers, follow=True)
        assert "没有导出" in response.content.decode()
    assert client.post(URL).status_code == 403
    package = client.get(reverse("experts:package"), follow=True)
    assert "没有导出" in package.content.decode()
    assert client.post(reverse("experts:package")).status_code == 403
    assert not ExportRun.objects.exists()
    assert not Entry.objects.filter(action__contains="export").exists()
