"""Customers' templates of sheets: taken, chosen by kind of project, filled, put aside, removed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.utils import timezone
from pytest_django import Settings

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.documents.filling import TemplateRefused, check_template, sample_of
from expertpool.draws.enums import DrawKind, SheetKind, TemplateForm, TemplateState
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import Draw, SheetTemplate
from expertpool.draws.queries.sheet_templates import content_of, file_of, template_for
from expertpool.draws.services.sheet_starters import starter
from expertpool.draws.services.sheet_templates import (
    delete_template,
    disable_template,
    enable_template,
    fill_sheet,
    upload_template,
)
from expertpool.draws.services.sheet_values import CATALOGUES, SheetValues
from expertpool.files.models import Attachment
from tests.core.documents.office import docx_bytes, paragraph, read_book, table

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=timezone.get_current_timezone())
WORD = docx_bytes(paragraph("{{项目名称}}签到表") + table(("{{专家.序号}}", "{{专家.姓名}}")))


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def upload(
    actor: User,
    sheet: SheetKind = SheetKind.DRAW,
    kind: str = "",
    content: bytes = b"",
    name: str = "本单位抽取表.xlsx",
) -> SheetTemplate:
    return upload_template(
        sheet=sheet,
        project_kind=kind,
        uploaded_file=SimpleUploadedFile(name, content or starter(sheet)),
        actor=actor,
        now=NOW,
    )


def draw_of(kind: str = "", way: str = DrawKind.RANDOM) -> Draw:
    """A draw as far as the choice of a template looks at it."""
    from expertpool.projects.models import Project

    return Draw(project=Project(kind=kind), kind=way)


@pytest.mark.shows("DRAW-27")
def test_the_template_of_the_kind_comes_before_that_of_all_kinds(admin: User) -> None:
    assert template_for(draw_of("货物"), SheetKind.DRAW) is None
    general = upload(admin)
    goods = upload(admin, kind="货物")
    sign_in = upload(admin, SheetKind.SIGN_IN, "货物", WORD, "签到表.docx")
    assert template_for(draw_of("货物"), SheetKind.DRAW) == goods
    assert template_for(draw_of("服务"), SheetKind.DRAW) == general
    assert template_for(draw_of(""), SheetKind.DRAW) == general
    assert template_for(draw_of("货物"), SheetKind.SIGN_IN) == sign_in
    assert template_for(draw_of("服务"), SheetKind.SIGN_IN) is None
    assert (goods.form, sign_in.form) == (TemplateForm.XLSX, TemplateForm.DOCX)
    disable_template(template=goods, actor=admin, now=NOW)
    assert template_for(draw_of("货物"), SheetKind.DRAW) == general


def test_a_list_that_persons_chose_never_takes_the_form_of_a_draw(admin: User) -> None:
    upload(admin)
    sign_in = upload(admin, SheetKind.SIGN_IN)
    manual = draw_of(way=DrawKind.MANUAL)
    assert template_for(manual, SheetKind.DRAW) is None
    assert template_for(manual, SheetKind.SIGN_IN) == sign_in


@pytest.mark.shows("DRAW-27")
def test_a_new_template_takes_the_place_of_the_old_one_which_can_come_back(admin: User) -> None:
    first = upload(admin)
    second = upload(admin, name="新版.xlsx")
    first.refresh_from_db()
    assert (first.state, second.state) == (TemplateState.DISABLED, TemplateState.ACTIVE)
    entry = Entry.objects.get(action="draw.sheet_template", subject_id=str(second.pk))
    assert (entry.after or {})["替换"] == "本单位抽取表.xlsx"
    enable_template(template=first, actor=admin, now=NOW)
    enable_template(template=first, actor=admin, now=NOW)
    second.refresh_from_db()
    assert second.state == TemplateState.DISABLED
    assert Entry.objects.filter(action="draw.sheet_template_enable").count() == 1


def test_the_database_lets_only_one_be_active(admin: User) -> None:
    template = upload(admin)
    template.pk = None
    with pytest.raises(IntegrityError, match="draws_one_active_template"):
        template.save()


@pytest.mark.shows("DRAW-27")
def test_a_refused_template_changes_nothing(admin: User) -> None:
    used = upload(admin)
    bad = docx_bytes(paragraph("{{项目名}}") + table(("{{专家.手机}}",)))
    with pytest.raises(TemplateRefused) as refused:
        upload(admin, content=bad, name="坏.docx")
    assert "{{项目名}}" in refused.value.problems[0]
    assert "{{专家.手机}}" in refused.value.problems[1]
    used.refresh_from_db()
    assert used.state == TemplateState.ACTIVE
    assert SheetTemplate.objects.count() == Attachment.objects.count() == 1


def test_columns_of_the_other_sheet_are_unknown(admin: User) -> None:
    with pytest.raises(TemplateRefused, match=r"没有变量 {{专家\.身份证号}}"):
        upload(admin, content=docx_bytes(table(("{{专家.身份证号}}",))))


def test_the_content_tells_what_it_is_not_the_name(admin: User) -> None:
    template = upload(admin, SheetKind.SIGN_IN, content=WORD, name="签到表.xlsx")
    assert (template.form, template.name) == (TemplateForm.DOCX, "签到表.docx")
    assert content_of(template) == WORD


@pytest.mark.shows("DRAW-27")
def test_a_template_that_was_used_stays_readable_when_it_is_removed(admin: User) -> None:
    unused, used = upload(admin, kind="货物"), upload(admin, SheetKind.SIGN_IN, content=WORD)
    values = SheetValues({one.name: one.sample for one in CATALOGUES[SheetKind.SIGN_IN].fields}, [])
    fill_sheet(template=used, values=values, now=NOW)
    used.refresh_from_db()
    assert used.used_at == NOW
    for template in (unused, used):
        delete_template(template=template, actor=admin, now=NOW)
    assert list(SheetTemplate.objects.values_list("state", flat=True)) == [TemplateState.REMOVED]
    assert content_of(used) == WORD
    assert file_of(used).name == "本单位抽取表.docx"
    assert Attachment.objects.count() == 1
    services: list[Any] = [enable_template, disable_template, delete_template]
    for service in services:
        with pytest.raises(DrawNotReady, match="已删除"):
            service(template=used, actor=admin, now=NOW)


@pytest.mark.shows("DRAW-26", "DRAW-27")
@pytest.mark.parametrize("sheet", SheetKind)
def test_the_starter_is_a_template_with_all_columns(sheet: SheetKind) -> None:
    content = starter(sheet)
    assert check_template(content, CATALOGUES[sheet]) == "xlsx"
    filled = read_book(sample_of(content, CATALOGUES[sheet])).active
    cells = [str(cell) for row in filled.values for cell in row if cell is not None]
    assert "王建国" in cells
    assert not any("{{" in cell for cell in cells)
    assert filled.oddFooter.left.text.endswith("CQ20261117-0003")
