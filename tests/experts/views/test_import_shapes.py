"""What a list says by its shape, and what the pages say of it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.importing.opening import open_table
from expertpool.core.importing.reading import Top, UnreadableFile
from expertpool.core.importing.registry import IMPORTS
from expertpool.core.importing.shapes import rows_of, tops_of
from expertpool.directory.models import Specialty
from expertpool.experts.models import Expert
from tests.core.importing.sheets import write_xlsx
from tests.core.importing.test_import_pages import HEAD, post, upload, word_field
from tests.core.importing.test_told import notes_of
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
FORM = [["姓名", "王小明", "性别", "男"], ["工作单位", "甲院", "职称", ""], ["手机", "13911110001"]]
WITHOUT_PHONE = [*FORM[:2], ["职务", "科长"]]
ON_ITS_SIDE = [["姓名", "王小明", "李四"], ["手机", "13911110001", ""], ["单位", "甲院", "乙院"]]
MANY = [row for at in range(160) for row in [["姓名", f"王{chr(0x4E00 + at)}"], *FORM[1:]]]
SIDEWAYS = "像是一人一张的登记表，或横着排的表"


@pytest.fixture
def client(admin: User) -> Client:
    return login(Client(), admin)


@pytest.mark.shows("EXP-07")
def test_a_form_is_read_and_looked_at_before(client: Client, tmp_path: Path) -> None:
    page = upload(client, tmp_path, FORM)
    run, text = page.context["run"], page.content.decode()
    assert (run.state, run.headers[0]) == ("mapping", "来自")
    assert "不是一人一行的名单，已按一人一行读出" in text
    assert "共读出 1 人" in text
    # Where it is none, its sheet can be chosen instead.
    other = post(client, "table", run, {"sheet": "Sheet1", "row": ""})
    assert other.context["run"].headers == FORM[0]
    page = post(client, "table", run, {"sheet": "[登记表]", "row": ""})
    codes = {f"column-{at}": code for at, code in enumerate(page.context["run"].mapping)}
    post(client, "mapping", run, codes)
    post(client, "confirm", run)
    saved = Expert.objects.get()
    assert (saved.name, saved.phone, saved.employer.name) == ("王小明", "13911110001", "甲院")


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_forms_are_read_to_the_last(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of other lists the beginning is enough to find the header; and of a part of them nothing is made."""
    columns, path = IMPORTS["experts"].get_columns(), tmp_path / f"a{suffix}"
    if suffix == ".csv":
        path.write_text("\n".join(map(",".join, MANY)), encoding="utf-8")
    else:
        write_xlsx(path, MANY)
    made, sheet = tops_of(columns, path)
    assert (made["name"], len(made["rows"]) - 1, len(sheet["rows"])) == ("[登记表]", 160, 300)
    rows = list(rows_of(columns, path, sheet="[登记表]"))
    assert rows[-1][1][:2] == [f"{sheet['name']} 第 160 份".strip(), MANY[-3][1]]
    monkeypatch.setattr("expertpool.core.importing.shapes.MOST_OF_FORMS", 479)
    assert [top["name"] for top in tops_of(columns, path)] == [sheet["name"]]
    assert not list(rows_of(columns, path, sheet="[登记表]"))


def test_where_nobody_is_asked_sheets_that_were_not_read_refuse_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", MANY[:9])
    with open_table(IMPORTS["experts"], path) as (header, rows):
        assert (header.sheet, len(list(rows))) == ("[登记表]", 3)

    def two_more(*args: Any) -> list[Top]:
        return [top | {"unread": 2} for top in tops_of(*args)]

    monkeypatch.setattr("expertpool.core.importing.opening.tops_of", two_more)
    with (
        pytest.raises(UnreadableFile, match="最后 2 张没有读"),
        open_table(IMPORTS["experts"], path),
    ):
        pass


@pytest.mark.shows("EXP-07", "EXP-09")
def test_a_table_on_its_side_is_read_and_what_was_refused_says_where_it_stood(
    client: Client, tmp_path: Path
) -> None:
    page = upload(client, tmp_path, ON_ITS_SIDE)
    run = page.context["run"]
    assert "每列一人" in page.content.decode()
    page = post(
        client, "mapping", run, {f"column-{at}": code for at, code in enumerate(run.mapping)}
    )
    assert (page.context["run"].accepted, page.context["run"].reasons) == (1, {"手机号为空": 1})
    post(client, "confirm", run)
    sheet = client.get(reverse("experts:import_refused", args=[run.pk]))
    book = openpyxl.load_workbook(BytesIO(b"".join(sheet)))  # type: ignore[arg-type]
    rows = list(book["未导入信息"].values)
    assert rows[0][2:4] == ("来自", "姓名")
    assert rows[1][2:4] == ("C 列", "李四")


