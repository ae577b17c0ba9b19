"""A field with readers in imports: whoever is none of them finds no column of it, and loses nothing without a word."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from expertpool.accounts.models import User
from expertpool.core.importing.memory import HEADER, remember
from expertpool.core.importing.runs import confirm_import, perform_import
from expertpool.core.models import ImportRun
from expertpool.core.models.imports import ImportState
from expertpool.customforms.enums import FieldKind
from expertpool.customforms.services.fields import FieldData, change_field
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.experts.services.importing import ExpertImporter
from expertpool.projects.fields import PROJECT
from expertpool.projects.models import Project
from tests.core.importing.sheets import read_xlsx, write_xlsx
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import NOW, make_expert
from tests.factories.fields import make_field
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("OVW-05")]

EXPERTS = (["姓名", "手机号", "工作年限", "内部评级"], ["王小明", "13911110001", "12", "甲等"])
PROJECTS = (
    ["项目名称", "适用制度", "评审开始时间", "评审地点", "联系人", "联系电话", "内部评级"],
    ["甲工程", "招标投标", "2030-12-01 09:30", "一楼", "李", "13800138000", "甲等"],
)
PAGES = [
    ("experts:import", EXPERT.code, EXPERTS),
    ("experts:update", EXPERT.code, EXPERTS),
    ("projects:import", PROJECT.code, PROJECTS),
]

IMPORTERS = {
    "experts:import": "experts",
    "experts:update": "expert-updates",
    "projects:import": "projects",
}


@pytest.fixture
def admin(admin: User, tmp_path: Path, settings: Settings) -> User:
    """The administrator, who files for a department of his own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    admin.department = make_department()
    admin.save()
    make_user("supervisor")
    return admin


def upload(client: Client, page: str, table: Any, tmp_path: Path) -> ImportRun:
    content = write_xlsx(tmp_path / "a.xlsx", table).read_bytes()
    file = SimpleUploadedFile("a.xlsx", content)
    client.post(reverse(page), {"file": file, "status": "draft"})
    return ImportRun.objects.latest("pk")


@pytest.mark.parametrize(("page", "subject", "table"), PAGES)
def test_who_may_not_see_it_finds_no_column(
    admin: User, tmp_path: Path, page: str, subject: str, table: Any
) -> None:
    field = make_field(
        "内部评级", FieldKind.TEXT, subject=subject, readers=["supervisor"], required=True
    )
    if page == "experts:update":
        make_expert("王小明", phone="13911110001", practice_years=3)
    # He saw it once.
    remember(admin, IMPORTERS[page], {HEADER: {"内部评级": field.code}})
    client = login(Client(), admin)
    template = client.get(reverse(f"{page}_template"))
    (headers, *_) = read_xlsx(BytesIO(template.content))
    assert "内部评级" not in headers
    run = upload(client, page, table, tmp_path)
    mapping = client.get(reverse(f"{page}_mapping", args=[run.pk]))
    assert f'value="{field.code}"' not in mapping.content.decode()
    codes = {f"column-{at}": code for at, code in enumerate(run.mapping)}
    assert field.code not in codes.values()
    answer = client.post(reverse(f"{page}_mapping", args=[run.pk]), codes, follow=True)
    assert any("内部评级" in one for one in answer.context["unused"])
    assert "甲等" not in answer.content.decode()
    client.post(reverse(f"{page}_confirm", args=[run.pk]), {"chosen": [2]}, follow=True)
    run.refresh_from_db()
    assert (run.state, run.accepted) == (ImportState.DONE, 1)
    record: Any = (Project if subject == PROJECT.code else Expert).objects.latest("pk")
    assert record.extra == {}
    # Whose it is reads it as every column.
    change_field(field=field, data=FieldData("内部评级", readers=["admin"]), actor=None, now=NOW)
    assert field.code in upload(login(Client(), admin), page, table, tmp_path).mapping


@pytest.mark.parametrize(("page", "subject", "table"), PAGES)
def test_a_right_that_is_gone_at_the_confirmation_is_said(
    admin: User, tmp_path: Path, page: str, subject: str, table: Any
) -> None:
    field = make_field("内部评级", FieldKind.TEXT, subject=subject, readers=["admin"])
    if page == "experts:update":
        make_expert("王小明", phone="13911110001")
    run = upload(client := login(Client(), admin), page, table, tmp_path)
    assert run.is_previewed
    change_field(
        field=field, data=FieldData("内部评级", readers=["supervisor"]), actor=None, now=NOW
    )
    confirm = reverse(f"{page}_confirm", args=[run.pk])
    answer = client.post(confirm, {"chosen": [2]}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse(f"{page}_mapping", args=[run.pk])
    told = answer.content.decode()
    assert "“内部评级”现在不能导入" in told
    assert f'value="{field.code}"' not in told
    run.refresh_from_db()
    assert run.is_previewed
    # The headers said once more, without it, all goes on.
    form = answer.context["form"]
    codes = {name: form[name].value() for name in form.fields}
    codes = {name: "" if code == field.code else code for name, code in codes.items()}
    client.post(reverse(f"{page}_mapping", args=[run.pk]), codes)
    client.post(confirm, {"chosen": [2]})
    run.refresh_from_db()
    assert (run.state, run.accepted) == (ImportState.DONE, 1)


def test_a_right_that_goes_while_the_import_waits_fails_it(
    admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = make_field("内部评级", FieldKind.TEXT, readers=["admin"])
    run = upload(login(Client(), admin), "experts:import", EXPERTS, tmp_path)
    monkeypatch.setattr(ExpertImporter, "at_once", 0)
    now = timezone.now()
    confirm_import(run=run, now=now)
    change_field(
        field=field, data=FieldData("内部评级", readers=["supervisor"]), actor=None, now=NOW
    )
    perform_import(run_id=run.pk, now=now)
    run.refresh_from_db()
    assert run.state == ImportState.FAILED
    assert "“内部评级”现在不能导入" in run.error
    assert not Expert.objects.exists()
