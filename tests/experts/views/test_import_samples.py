"""The sample row of a template is nobody, whatever is left of it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from expertpool.accounts.models import User
from expertpool.core.importing import Importer, sheets
from expertpool.experts.services.import_updates import ExpertUpdater
from expertpool.experts.services.importing import ExpertImporter, import_file
from tests.core.importing.sheets import write_xlsx
from tests.factories.experts import NOW, make_expert
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
# What a clerk types over.
OVER = {
    "姓名": "张大力",
    "手机号": "13911110002",
    "邮箱": "zhang@example.cn",
    "职务": "院长",
    "备注": "请照此填写",
    "聘期至": "2029-12-31",
    "银行账号": "6222",
    "从业年限": "很多",
}
OLD = {"专家编号": "ZJ2026000001"}


def sample_of(importer: type[Importer]) -> dict[str, Any]:
    book = load_workbook(io.BytesIO(sheets.template_bytes(importer)))
    heads, cells = book.worksheets[0].iter_rows(max_row=2, values_only=True)
    return {str(head): cell for head, cell in zip(heads, cells, strict=True)}


def both(row: dict[str, Any], rest: dict[str, Any]) -> list[list[Any]]:
    """Return a table of ``row`` and of a row of somebody real."""
    return [list(row), list(row.values()), [rest.get(head, "") for head in row]]


def updated(client: Client, path: Path, rows: list[list[Any]]) -> Any:
    """Upload an update, take what is proposed for the headers, and return the page of the check."""
    content = write_xlsx(path / "a.xlsx", rows).read_bytes()
    posted = {"file": SimpleUploadedFile("a.xlsx", content)}
    page = client.post(reverse("experts:update"), posted, follow=True)
    run = page.context["run"]
    if run.state == "mapping":
        said = {f"column-{at}": code for at, code in enumerate(run.mapping)}
        page = client.post(reverse("experts:update_mapping", args=[run.pk]), said, follow=True)
    assert page.context["run"].state == "previewed"
    return page


CUTS: tuple[tuple[str, ...], ...] = (
    ("姓名", "手机号"),
    ("手机号", "姓名", "工作单位"),
    ("姓名", "手机号", "工作单位", "职称"),
    ("姓名", "手机号", "证件号码"),
    ("姓名", "手机号", "邮箱", "职务"),
)
REAL = {"姓名": "李娜", "手机号": "13911110003"}


@pytest.mark.shows("EXP-07")
def test_it_is_no_expert_whatever_was_cut_off_or_typed_over(db: None, tmp_path: Path) -> None:
    sample = sample_of(ExpertImporter)
    cuts = ({head: sample[head] for head in cut} for cut in CUTS)
    for row in (*cuts, *(sample | {head: word} for head, word in OVER.items())):
        path = write_xlsx(tmp_path / "a.xlsx", both(row, REAL))
        outcome = import_file(path, now=NOW, dry_run=True)
        assert (outcome.accepted, outcome.refused) == (1, []), row


def test_who_is_called_as_the_sample_is_an_expert(db: None, tmp_path: Path) -> None:
    """By one of its cells alone somebody may be named."""
    rows = [["姓名", "手机号"], ["王小明", "13911110002"], ["李娜", "13800138000"]]
    outcome = import_file(write_xlsx(tmp_path / "a.xlsx", rows), now=NOW, dry_run=True)
    assert (outcome.accepted, outcome.refused) == (2, [])


def test_it_changes_nobody(client: Client, admin: User, tmp_path: Path) -> None:
    login(client, admin)
    expert = make_expert("真人", number="ZJ2026000001", phone="13911110002", position="科长")
    rest = {"职务": "处长", "专家编号": expert.number, "手机号": expert.phone, "姓名": "真人"}
    sample = sample_of(ExpertUpdater)
    cuts = (("专家编号", "职务"), ("手机号", "职务"), ("专家编号", "手机号", "职务"))
    # Those who have the template of before have its number, too.
    for row in (*({head: sample[head] for head in cut} for cut in cuts), sample | OLD):
        page = updated(client, tmp_path, both(row, rest))
        found, run = page.context["found"], page.context["run"]
        assert (run.total, run.accepted, found["samples"]) == (1, 1, 1), row
        text = page.content.decode()
        assert ("模板的示例行没有导入" in text, "总工程师" in text) == (True, False)


@pytest.mark.shows("EXP-07")
def test_the_sample_of_a_template_of_before_is_not_ticked(
    client: Client, admin: User, tmp_path: Path
) -> None:
    """Cut to a number that somebody has by now it made him 总工程师, or gave him the telephone of the sample."""
    login(client, admin)
    expert = make_expert("真人", phone="13911110002", position="科长", number=OLD["专家编号"])
    other = make_expert("李娜")
    sample = sample_of(ExpertUpdater) | OLD
    for cut in (("专家编号", "职务"), ("专家编号", "手机号"), ("专家编号", "手机号", "职务")):
        row = {head: sample[head] for head in cut}
        rest = {"专家编号": other.number, "职务": "处长", "手机号": "13911110009"}
        page = updated(client, tmp_path, both(row, rest))
        assert page.context["passed_over"] == {2}, cut
        assert f"确是要更新{expert}的再勾选" in page.content.decode()
    # What he was meant to be: whoever types something else, or ticks the row, means him.
    page = updated(client, tmp_path, both({"专家编号": expert.number, "职务": "院长"}, rest))
    assert page.context["passed_over"] == set()
    run = updated(
        client, tmp_path, both({head: sample[head] for head in ("专家编号", "职务")}, rest)
    )
    run = run.context["run"]
    client.post(
        reverse("experts:update_confirm", args=[run.pk]), {"chosen": 2, "check": run.checks}
    )
    expert.refresh_from_db()
    assert expert.position == "总工程师"
