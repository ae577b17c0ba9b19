"""Customers' templates of papers: taken, chosen by kind of project, filled, put aside, removed."""

from __future__ import annotations

from collections.abc import Iterator
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
from expertpool.core.filling import TemplateRefused, check_template, sample_of
from expertpool.core.placeholders import Placeholder, Vocabulary
from expertpool.files.models import Attachment
from expertpool.papers.enums import TemplateForm, TemplateState
from expertpool.papers.exceptions import TemplateGone
from expertpool.papers.models import PaperTemplate
from expertpool.papers.queries import content_of, file_of, template_for
from expertpool.papers.registry import PAPERS, Paper
from expertpool.papers.services import (
    delete_template,
    disable_template,
    enable_template,
    fill_paper,
    upload_template,
)
from tests.core.filling.office import document_lines, docx_bytes, paragraph, read_book, table

pytestmark = pytest.mark.django_db
DRAW, SIGN_IN = "draw_sheet", "sign_in_sheet"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=timezone.get_current_timezone())
WORD = docx_bytes(paragraph("{{项目名称}}签到表") + table(("{{专家.序号}}", "{{专家.姓名}}")))


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def upload(
    actor: User,
    paper: str = DRAW,
    kind: str = "",
    content: bytes = b"",
    name: str = "本单位抽取表.xlsx",
) -> PaperTemplate:
    return upload_template(
        paper=PAPERS[paper],
        project_kind=kind,
        uploaded_file=SimpleUploadedFile(name, content or PAPERS[paper].starter()),
        actor=actor,
        now=NOW,
    )


@pytest.mark.shows("DRAW-27")
def test_the_template_of_the_kind_comes_before_that_of_all_kinds(admin: User) -> None:
    assert template_for(DRAW, "货物") is None
    general = upload(admin)
    goods = upload(admin, kind="货物")
    sign_in = upload(admin, SIGN_IN, "货物", WORD, "签到表.docx")
    assert template_for(DRAW, "货物") == goods
    assert template_for(DRAW, "服务") == general
    assert template_for(DRAW, "") == general
    assert template_for(SIGN_IN, "货物") == sign_in
    assert template_for(SIGN_IN, "服务") is None
    assert (goods.form, sign_in.form) == (TemplateForm.XLSX, TemplateForm.DOCX)
    disable_template(template=goods, actor=admin, now=NOW)
    assert template_for(DRAW, "货物") == general


@pytest.mark.shows("DRAW-27")
def test_a_new_template_takes_the_place_of_the_old_one_which_can_come_back(admin: User) -> None:
    first = upload(admin)
    second = upload(admin, name="新版.xlsx")
    first.refresh_from_db()
    assert (first.state, second.state) == (TemplateState.DISABLED, TemplateState.ACTIVE)
    entry = Entry.objects.get(action="paper.upload", subject_id=str(second.pk))
    assert (entry.after or {})["替换"] == "本单位抽取表.xlsx"
    enable_template(template=first, actor=admin, now=NOW)
    enable_template(template=first, actor=admin, now=NOW)
    second.refresh_from_db()
    assert second.state == TemplateState.DISABLED
    assert Entry.objects.filter(action="paper.enable").count() == 1


def test_the_database_lets_only_one_be_active(admin: User) -> None:
    template = upload(admin)
    template.pk = None
    with pytest.raises(IntegrityError, match="papers_one_active_template"):
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
    assert PaperTemplate.objects.count() == Attachment.objects.count() == 1


@pytest.mark.shows("DRAW-27")
@pytest.mark.parametrize("paper", [DRAW, SIGN_IN])
def test_a_sheet_without_the_names_is_refused(admin: User, paper: str) -> None:
    without = docx_bytes(paragraph("{{项目名称}}") + table(("{{专家.序号}}", "{{专家.工作单位}}")))
    with pytest.raises(TemplateRefused, match=r"缺少变量 {{专家\.姓名}}"):
        upload(admin, paper, content=without, name="签到表.docx")


def test_columns_of_the_other_sheet_are_unknown(admin: User) -> None:
    with pytest.raises(TemplateRefused, match=r"没有变量 {{专家\.身份证号}}"):
        upload(admin, content=docx_bytes(table(("{{专家.身份证号}}",))))


def test_the_content_tells_what_it_is_not_the_name(admin: User) -> None:
    template = upload(admin, SIGN_IN, content=WORD, name="签到表.xlsx")
    assert (template.form, template.name) == (TemplateForm.DOCX, "签到表.docx")
    assert content_of(template) == WORD


@pytest.mark.shows("DRAW-27")
def test_a_template_that_was_used_stays_readable_when_it_is_removed(admin: User) -> None:
    unused, used = upload(admin, kind="货物"), upload(admin, SIGN_IN, content=WORD)
    values = {one.name: one.sample for one in PAPERS[SIGN_IN].vocabulary.fields}
    fill_paper(template=used, values=values, lines=[], now=NOW)
    used.refresh_from_db()
    assert used.used_at == NOW
    for template in (unused, used):
        delete_template(template=template, actor=admin, now=NOW)
    assert list(PaperTemplate.objects.values_list("state", flat=True)) == [TemplateState.REMOVED]
    assert content_of(used) == WORD
    assert file_of(used).name == "本单位抽取表.docx"
    assert Attachment.objects.count() == 1
    services: list[Any] = [enable_template, disable_template, delete_template]
    for service in services:
        with pytest.raises(TemplateGone, match="已删除"):
            service(template=used, actor=admin, now=NOW)


@pytest.mark.parametrize("paper", [DRAW, SIGN_IN])
@pytest.mark.shows("DRAW-26", "DRAW-27")
def test_the_starter_is_a_template_with_all_columns(paper: str) -> None:
    vocabulary, content = PAPERS[paper].vocabulary, PAPERS[paper].starter()
    assert check_template(content, vocabulary) == "xlsx"
    filled = read_book(sample_of(content, vocabulary)).active
    cells = [str(cell) for row in filled.values for cell in row if cell is not None]
    assert "王建国" in cells
    assert not any("{{" in cell for cell in cells)
    assert filled.oddFooter.left.text.endswith("CQ20261117-0003")


@pytest.fixture
def certificate() -> Iterator[str]:
    """A paper of an app that this one has never heard of."""
    vocabulary = Vocabulary(
        fields=(Placeholder("证书编号", "PS-2026-0001"), Placeholder("姓名", "王建国")),
        columns=(Placeholder("评审.项目", "信息化建设项目"),),
    )
    built_in = docx_bytes(paragraph("{{姓名}}") + table(("{{评审.项目}}",)))
    with PAPERS.holding(Paper("certificate", "评审证书", vocabulary, lambda: built_in)):
        yield "certificate"


@pytest.mark.shows("DRAW-27")
def test_another_app_registers_a_paper_and_fills_it(admin: User, certificate: str) -> None:
    assert template_for(certificate, "货物") is None
    with pytest.raises(TemplateRefused, match=r"没有变量 \{\{封存值\}\}"):
        upload(admin, certificate, content=docx_bytes(paragraph("{{封存值}}")))
    upload(admin, certificate, name="证书.docx")
    template = template_for(certificate, "货物")
    assert template is not None
    assert str(template) == "评审证书（所有项目类型）证书.docx"
    content = fill_paper(
        template=template,
        values={"证书编号": "PS-2026-0007", "姓名": "李萌"},
        lines=[{"评审.项目": "甲"}, {"评审.项目": "乙"}],
        now=NOW,
    )
    assert document_lines(content) == ["李萌", "甲", "乙"]
