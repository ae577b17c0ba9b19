"""What a clerk says on the page of a check: it counts, can be taken back, and is kept as it was said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from expertpool.accounts.models import User
from expertpool.core.importing import runs as runs_module
from expertpool.core.importing.answers import meant
from expertpool.core.importing.columns import ImportColumn, text
from expertpool.core.importing.findings import read_answers, write_answers
from expertpool.core.importing.runs import RunRefused, answer_import, choose_mapping, confirm_import
from expertpool.core.models import ImportMemory, ImportRun
from expertpool.experts.models import Expert
from expertpool.experts.queries.names import called
from expertpool.experts.services.importing import ExpertImporter
from tests.core.importing.sheets import write_xlsx
from tests.core.importing.test_import_pages import HEAD, post, said, standing, upload, word_field
from tests.factories.experts import NOW, make_expert
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def client(admin: User) -> Client:
    return login(Client(), admin)


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any]) -> None:
    """Let ``act`` happen while the next check is under way."""
    real = runs_module.check_rows

    def check(*args: Any, **kw: Any) -> Any:
        monkeypatch.setattr(runs_module, "check_rows", real)
        act()
        return real(*args, **kw)

    monkeypatch.setattr(runs_module, "check_rows", check)


@pytest.mark.shows("EXP-08")
def test_a_second_click_during_the_check_imports_nothing_that_nobody_has_seen(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = upload(client, tmp_path, [HEAD, ["甲", "139"], ["乙", "13911110002"]]).context["run"]
    typed = {"cell-2-phone": "13911110001"}
    meanwhile(monkeypatch, lambda: post(client, "confirm", run, typed))
    page = post(client, "confirm", run, typed)
    assert not Expert.objects.exists()
    assert page.context["run"].accepted == 2


def test_what_another_window_has_confirmed_is_shown_as_it_went(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = upload(client, tmp_path, [HEAD, ["甲", "139"], ["乙", "13911110002"]]).context["run"]
    meanwhile(monkeypatch, lambda: post(client, "confirm", run))
    page = post(client, "answers", run, {"cell-2-phone": "13911110001"})
    assert "该文件已经确认导入或放弃" in page.content.decode()
    assert page.context["run"].is_done
    assert [one.name for one in Expert.objects.all()] == ["乙"]


@pytest.mark.shows("EXP-08")
@pytest.mark.parametrize(
    ("pages", "done"), [("experts:import", "已经导入"), ("experts:update", "已经更新")]
)
def test_what_another_window_has_confirmed_is_not_given_up(
    client: Client, tmp_path: Path, pages: str, done: str
) -> None:
    make_expert("乙", phone="13911110002")
    phone = "13911110002" if pages.endswith("update") else "13911110001"
    content = write_xlsx(tmp_path / "a.xlsx", [[*HEAD, "职务"], ["乙", phone, "处长"]]).read_bytes()
    file = {"file": SimpleUploadedFile("名单.xlsx", content), "status": "formal"}
    run = client.post(reverse(pages), file, follow=True).context["run"]
    client.post(reverse(f"{pages}_confirm", args=[run.pk]), {"chosen": [2]})
    page = client.post(reverse(f"{pages}_discard", args=[run.pk]), follow=True)
    assert f"{done}，不能再放弃" in page.content.decode()
    assert page.context["run"].is_done
    assert client.get(reverse(f"{pages}_refused", args=[run.pk])).status_code == 200


def test_a_page_left_open_changes_nothing_of_what_is_being_imported(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ExpertImporter, "at_once", 0)
    stale = upload(client, tmp_path, [HEAD, ["甲", "139"], ["乙", "13911110002"]]).context["run"]
    confirm_import(run=ImportRun.objects.get(pk=stale.pk), now=NOW)
    with pytest.raises(RunRefused, match="已经确认"):
        answer_import(run=stale, words={}, cells={2: {"phone": "13911110001"}}, now=NOW)
    assert read_answers(stale).cells == {}


@pytest.mark.shows("EXP-08")
def test_the_row_above_counts_as_it_was_explained(client: Client, tmp_path: Path) -> None:
    rows = [[*HEAD, "职称"], ["甲", "13911110001", "高工"], ["乙", "13911110002", "同上"]]
    page = upload(client, tmp_path, rows)
    page = post(client, "answers", page.context["run"], standing(page))
    post(client, "confirm", page.context["run"], standing(page))
    assert {one.title for one in Expert.objects.all()} == {"高级工程师"}


@pytest.mark.shows("EXP-08")
@pytest.mark.parametrize("address", ["长" * 2_001, "长沙市\n" * 100])
def test_a_cell_that_nobody_touched_is_no_mend(
    client: Client, tmp_path: Path, address: str
) -> None:
    page = upload(client, tmp_path, [[*HEAD, "通讯地址"], ["甲", "13911110001", address]])
    held = standing(page)
    (name,) = (one for one in held if one.startswith("cell-2-"))
    # Nobody can mend a cell of which he sees the beginning only.
    assert len(held[name]) >= min(len(address.strip()), 2_000)
    # As a browser sends an input of one line.
    page = post(client, "confirm", page.context["run"], held | {name: held[name].replace("\n", "")})
    assert page.context["run"].is_done
    assert Expert.objects.count() == 1


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ({"乙": "甲", "丙": "乙"}, {"甲": "甲", "乙": "甲", "丙": "甲"}),
        ({"乙": "甲", "甲": "乙", "丙": "甲"}, dict.fromkeys("甲乙丙", "乙")),
        ({"甲": "甲"}, {"甲": "甲"}),
        ({"丙": "乙", "乙": ""}, {"丙": ""}),
    ],
)
def test_a_meaning_may_have_one_itself(words: dict[str, str], ends: dict[str, str]) -> None:
    one = ImportColumn("unit", "工作单位", text(20))
    several = ImportColumn("units", "工作单位", text(20), lists=True)
    assert {word: meant(one, words, word)[0] for word in ends} == ends
    assert {word: meant(several, words, f"丁、{word}")[0] for word in ends} == {
        word: f"丁、{end}" for word, end in ends.items()
    }


def test_a_word_that_is_taken_back_is_remembered_no_longer(client: Client, tmp_path: Path) -> None:
    rows = [[*HEAD, "职称"], ["甲", "13911110001", "高工"]]
    page = upload(client, tmp_path, rows)
    page = post(client, "answers", page.context["run"], standing(page))
    post(client, "confirm", page.context["run"], standing(page))
    assert ImportMemory.objects.filter(said="高工").exists()

    page = upload(client, tmp_path, [rows[0], ["乙", "13911110002", "高工"]])
    name = word_field(page, "高工")
    page = post(client, "answers", page.context["run"], standing(page, **{name: ""}))
    post(client, "confirm", page.context["run"], standing(page))
    assert Expert.objects.get(called(["乙"])).title == "高工"
    assert not ImportMemory.objects.filter(said="高工").exists()


@pytest.mark.shows("EXP-07")
def test_a_header_that_is_taken_back_is_not_remembered_and_one_that_stays_is(
    client: Client, tmp_path: Path
) -> None:
    rows = [["评审老师", "手机号", "经手人", "批次"], ["甲", "13911110001", "王", "一"]]
    run = upload(client, tmp_path, rows).context["run"]
    choose_mapping(run=run, codes=["name", "phone", "remark", "-"], now=NOW)
    form = client.get(reverse("experts:import_mapping", args=[run.pk])).context["form"]
    held = {field.html_name: field.value() for field in form}
    assert held == {**said(run), "column-3": "-", "list_kind": ""}
    post(client, "mapping", run, held | {"column-2": ""})
    post(client, "confirm", run)
    assert set(ImportMemory.objects.values_list("said", "meant")) == {
        ("评审老师", "name"),
        ("批次", ""),
    }


def test_a_mapping_asked_about_twice_leaves_alone_what_is_being_imported(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ExpertImporter, "at_once", 0)
    rows = [[*HEAD, "门类"], *[[f"甲{at}", f"1391111000{at}", "甲等"] for at in range(4)]]
    run = upload(client, tmp_path, rows).context["run"]
    choose_mapping(run=run, codes=["name", "phone", ""], now=NOW)
    confirm_import(run=ImportRun.objects.get(pk=run.pk), now=NOW)
    with pytest.raises(RunRefused, match="已经确认"):
        choose_mapping(run=run, codes=["name", "phone", "kind"], now=NOW)
    assert ImportRun.objects.get(pk=run.pk).mapping == ["name", "phone", ""]


def test_another_sheet_has_its_own_header_and_rows(client: Client, tmp_path: Path) -> None:
    book = Workbook()
    first, second = book.active, book.create_sheet("二")
    assert first is not None
    for at in range(4):  # below two empty rows
        first.cell(at + 3, 1, f"甲{at}")
        first.cell(at + 3, 2, f"1391111000{at}")
    for row in (["名单", ""], HEAD, ["乙", "13911110009"]):
        second.append(row)
    book.save(tmp_path / "two.xlsx")
    file = SimpleUploadedFile("two.xlsx", (tmp_path / "two.xlsx").read_bytes())
    page = client.post(reverse("experts:import"), {"file": file, "status": "formal"}, follow=True)
    page = post(client, "table", page.context["run"], {"sheet": first.title})
    run, table = page.context["run"], page.context["table"]
    answers = read_answers(run)
    answers.passed_over = {3}
    write_answers(run, answers)
    # The page says 0: whoever leaves it means the sheet, not the row.
    held = {"sheet": "二", "row": table["row"].value()}
    assert held["row"] == 0
    page = post(client, "table", run, held)
    assert page.context["run"].headers == HEAD
    assert read_answers(run).passed_over == set()
