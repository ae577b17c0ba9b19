"""What the pages of an import show and take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from expertpool.accounts.models import User
from expertpool.core.importing import runs as runs_module
from expertpool.core.importing.cells import WHICH_MONTH
from expertpool.core.models import ImportMemory, ImportRun
from expertpool.directory.models import Unit
from expertpool.experts.models import Expert
from tests.core.importing.sheets import write_xlsx
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
HEAD = ["姓名", "手机号"]


@pytest.fixture
def client(admin: User) -> Client:
    return login(Client(), admin)


def upload(client: Client, tmp_path: Path, rows: Sequence[Sequence[Any]]) -> Any:
    content = write_xlsx(tmp_path / "a.xlsx", rows).read_bytes()
    posted = {"file": SimpleUploadedFile("名单.xlsx", content), "status": "formal"}
    return client.post(reverse("experts:import"), posted, follow=True)


def post(client: Client, page: str, run: ImportRun, data: dict[str, Any] | None = None) -> Any:
    return client.post(reverse(f"experts:import_{page}", args=[run.pk]), data or {}, follow=True)


@pytest.mark.shows("EXP-07")
def test_samples_stand_beside_each_header_and_the_table_can_be_chosen(
    client: Client, tmp_path: Path
) -> None:
    rows = [["何人", "随身号码"], *[[f"甲{at}", f"1391111000{at}"] for at in range(4)]]
    page = upload(client, tmp_path, rows)
    text = page.content.decode()
    assert "13911110000；13911110001；13911110002" in text
    assert "按内容猜测，请核对" in text  # eleven digits are telephone numbers
    run = page.context["run"]
    assert run.mapping == ["", "phone"]
    # The header is said to be one row further down: there it is not.
    page = post(client, "table", run, {"sheet": "Sheet1", "row": 2})
    assert page.context["run"].headers == ["甲0", "13911110000"]
    page = post(client, "table", run, {"sheet": "Sheet1", "row": 99})
    assert "没有数据" in page.content.decode()


def test_a_column_of_which_nothing_can_be_taken_is_asked_about(
    client: Client, tmp_path: Path
) -> None:
    rows = [[*HEAD, "身份证号"], *[[f"甲{at}", f"1391111000{at}", "见附件"] for at in range(4)]]
    page = upload(client, tmp_path, rows)
    assert "内容不像这一列，请改选或不导入" in page.content.decode()
    assert page.context["run"].state == "mapping"


def test_a_column_chosen_by_hand_of_which_nothing_can_be_taken_is_asked_about_once(
    client: Client, tmp_path: Path
) -> None:
    rows = [[*HEAD, "门类"], *[[f"甲{at}", f"1391111000{at}", "甲等"] for at in range(4)]]
    run = upload(client, tmp_path, rows).context["run"]
    chosen = {"column-0": "name", "column-1": "phone", "column-2": "kind"}
    page = post(client, "mapping", run, chosen)
    text = page.content.decode()
    assert "“门类”中没有一格能这样导入" in text
    assert "内容不像这一列" in text
    # Whoever says it again can mend the cells, and is not told that the content said so.
    page = post(client, "mapping", run, chosen)
    assert page.context["run"].reasons == {"类别不存在": 4}
    assert "按内容识别的列" not in page.content.decode()


@pytest.mark.shows("EXP-08")
def test_columns_that_are_not_imported_are_named(client: Client, tmp_path: Path) -> None:
    rows = [
        ["序号", "姓名", "电话", "电话", "经手人"],
        *[[at, f"甲{at}", "027-8888", f"1391111000{at}", "王"] for at in range(4)],
    ]
    run = upload(client, tmp_path, rows).context["run"]
    page = post(client, "mapping", run, said(run))
    text = page.content.decode()
    assert "没有导入的列" in text
    assert page.context["unused"] == ["“电话”（C 列）", "“经手人”（E 列）"]
    assert reverse("experts:import_mapping", args=[run.pk]) in text


@pytest.mark.shows("EXP-08")
def test_what_somebody_works_in_is_proposed_as_what_he_reviews(
    client: Client, tmp_path: Path
) -> None:
    page = upload(client, tmp_path, [[*HEAD, "从事专业"], ["甲", "13911110001", "A010101"]])
    assert page.context["run"].mapping == ["name", "phone", "specialties"]
    assert "可能是这一列，请核对" in page.content.decode()
    # Where the list says what he reviews, that is it.
    rows = [[*HEAD, "从事专业", "评审专业"], ["甲", "13911110001", "桥梁", "A010101"]]
    assert upload(client, tmp_path, rows).context["run"].mapping[2:] == ["", "specialties"]


@pytest.mark.shows("EXP-08")
def test_days_whose_header_may_mean_a_term_are_asked_about(client: Client, tmp_path: Path) -> None:
    rows = [[*HEAD, "入库时间", "有效期至"], ["甲", "13911110001", "2026-01-01", "2028-12-31"]]
    page = upload(client, tmp_path, rows)
    assert page.context["run"].mapping[2:] == ["term_start_date", "term_end_date"]
    assert page.context["run"].state == "mapping"
    assert "可能是这一列，请核对" in page.content.decode()


@pytest.mark.shows("EXP-08", "EXP-09")
def test_a_refused_cell_is_mended_on_the_page(client: Client, tmp_path: Path) -> None:
    page = upload(client, tmp_path, [HEAD, ["甲", "139"], ["乙", "13911110002"]])
    run = page.context["run"]
    text = page.content.decode()
    assert (run.accepted, run.refused) == (1, 1)
    assert 'name="cell-2-phone" value="139"' in text
    page = post(client, "answers", run, {"cell-2-phone": "13911110001"})
    run = page.context["run"]
    assert (run.accepted, run.refused) == (2, 0)
    post(client, "confirm", run)
    assert {expert.phone for expert in Expert.objects.all()} == {"13911110001", "13911110002"}


@pytest.mark.shows("EXP-08")
def test_two_new_units_of_one_file_that_are_nearly_alike_are_asked_about(
    client: Client, tmp_path: Path
) -> None:
    one, other = "河南省建筑设计院有限公司", "河南省建筑设计院有限责任公司"
    names = [one, "郑州市测绘院", other, "郑州市第一中学", "郑州市第二中学", other]
    rows = [[*HEAD, "工作单位"]]
    rows += [[f"专家{at}", f"1391111000{at}", name] for at, name in enumerate(names)]
    page = upload(client, tmp_path, rows)
    (asked,) = page.context["found"]["words"]
    assert (asked["word"], asked["count"]) == (other, 2)
    assert [*asked["question"]["meanings"]] == ["", one]
    text = page.content.decode()
    assert f"文件里另有“{one}”" in text
    assert "是另一家，按原样保存" in text
    assert not Unit.objects.exists()
    (line,) = page.context["form"].word_lines()
    page = post(client, "answers", page.context["run"], {line["field"].html_name: one})
    # It can be taken back until the import is confirmed.
    (line,) = page.context["form"].word_lines()
    assert (line["word"], line["field"].initial) == (other, one)
    run = page.context["run"]
    assert run.accepted == len(names)
    post(client, "confirm", run, {line["field"].html_name: one})
    assert set(Unit.objects.values_list("name", flat=True)) == {*names} - {other}
    assert Expert.objects.filter(employer__name=one).count() == 3


def test_near_names_are_taken_for_two_units_where_nobody_says_otherwise(
    client: Client, tmp_path: Path
) -> None:
    names = ["河南省建筑设计院有限公司", "河南省建筑设计院有限责任公司"]
    rows = [[f"专家{at}", f"1391111000{at}", name] for at, name in enumerate(names)]
    page = upload(client, tmp_path, [[*HEAD, "工作单位"], *rows])
    post(client, "confirm", page.context["run"])
    assert set(Unit.objects.values_list("name", flat=True)) == set(names)


@pytest.mark.shows("EXP-08")
def test_a_word_is_explained_once_and_remembered(client: Client, tmp_path: Path) -> None:
    rows = [[*HEAD, "职称", "评审专业"]]
    rows += [[f"甲{at}", f"1391111000{at}", "高工", "城市规划"] for at in range(3)]
    page = upload(client, tmp_path, rows)
    run = page.context["run"]
    assert (run.accepted, run.left) == (3, {"专业名称不存在": 3})
    asked = {one["word"]: one["suggestion"] for one in page.context["found"]["words"]}
    assert asked == {"高工": "高级工程师", "城市规划": ""}
    typed = {word_field(page, "城市规划"): "城市规划（设计）"}
    run = post(client, "answers", run, standing(page, **typed)).context["run"]
    assert run.accepted == 3
    assert not ImportMemory.objects.exists()
    post(client, "confirm", run)
    assert {(one.title, one.title_level) for one in Expert.objects.all()} == {("高级工程师", 3)}

    again = upload(client, tmp_path, [rows[0], ["乙", "13911110009", "高工", "城市规划"]])
    assert (again.context["run"].accepted, again.context["found"]["words"]) == (1, [])
    memory = ImportMemory.objects.get(said="高工")
    assert "高工" in client.get(reverse("experts:import")).content.decode()
    stranger = login(Client(), make_user("operator"))
    address = reverse("experts:import_forget", args=[memory.pk])
    assert stranger.post(address).status_code == 404
    client.post(address)
    assert not ImportMemory.objects.filter(said="高工").exists()


def test_a_header_that_was_explained_is_listed_and_forgotten(
    client: Client, tmp_path: Path
) -> None:
    rows = [["何人", "手机号"], *[[f"甲{at}", f"1391111000{at}"] for at in range(4)]]
    run = upload(client, tmp_path, rows).context["run"]
    run = post(client, "mapping", run, {"column-0": "name", "column-1": "phone"}).context["run"]
    post(client, "confirm", run)
    memory = ImportMemory.objects.get(said="何人")
    listed = '<td class="c-main">何人</td>'
    text = client.get(reverse("experts:import")).content.decode()
    assert listed in text
    assert "表头" in text.split(listed)[1].split("</tr>")[0]
    assert "姓名" in text.split(listed)[1].split("</tr>")[0]
    # It speaks for him alone, and until he takes it back.
    stranger = login(Client(), make_user("operator"))
    assert "何人" not in stranger.get(reverse("experts:import")).content.decode()
    rows = [rows[0], ["乙", "13911110009"]]
    assert upload(stranger, tmp_path, rows).context["run"].needs_mapping
    assert upload(client, tmp_path, rows).context["run"].is_previewed
    address = reverse("experts:import_forget", args=[memory.pk])
    assert stranger.post(address).status_code == 404
    assert address in text
    assert "何人" not in client.post(address, follow=True).content.decode()
    assert upload(client, tmp_path, rows).context["run"].needs_mapping


def standing(page: Any, **typed: str) -> dict[str, Any]:
    """What the form of a check page holds, as its buttons post it; ``typed`` stands there instead."""
    form = page.context["form"]
    held = {field.html_name: field.value() or "" for field in form}
    chosen = {one["row"] for one in form.found.get("changed", ())} - {*page.context["passed_over"]}
    return held | {"check": page.context["run"].checks, "chosen": sorted(chosen)} | typed


def post_update(client: Client, page: Any, chosen: dict[str, Any]) -> Any:
    confirm = reverse("experts:update_confirm", args=[page.context["run"].pk])
    return client.post(confirm, chosen, follow=True)


def word_field(page: Any, word: str) -> str:
    """Return the name of the field in which the meaning of ``word`` stands."""
    lines = page.context["form"].word_lines()
    return next(str(line["field"].html_name) for line in lines if line["word"] == word)


@pytest.mark.shows("EXP-08")
def test_what_was_applied_stays_listed_and_can_be_taken_back(
    client: Client, tmp_path: Path
) -> None:
    page = upload(client, tmp_path, [[*HEAD, "职称"], ["甲", "13911110001", "高工"]])
    run, name = page.context["run"], word_field(page, "高工")
    page = post(client, "answers", run, standing(page))
    assert "已用上" in page.content.decode()
    assert page.context["form"][name].value() == "高级工程师"
    page = post(client, "answers", run, standing(page, **{name: ""}))
    assert page.context["found"]["first"][0]["职称"] == "高工"
    post(client, "confirm", run, standing(page))
    assert Expert.objects.get().title == "高工"
    assert not ImportMemory.objects.exists()


@pytest.mark.shows("EXP-08")
def test_specialties_are_proposed_by_more_than_their_first_letter(
    client: Client, tmp_path: Path
) -> None:
    rows = [[*HEAD, "评审专业"], ["甲", "13911110001", "线"], ["乙", "13911110002", "A010101 规划"]]
    page = upload(client, tmp_path, rows)
    run = page.context["run"]
    # The code says it; of one letter nothing is proposed, and whoever types is.
    assert (run.accepted, run.left) == (2, {"专业名称不存在": 1})
    field = page.context["form"][word_field(page, "线")]
    assert field.value() == ""
    assert 'data-enhance="suggest"' in str(field)
    found = client.get(field.field.widget.attrs["data-url"], {"q": "A010101"}).json()
    assert found[0]["text"] == "A010101 总体规划"
    page = post(client, "answers", run, standing(page, **{field.html_name: found[0]["text"]}))
    assert (page.context["run"].accepted, page.context["run"].left) == (2, {})


def test_a_run_that_was_given_up_stays_among_the_recent_ones(
    client: Client, tmp_path: Path
) -> None:
    run = upload(client, tmp_path, [HEAD, ["甲", "13911110001"]]).context["run"]
    text = post(client, "discard", run).content.decode()
    assert "已放弃" in text
    assert reverse("experts:import_run", args=[run.pk]) not in text


@pytest.mark.shows("EXP-08", "EXP-09")
def test_confirming_loses_nothing_that_stands_on_the_page(client: Client, tmp_path: Path) -> None:
    rows = [[*HEAD, "职称"], ["甲", "139", "高工"], ["乙", "13911110002", "工程师"]]
    page = upload(client, tmp_path, rows)
    assert "建议，还没有用上" in page.content.decode()
    page = post(
        client, "confirm", page.context["run"], standing(page, **{"cell-2-phone": "13911110001"})
    )
    # Applied and shown, and nothing imported that nobody has seen.
    assert "还没有导入" in page.content.decode()
    assert not Expert.objects.exists()
    run = page.context["run"]
    assert (run.state, run.accepted, run.refused) == ("previewed", 2, 0)
    page = post(client, "confirm", run, standing(page))
    assert page.context["run"].is_done
    assert {(one.name, one.phone, one.title) for one in Expert.objects.all()} == {
        ("甲", "13911110001", "高级工程师"),
        ("乙", "13911110002", "工程师"),
    }


def test_nobody_confirms_what_another_window_has_changed(client: Client, tmp_path: Path) -> None:
    page = upload(client, tmp_path, [[*HEAD, "职务"], ["甲", "13911110001", "科长"]])
    run, before = page.context["run"], standing(page)
    assert f'name="check" value="{before["check"]}"' in page.content.decode()
    post(client, "mapping", run, {"column-0": "name", "column-1": "phone", "column-2": ""})
    page = post(client, "confirm", run, before)
    assert "另一个窗口重新检查过，还没有导入" in page.content.decode()
    assert not Expert.objects.exists()
    post(client, "confirm", run, standing(page))
    assert Expert.objects.get().position == ""


def test_what_was_typed_and_is_refused_again_stays_on_the_page(
    client: Client, tmp_path: Path
) -> None:
    page = upload(client, tmp_path, [HEAD, ["甲", "139"], ["乙", "13911110002"]])
    run = page.context["run"]
    page = post(client, "answers", run, standing(page, **{"cell-2-phone": "1391111"}))
    assert 'name="cell-2-phone" value="1391111"' in page.content.decode()
    page = post(client, "answers", run, standing(page, **{"cell-2-phone": "1" * 2_001}))
    assert page.status_code == 422
    assert "1" * 2_001 in page.content.decode()
    # It is told, and the others can be taken: nothing new stands there.
    page = post(client, "confirm", run, {"cell-2-phone": "1391111"})
    assert (page.context["run"].state, page.context["run"].accepted) == ("done", 1)


def test_a_proposal_that_was_declined_is_not_made_again(client: Client, tmp_path: Path) -> None:
    page = upload(client, tmp_path, [[*HEAD, "职称"], ["甲", "13911110001", "高工"]])
    run, name = page.context["run"], word_field(page, "高工")
    page = post(client, "answers", run, standing(page, **{name: ""}))
    assert page.context["form"][name].value() == ""
    page = post(client, "confirm", run, standing(page))
    assert page.context["run"].is_done
    assert Expert.objects.get().title == "高工"
    assert not ImportMemory.objects.exists()


@pytest.mark.shows("EXP-08")
def test_the_rows_of_an_update_that_are_not_ticked_stay_so(client: Client, tmp_path: Path) -> None:
    make_expert("张伟", phone="13911110001", position="科长")
    make_expert("李娜", phone="13911110002", position="科长")
    rows = [
        ["手机号", "职务", "职称"],
        ["13911110001", "处长", "高工"],
        ["13911110002", "主任", ""],
    ]
    content = write_xlsx(tmp_path / "a.xlsx", rows).read_bytes()
    file = SimpleUploadedFile("更新.xlsx", content)
    page = client.post(reverse("experts:update"), {"file": file}, follow=True)
    confirm = reverse("experts:update_confirm", args=[page.context["run"].pk])
    held = standing(page) | {"chosen": [2]}
    page = client.post(confirm, held, follow=True)
    assert "还没有导入" in page.content.decode()
    assert page.context["passed_over"] == {3}
    page = client.post(confirm, standing(page), follow=True)
    assert "已更新 1 行，1 行未更新" in page.content.decode()
    again = {"file": SimpleUploadedFile("更新.xlsx", content)}
    page = client.post(reverse("experts:update"), again, follow=True)
    page = post_update(client, page, {})
    assert "没有勾选" in page.content.decode()
    assert "每一行都有错误" not in page.content.decode()
    assert {(one.name, one.position, one.title) for one in Expert.objects.all()} == {
        ("张伟", "处长", "高级工程师"),
        ("李娜", "科长", ""),
    }


def test_the_first_rows_are_shown_as_they_will_be_saved_with_what_was_done(
    client: Client, tmp_path: Path
) -> None:
    rows = [
        [*HEAD, "身份证号", "出生年月", "邮编"],
        ["张 伟", "139-1111-0001", "110101198001010010", "", "1"],
        ["乙", "13911110002", "", 1975.1, ""],
    ]
    page = upload(client, tmp_path, rows)
    found = page.context["found"]
    assert found["first"][0]["姓名"] == "张伟"
    assert found["first"][0]["出生年月"] == "1980-01-01"
    assert found["first"][0]["性别"] == "男"
    notes = {
        (note["kind"], note["was"], note["now"]) for row in found["notes"] for note in row["notes"]
    }
    assert ("已整理", "张 伟", "张伟") in notes
    assert ("已整理", "139-1111-0001", "13911110001") in notes
    assert ("请核对", "1975.1", f"按 1975-10 导入，{WHICH_MONTH}") in notes
    run = page.context["run"]
    assert (run.accepted, run.left) == (2, {"邮编格式": 1})
    assert "邮编格式 1 格" in page.content.decode()


def test_nobody_asks_without_end(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs_module, "MOST_CHECKS", 2)
    run = upload(client, tmp_path, [HEAD, ["甲", "139"]]).context["run"]
    post(client, "answers", run, {"cell-2-phone": "1391"})
    page = post(client, "answers", run, {"cell-2-phone": "13911110001"})
    assert "已检查 2 次" in page.content.decode()
    # What nobody was shown is not imported either.
    post(client, "confirm", run)
    assert not Expert.objects.exists()


def test_what_was_mended_in_one_sheet_is_not_put_into_another(
    client: Client, tmp_path: Path
) -> None:
    book = Workbook()
    sheets = [book.active, book.create_sheet("二")]
    for sheet, phone in zip(sheets, ("139", "13911110002"), strict=True):
        assert sheet is not None
        sheet.append(HEAD)
        sheet.append(["甲", phone])
    book.save(tmp_path / "two.xlsx")
    file = SimpleUploadedFile("two.xlsx", (tmp_path / "two.xlsx").read_bytes())
    posted = {"file": file, "status": "formal"}
    page = client.post(reverse("experts:import"), posted, follow=True)
    run = page.context["run"]
    if not run.is_previewed:
        run = post(client, "mapping", run, said(run)).context["run"]
    post(client, "answers", run, {"cell-2-phone": "13911119999"})
    run = post(client, "table", run, {"sheet": "二", "row": 1}).context["run"]
    run = post(client, "mapping", run, said(run)).context["run"]
    post(client, "confirm", run)
    assert Expert.objects.get().phone == "13911110002"


def said(run: ImportRun) -> dict[str, str]:
    """The mapping as it stands, as its page posts it."""
    return {f"column-{at}": code for at, code in enumerate(run.mapping)}


@pytest.mark.shows("EXP-07")
def test_the_first_person_of_a_list_without_header_is_no_header(
    client: Client, tmp_path: Path
) -> None:
    rows = [[f"甲{at}", f"1391111000{at}"] for at in range(4)]
    page = upload(client, tmp_path, rows)
    run = page.context["run"]
    assert run.mapping == ["", "phone"]
    assert "没有表头，第 1 行起都是名单" in page.content.decode()
    page = post(client, "mapping", run, {"column-0": "name", "column-1": "phone"})
    assert page.context["run"].accepted == 4
    # What the user says counts, and what cannot be is told.
    page = post(client, "table", run, {"sheet": "Sheet1", "row": 1})
    assert page.context["run"].headers == ["甲0", "13911110000"]
    page = post(client, "table", run, {"sheet": "Sheet1", "row": 0})
    assert page.context["run"].headers == ["", ""]
    page = post(client, "table", run, {"sheet": "Sheet1", "row": 999_999})
    assert "没有这样的工作表或行号" in page.content.decode()


def test_a_header_far_down_can_be_chosen(client: Client, tmp_path: Path) -> None:
    notes = [[f"说明第 {at} 条", ""] for at in range(40)]
    page = upload(client, tmp_path, [*notes, HEAD, ["甲", "13911110001"]])
    page = post(client, "table", page.context["run"], {"sheet": "Sheet1", "row": 41})
    assert page.context["run"].headers == HEAD


def test_what_was_found_lies_on_the_disk_in_no_clear_letter(client: Client, tmp_path: Path) -> None:
    run = upload(client, tmp_path, [HEAD, ["张伟张伟", "139111"]]).context["run"]
    post(client, "answers", run, {"cell-2-phone": "13911119999"})
    files = [path.read_bytes() for path in (tmp_path / "media").rglob("*") if path.is_file()]
    assert len(files) == 3
    for content in files:
        assert "张伟张伟".encode() not in content
        assert b"13911119999" not in content


class Killed(BaseException):
    """The process is gone: nothing behind it is done."""


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize("step", ["_find", "_preview"])
def test_an_upload_whose_check_was_killed_says_so_and_goes_on(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def kill(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(runs_module, step, kill)
        with pytest.raises(Killed):
            upload(client, tmp_path, [HEAD, ["张伟", "13911110001"]])
    run = ImportRun.objects.get()
    assert run.is_unchecked
    # Its page, and that of headers which nobody has read.
    for page in ("run", "mapping"):
        text = client.get(reverse(f"experts:import_{page}", args=[run.pk]), follow=True)
        if page == "run" or step == "_find":
            assert "还没有检查完" in text.content.decode()
            assert reverse("experts:import_table", args=[run.pk]) in text.content.decode()
    page = post(client, "table", run)
    assert page.context["run"].headers == HEAD
    page = post(client, "mapping", run, {"column-0": "name", "column-1": "phone"})
    assert page.context["run"].is_previewed
    assert page.context["run"].accepted == 1
    assert not Expert.objects.exists()


@pytest.mark.shows("EXP-07")
def test_an_upload_whose_file_was_not_written_can_be_given_up(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("expertpool.core.waiting.WaitingFile.write", kill)
        with pytest.raises(Killed):
            upload(client, tmp_path, [HEAD, ["张伟", "13911110001"]])
    run = ImportRun.objects.get()
    text = post(client, "table", run).content.decode()
    assert "文件已不在或打不开，请重新上传。" in text
    assert "行是表头" not in text
    post(client, "discard", run)
    run.refresh_from_db()
    assert run.state == "discarded"


@pytest.mark.shows("EXP-07")
def test_a_header_is_remembered_with_what_it_remarks(client: Client, tmp_path: Path) -> None:
    header = "备注（回避单位）"
    page = upload(client, tmp_path, [[*HEAD, header], ["张伟", "13911110001", "黄石一院"]])
    run = page.context["run"]
    said = {"column-0": "name", "column-1": "phone", "column-2": "avoidances"}
    page = post(client, "mapping", run, said)
    post(client, "confirm", run, standing(page))
    assert {one.said: one.meant for one in ImportMemory.objects.all()} == {
        "备注(回避单位)": "avoidances"
    }
    # The same header means the same, and what is called by its first word alone does not.
    for again, code in ((header, "avoidances"), ("备注", "remark")):
        page = upload(client, tmp_path, [[*HEAD, again], ["李娜", "13911110002", "黄石一院"]])
        assert page.context["run"].mapping[2] == code


def test_a_header_that_was_left_out_for_good_is_left_out_with_its_remark(
    client: Client, tmp_path: Path
) -> None:
    page = upload(client, tmp_path, [[*HEAD, "备注（内部）"], ["张伟", "13911110001", "甲"]])
    run = page.context["run"]
    page = post(client, "mapping", run, {"column-0": "name", "column-1": "phone", "column-2": "-"})
    post(client, "confirm", run, standing(page))
    for header, code in (("备注［内部］", ""), ("备注（内部）", ""), ("备注", "remark")):
        page = upload(client, tmp_path, [[*HEAD, header], ["李娜", "13911110002", "甲"]])
        assert page.context["run"].mapping[2] == code


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize("header", ["职称［级别］", "职称【级别】", "职称 (级别)"])
def test_what_is_said_of_a_remarked_header_is_said_of_no_other(
    client: Client, tmp_path: Path, header: str
) -> None:
    levels = [["张伟", "13911110001", "正高"], ["李娜", "13911110002", "副高"]]
    page = upload(client, tmp_path, [[*HEAD, header], *levels])
    run = page.context["run"]
    page = post(client, "mapping", run, {"column-0": "name", "column-1": "phone", "column-2": "-"})
    post(client, "confirm", run, standing(page))
    rows = [[*HEAD, "职称", "职称级别"], ["王芳", "13911110003", "教授", "正高"]]
    page = upload(client, tmp_path, rows)
    assert page.context["run"].mapping[2:] == ["title", "title_level"]


@pytest.mark.shows("EXP-07")
def test_a_remembered_header_of_which_nothing_fits_is_no_longer_what_it_was(
    client: Client, tmp_path: Path
) -> None:
    """职称 over levels, confirmed as that, is not the title level of the next list, where titles stand below it."""
    levels = [[f"张{one}", f"1391111000{at}", "副高"] for at, one in enumerate("甲乙丙丁", 1)]
    page = upload(client, tmp_path, [[*HEAD, "职称"], *levels])
    run = page.context["run"]
    assert run.mapping[2] == "title_level"
    said = {"column-0": "name", "column-1": "phone", "column-2": "title_level"}
    page = post(client, "mapping", run, said)
    post(client, "confirm", run, standing(page))
    assert ImportMemory.objects.get(said="职称").meant == "title_level"
    titles = [[f"李{one}", f"1391111001{at}", "教授"] for at, one in enumerate("甲乙丙丁", 1)]
    page = upload(client, tmp_path, [[*HEAD, "职称"], *titles])
    assert page.context["run"].mapping[2] == "title"
    assert "按内容" in page.content.decode()