@pytest.mark.shows("EXP-07")
def test_a_form_that_lacks_what_is_needed_is_told(client: Client, tmp_path: Path) -> None:
    assert SIDEWAYS in upload(client, tmp_path, WITHOUT_PHONE).content.decode()
    page = upload(client, tmp_path, [["姓名", "地址"], ["王小明", "甲院"], ["李四", "乙院"]])
    text = page.content.decode()
    assert SIDEWAYS not in text
    assert "没有找到必填的列" in text


@pytest.mark.shows("EXP-07")
def test_names_and_units_that_changed_places_are_asked_about(
    client: Client, tmp_path: Path
) -> None:
    rows: list[list[Any]] = [["姓名", "单位", "手机"]]
    rows += [["长沙理工大学", f"王小{one}", f"1391111000{at}"] for at, one in enumerate("明强伟")]
    page = upload(client, tmp_path, rows)
    assert page.context["run"].mapping == ["employer", "name", "phone"]
    assert "像是与另一列互换了，请核对" in page.content.decode()


@pytest.mark.shows("EXP-07")
def test_an_address_beside_the_telephone_is_kept(client: Client, tmp_path: Path) -> None:
    cell = "手机：13911110001\n邮箱：c0@example.cn"
    rows = [["姓名", "联系方式", "备注"], ["王小明", cell, "已调离"]]
    page = upload(client, tmp_path, rows)
    notes = notes_of(page)["王小明"]
    assert ("按推测填写", "邮箱", "c0@example.cn") in [(one[0], one[1], one[3]) for one in notes]
    assert "写着“已调离”，请核对是否还能入库、被抽取。" in [one[3] for one in notes]
    post(client, "confirm", page.context["run"])
    assert Expert.objects.get().email == "c0@example.cn"


@pytest.mark.shows("EXP-08")
def test_a_name_that_several_have_is_offered_with_its_codes(client: Client, tmp_path: Path) -> None:
    page = upload(client, tmp_path, [[*HEAD, "评审专业"], ["王小明", "13911110001", "给水排水工"]])
    (line,) = page.context["found"]["words"]
    held = Specialty.objects.filter(name="给水排水工程", active=True).values_list("code", flat=True)
    assert {one.split(" ")[0] for one in line["proposals"]} >= {*held}
    assert len(held) > 1
    assert "给水排水工程" not in line["proposals"]
    field = word_field(page, "给水排水工")
    page = post(client, "answers", page.context["run"], {field: line["proposals"][0]})
    assert page.context["run"].accepted == 1


@pytest.mark.shows("EXP-08")
def test_the_sheet_of_what_was_refused_shows_what_was_typed_instead(
    client: Client, tmp_path: Path
) -> None:
    rows = [[*HEAD, "评审专业"], ["王小明", "13911110001", "给排水"], ["李小明", "13911110002", ""]]
    page = upload(client, tmp_path, rows)
    page = post(client, "answers", page.context["run"], {"cell-2-specialties": "X999"})
    post(client, "confirm", page.context["run"])
    sheet = client.get(reverse("experts:import_refused", args=[page.context["run"].pk]))
    book = openpyxl.load_workbook(BytesIO(b"".join(sheet)))  # type: ignore[arg-type]
    assert book["未导入的单元格"].cell(2, 4).value == "X999（原为：给排水）"


@pytest.mark.shows("EXP-07")
def test_nothing_is_said_of_numbers_that_a_file_does_not_have(
    client: Client, tmp_path: Path
) -> None:
    told = "是否已在库中还没有核对"
    page = upload(client, tmp_path, [HEAD, ["王小明", "13911110001"]])
    before = upload(
        client, tmp_path, [[*HEAD, "身份证号"], ["王小明", "13911110001", "110101197510150017"]]
    )
    assert told in before.content.decode()
    assert told not in page.content.decode()
