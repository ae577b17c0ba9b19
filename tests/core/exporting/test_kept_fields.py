"""What the office marks 不可导出 is in no export, of whatever app (docs/decisions/0226)."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from expertpool.accounts.models import User
from expertpool.audit.queries import entries_for, exported_summary, summary
from expertpool.core.exporting import EXPORTS
from expertpool.core.exporting.exporter import visible_columns
from expertpool.core.settings import TABLES
from expertpool.core.subjects.keeping import field_choices
from expertpool.customforms.enums import FieldKind
from expertpool.customforms.queries.files import SUBJECT as FIELD_FILE
from expertpool.customforms.services.fields import retire_field
from expertpool.experts.fields import EXPERT
from expertpool.experts.services.profile import update_expert
from expertpool.experts.settings import NOT_EXPORTED
from expertpool.files.models import Attachment
from expertpool.projects.fields import PROJECT
from expertpool.projects.settings import NOT_EXPORTED as NOT_EXPORTED_OF_PROJECTS
from expertpool.siteconfig.services import save_settings
from tests.api.caller import Caller
from tests.factories.experts import NOW, make_expert
from tests.factories.fields import make_field
from tests.factories.projects import make_project
from tests.factories.siteconfig import configure
from tests.files.samples import PDF
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-12")]
# By which words exports of any app head what they show of an expert or a project.
OF_EXPERTS = {
    *("专家编号", "姓名", "专家姓名", "证书上的姓名", "姓名或单位", "收件人", "参与专家"),
    *("工作单位", "职称", "评审专业", "推荐人", "专家类别", "专家类型", "类别", "地址"),
}
OF_PROJECTS = {
    *("项目名称", "项目编号", "项目类型", "适用制度", "采购单位", "评审地点", "评审时间", "负责人"),
}
# 类别 and 编号 of a paper or a patent are not the expert's.
OTHERS = {("achievements.achievements", "类别")}


def keep_all() -> None:
    configure(NOT_EXPORTED, tuple(code for code, _ in field_choices(EXPERT.code)))
    configure(NOT_EXPORTED_OF_PROJECTS, tuple(code for code, _ in field_choices(PROJECT.code)))


@pytest.mark.parametrize("code", [one.code for one in EXPORTS])
def test_no_export_of_any_app_has_what_is_kept(code: str, admin: User) -> None:
    make_field("驾龄", FieldKind.NUMBER)
    make_field("预算科目", FieldKind.TEXT, subject=PROJECT.code)

    def headers() -> set[str]:
        return {
            one.header
            for one in visible_columns(
                EXPORTS[code].read(admin, QueryDict("")).columns, admin, QueryDict("")
            )
        }

    before = headers()
    keep_all()
    left = {one for one in headers() if (code, one) not in OTHERS}
    assert not left & (OF_EXPERTS | OF_PROJECTS)
    if code == "experts.experts":
        assert {"姓名", "手机号", "驾龄"} <= before
        assert not left
    if code in {"projects.projects", "projects.archived"}:
        assert {"项目名称", "预算科目"} <= before
        assert not left & {label for _, label in field_choices(PROJECT.code)}


def content(response: Any) -> bytes:
    return b"".join(response) if response.streaming else response.content


def table(data: bytes) -> list[dict[str, Any]]:
    rows = list(load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:] if row[1]]


def test_table_package_interface_and_log_go_without_it(
    client: Client, admin: User, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    login(client, admin)
    paper = make_field("证书扫描件", FieldKind.FILE)
    licence = make_field("驾龄", FieldKind.NUMBER)
    expert = make_expert("甲", phone="13800138000", position="总工")
    client.post(
        f"{reverse('experts:edit', args=[expert.pk])}?section=extra",
        {
            "version": expert.updated_at.isoformat(),
            licence.code: "12",
            paper.code: SimpleUploadedFile("扫描.pdf", PDF),
        },
    )
    expert.refresh_from_db()
    update_expert(expert=expert, values={"position": "董事长"}, actor=admin, now=NOW)
    assert set(expert.extra) == {licence.code, paper.code}
    kept = ("phone", "position", "birth_date", licence.code, paper.code)

    def archive() -> zipfile.ZipFile:
        return zipfile.ZipFile(io.BytesIO(content(client.post(reverse("experts:package")))))

    caller = Caller(admin)
    before = caller.get(f"/experts/{expert.pk}").json()
    assert (before["position"], before["fields"][licence.code]) == ("董事长", 12)
    scan = Attachment.objects.get(subject_type=FIELD_FILE)
    listed = f"/attachments?subject_type={FIELD_FILE}&subject_id={scan.subject_id}"
    scanned = f"/attachments/{scan.pk}/content"
    assert len(caller.get(listed).json()) == 1
    assert content(caller.get(scanned)) == PDF
    assert any(name.endswith("扫描.pdf") for name in archive().namelist())

    save_settings(
        group=TABLES,
        values={NOT_EXPORTED.code: tuple(f"experts.{one}" for one in kept)},
        version=0,
        actor=admin,
        now=NOW,
    )
    (row,) = table(content(client.post(reverse("core:export", args=["experts.experts"]))))
    assert not {"手机号", "职务", "出生日期", "驾龄", "证书扫描件"} & set(row)
    assert row["姓名"] == "甲"
    assert archive().namelist() == ["专家信息.xlsx"]
    (row,) = table(archive().read("专家信息.xlsx"))
    assert "手机号" not in row
    answer = caller.get(f"/experts/{expert.pk}").json()
    assert (answer["phone"], answer["position"], answer["birth_date"]) == ("", "", None)
    assert answer["fields"] == {}
    assert answer["name"] == "甲"
    for path in (listed, scanned):
        assert caller.get(path).status_code == 404
    # The page shows all of it as before; the log does, its export does not.
    page = client.get(reverse("experts:detail", args=[expert.pk]) + "?tab=profile").content.decode()
    assert "董事长" in page
    entry = entries_for(expert).filter(action="expert.update").first()
    assert "董事长" in summary(entry)
    assert "董事长" not in exported_summary(entry)
    # What an office added stands there under its label.
    entered = entries_for(expert).filter(after__has_key="驾龄").first()
    assert "驾龄：12" in summary(entered)
    assert not {"驾龄", "扫描"} & set(re.split(r"\W+", exported_summary(entered)))


def test_a_field_that_comes_back_is_kept_as_before(client: Client, admin: User) -> None:
    field = make_field("驾龄", FieldKind.NUMBER)
    configure(NOT_EXPORTED, (f"experts.{field.code}",))
    retire_field(field=field, actor=admin, now=NOW)
    assert dict(field_choices(EXPERT.code))[f"experts.{field.code}"] == "驾龄（已停用）"
    # An account that nobody pays from a list is not for the office to decide.
    assert "experts.bank_account" not in dict(field_choices(EXPERT.code))
    login(client, admin)
    assert "驾龄" in client.get(reverse("siteconfig:index")).content.decode()


def test_projects_keep_theirs(client: Client, admin: User) -> None:
    login(client, admin)
    make_project(name="道路照明", place="三楼 306")
    configure(NOT_EXPORTED_OF_PROJECTS, ("projects.place",))
    (row,) = table(content(client.post(reverse("core:export", args=["projects.projects"]))))
    assert row["项目名称"] == "道路照明"
    assert "三楼 306" not in row.values()
