"""What a file does not hold as it seems is told: errors of formulas, rows of another width, days that
are guessed."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from expertpool.accounts.models import User
from expertpool.core.importing.cells import WHICH_MONTH
from expertpool.core.models import ImportMemory
from expertpool.directory.models import Unit
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.services.import_rows import WITHOUT_BEGINNING
from expertpool.experts.services.importing import ONE_PERSON
from tests.core.importing.test_import_pages import (
    HEAD,
    post,
    said,
    standing,
    upload,
    word_field,
)
from tests.factories.experts import make_expert, make_id_number, make_unit
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
FULL = [*HEAD, "工作单位", "评审专业", "出生年月", "职务"]


@pytest.fixture
def client(admin: User) -> Client:
    return login(Client(), admin)


def upload_csv(client: Client, *lines: str) -> Any:
    posted = {
        "file": SimpleUploadedFile("名单.csv", "\r\n".join(lines).encode()),
        "status": "formal",
    }
    return client.post(reverse("experts:import"), posted, follow=True)


def notes_of(page: Any) -> dict[str, list[tuple[str, str, str, str]]]:
    return {
        row["name"]: [(one["kind"], one["column"], one["was"], one["now"]) for one in row["notes"]]
        for row in page.context["found"]["notes"]
    }


@pytest.mark.shows("EXP-07", "EXP-08")
def test_an_error_of_a_formula_is_told_with_its_name_and_mended_in_place(
    client: Client, tmp_path: Path
) -> None:
    rows = [
        FULL,
        ["甲", "13911110001", "#REF!", "A010101", "", ""],
        ["乙", "13911110002", "黄石一院", "#N/A", "", ""],
        ["丙", "13911110003", "黄石一院", "", "#VALUE!", "#DIV/0!"],
        ["#NAME?", "13911110004", "", "", "", ""],
        ["丁", "13911110005", "同上", "", "", ""],
    ]
    page = upload(client, tmp_path, rows)
    run, found = page.context["run"], page.context["found"]
    assert (run.accepted, run.refused) == (2, 3)
    refused = {
        (cell["column"], cell["content"], cell["reason"])
        for row in found["refused"]
        for cell in row["cells"]
    }
    assert refused == {
        ("工作单位", "#REF!", "工作单位是错误值"),
        ("评审专业", "#N/A", "评审专业是错误值"),
        ("姓名", "#NAME?", "姓名是错误值"),
    }
    left = {(cell["column"], cell["content"]) for cell in found["left"][0]["cells"]}
    assert left == {("出生年月", "#VALUE!"), ("职务", "#DIV/0!")}
    assert "公式没有算出结果" in page.content.decode()
    typed = {"cell-2-employer": "黄石二院", "cell-5-name": "戊"}
    page = post(client, "answers", run, standing(page, **typed))
    assert page.context["run"].accepted == 4
    post(client, "confirm", run, standing(page))
    employers = {one.name: one.employer and one.employer.name for one in Expert.objects.all()}
    assert employers == {"甲": "黄石二院", "丙": "黄石一院", "戊": None, "丁": None}


@pytest.mark.shows("EXP-08")
def test_an_error_in_many_rows_is_answered_once_and_for_this_file(
    client: Client, tmp_path: Path
) -> None:
    rows = [[f"专家{at}", f"1391111000{at}", "#N/A"] for at in range(3)]
    page = upload(client, tmp_path, [[*HEAD, "工作单位"], *rows])
    run, name = page.context["run"], word_field(page, "#N/A")
    assert (run.accepted, run.reasons) == (0, {"工作单位是错误值": 3})
    page = post(client, "answers", run, standing(page, **{name: "-"}))
    assert page.context["run"].accepted == 3
    assert page.context["form"][name].value() == "-"
    page = post(client, "answers", run, standing(page, **{name: ""}))
    assert page.context["run"].accepted == 0
    page = post(client, "answers", run, standing(page, **{name: "-"}))
    post(client, "confirm", run, standing(page))
    assert Expert.objects.filter(employer=None).count() == 3
    assert not ImportMemory.objects.filter(said="#N/A").exists()


@pytest.mark.shows("EXP-07")
def test_formulas_that_were_filled_down_too_far_are_no_rows(client: Client, tmp_path: Path) -> None:
    rows = [["甲", "13911110001", "黄石一院"], [2, "#N/A", "#N/A"], ["", "", "#REF!"]]
    page = upload(client, tmp_path, [[*HEAD, "工作单位"], *rows])
    assert page.context["run"].total == 1
    assert page.context["found"]["remarks"] == {"3": "#N/A", "4": "#REF!"}


@pytest.mark.shows("EXP-07")
def test_a_nought_that_a_formula_makes_of_an_empty_cell_is_no_employer(
    client: Client, tmp_path: Path
) -> None:
    rows = [["甲", "13911110001", 0, 0], ["乙", "13911110002", "0", "0"]]
    page = upload(client, tmp_path, [[*HEAD, "工作单位", "职务"], *rows])
    told = "按没有工作单位导入：不能按单位回避，请核对。"
    expected = [("请核对", "工作单位", "0", told), ("已整理", "职务", "0", "（空）")]
    assert notes_of(page) == {"甲": expected, "乙": expected}
    post(client, "confirm", page.context["run"], standing(page))
    assert not Unit.objects.filter(name="0").exists()
    assert set(Expert.objects.values_list("employer", "position")) == {(None, "")}


@pytest.mark.shows("EXP-07")
def test_rows_narrower_and_wider_than_the_header_are_told(client: Client) -> None:
    people = [f"{'张' * at},13911{at:06d},黄石一院,A010101" for at in range(1, 100)]
    page = upload_csv(
        client,
        "姓名,手机号,工作单位,评审专业",
        "甲,13911110001",
        *people,
        "乙,13911110002,黄石一院,A010101,A080101",
        "丙,13911110003,黄石一院,A010101,",
    )
    assert page.context["run"].accepted == 102
    told = "表头有 4 格，工作单位、评审专业按没有填写处理，请核对是否错位。"
    beyond = "在表头的 4 格以外，没有导入，请核对是否错位。"
    assert notes_of(page) == {
        "甲": [("请核对", "整行", "只有 2 格", told)],
        "乙": [("请核对", "整行", "A080101", beyond)],
    }


@pytest.mark.shows("EXP-07")
def test_a_day_of_a_csv_is_told_as_it_is_guessed(client: Client) -> None:
    page = upload_csv(
        client,
        "姓名,手机号,出生年月,聘期至",
        "甲,13911110001,1975.1,2028.1",
        "乙,13911110002,27670,47118",
        "丙,13911110003,1975/10/3 0:00,2028-12-31",
        "丁,13911110004,1975-10-03T00:00:00,",
        "戊,13911110005,1975-10-00,",
        "己,13911110006,1900-01-00,",
        "庚,13911110007,1975-10-03,20281231",
        "辛,13911110008,197510,",
    )
    assert notes_of(page) == {
        "甲": [
            ("请核对", "出生年月", "1975.1", f"按 1975-10 导入，{WHICH_MONTH}"),
            ("请核对", "聘期至", "2028.1", f"按 2028-10-31 导入，{WHICH_MONTH}"),
        ],
        "乙": [
            ("按推测填写", "出生年月", "27670", "1975-10-03"),
            ("按推测填写", "聘期至", "47118", "2028-12-31"),
        ],
        "戊": [("按推测填写", "出生年月", "1975-10-00", "1975-10")],
    }
    left = page.context["found"]["left"]
    assert [(row["name"], row["cells"][0]["content"]) for row in left] == [("己", "1900-01-00")]
    post(client, "confirm", page.context["run"], standing(page))
    born = {one.name: one.birth_date for one in Expert.objects.all()}
    assert {name: str(day) for name, day in born.items()} == {
        "甲": "1975-10-01",
        "乙": "1975-10-03",
        "丙": "1975-10-03",
        "丁": "1975-10-03",
        "戊": "1975-10-01",
        "己": "None",
        "庚": "1975-10-03",
        "辛": "1975-10-01",
    }


@pytest.mark.shows("EXP-07")
def test_which_month_is_not_asked_where_the_document_says_it(client: Client) -> None:
    line = f"甲,13911110001,{make_id_number('19750115')},1975.1"
    page = upload_csv(client, "姓名,手机号,身份证号,出生年月", line)
    assert page.context["run"].accepted == 1
    assert notes_of(page) == {}


@pytest.mark.shows("EXP-07")
def test_what_stands_only_in_a_column_that_is_not_imported_is_told(
    client: Client, tmp_path: Path
) -> None:
    rows = [
        ["序号", *HEAD, "籍贯"],
        ["一、规划类（A010101）"],
        [1, "甲", "13911110001", "湖北"],
        [2],
        ["", "", "", "王五 13912345678 请加上"],
        [3, "", "", "/"],
    ]
    page = upload(client, tmp_path, rows)
    page = post(client, "mapping", page.context["run"], said(page.context["run"]))
    assert page.context["run"].total == 1
    told = {"2": "一、规划类（A010101）", "5": "王五 13912345678 请加上"}
    assert page.context["found"]["remarks"] == told
    assert "第 5 行“王五 13912345678 请加上”" in page.content.decode()


@pytest.mark.shows("EXP-07")
def test_how_many_have_no_employer_is_told(client: Client, tmp_path: Path) -> None:
    rows = [
        ["甲", "13911110001", "黄石一院"],
        ["乙", "13911110002", ""],
        ["丙", "13911110003", "无"],
    ]
    page = upload(client, tmp_path, [[*HEAD, "工作单位"], *rows])
    assert "2 行没有工作单位" in page.content.decode()
    page = post(client, "confirm", page.context["run"], standing(page))
    assert "2 行没有工作单位" in page.content.decode()


@pytest.mark.shows("EXP-08")
def test_a_list_of_deleted_experts_is_told_to_be_restored(client: Client, tmp_path: Path) -> None:
    make_expert(name="甲", phone="13911110001", status=ExpertStatus.DELETED)
    make_expert(name="乙", phone="13911110002")
    page = upload(client, tmp_path, [HEAD, ["甲", "13911110001"], ["乙", "13911110002"]])
    assert page.context["run"].reasons == {"档案已删除": 1, "手机号重复": 1}
    text = page.content.decode()
    assert "其中 1 行的档案已删除：要再用的，请先恢复这些档案" in text
    assert "无须再次导入" not in text


@pytest.mark.shows("EXP-07")
def test_persons_come_first_among_what_is_told_and_all_stands_in_the_file(
    client: Client, tmp_path: Path
) -> None:
    make_expert(name="李娜", phone="13922220000", employer=make_unit("黄石一院"))
    rows = [[f"{'张' * at}（女）", f"139111{at:05d}", "黄石一院"] for at in range(1, 15)]
    rows.append(["李娜", "13922220001", "黄石一院"])
    page = upload(client, tmp_path, [[*HEAD, "工作单位"], *rows])
    names = [row["name"] for row in page.context["found"]["notes"]]
    assert (names[0], len(names)) == ("李娜", 11)
    page = post(client, "confirm", page.context["run"], standing(page))
    run = page.context["run"]
    table = client.get(reverse("experts:import_refused", args=[run.pk])).getvalue()
    noted = list(load_workbook(BytesIO(table)).worksheets[2].values)
    assert noted[0] == ("原行号", "姓名或名称", "列", "处理", "原来", "现在")
    assert len(noted) == 1 + 15
    assert noted[1][:5] == (2, "张", "姓名", "按推测填写", "张（女）")


@pytest.mark.shows("EXP-07")
def test_a_day_that_a_text_of_a_sheet_gives_as_a_number_is_told(
    client: Client, tmp_path: Path
) -> None:
    rows = [["甲", "13911110001", "27670"], ["乙", "13911110002", "1975.10"]]
    page = upload(client, tmp_path, [[*HEAD, "出生年月"], *rows])
    assert notes_of(page) == {"甲": [("按推测填写", "出生年月", "27670", "1975-10-03")]}


@pytest.mark.shows("EXP-08")
@pytest.mark.parametrize(
    "places", [["A", "B", "C", "D"], ["1=", "2=", "3=", "4=1+2"], ["1", "2", "3=1*2", "4"]]
)
def test_a_row_that_only_counts_the_columns_is_none_of_the_list(
    client: Client, tmp_path: Path, places: list[str]
) -> None:
    rows = [[*HEAD, "工作单位", "职务"], places, ["甲", "13911110001", "荆州学院", "所长"]]
    run = upload(client, tmp_path, rows).context["run"]
    assert (run.total, run.accepted) == (1, 1)


@pytest.mark.shows("EXP-07", "EXP-08")
def test_how_many_years_a_term_lasts_is_told_once_by_the_days_that_come_of_it(
    client: Client, tmp_path: Path
) -> None:
    rows = [["甲", "13911110001", "2024-03-01", 3], ["乙", "13911110002", "", 3.0]]
    page = upload(client, tmp_path, [[*HEAD, "聘期开始", "聘期至"], *rows])
    told = [one for notes in notes_of(page).values() for one in notes if one[1] == "聘期至"]
    assert told == [
        ("按推测填写", "聘期至", "3", "自 2024-03-01 起，至 2027-02-28"),
        ("请核对", "聘期至", "3", WITHOUT_BEGINNING),
    ]
    assert "TermYears" not in page.content.decode()


@pytest.mark.shows("EXP-07", "EXP-08")
def test_a_row_of_the_same_person_that_differs_says_that_a_specialty_goes_with_it(
    client: Client, tmp_path: Path
) -> None:
    rows = [
        ["甲", "13911110001", "黄石一院", "A010101", "主任"],
        ["甲", "13911110001", "黄石一院", "A080101", "主任"],  # goes into the first
        ["甲", "13911110001", "黄石二院", "A080112", "院长"],
        ["甲", "13911110001", "黄石一院", "A010101", "院长"],  # no specialty is lost
        ["乙", "13911110001", "黄石一院", "A080112", "院长"],  # somebody else
    ]
    page = upload(client, tmp_path, [[*HEAD, "工作单位", "评审专业", "职务"], *rows])
    told = [
        (cell["reason"], cell["detail"])
        for row in page.context["found"]["refused"]
        for cell in row["cells"]
    ]
    same = ("手机号重复", "与第 2 行相同。")
    assert told == [("手机号重复", ONE_PERSON.format(2, "工作单位、职务")), same, same]
    post(client, "confirm", page.context["run"], standing(page))
    codes = Expert.objects.get().specialties.values_list("code", flat=True)
    assert sorted(codes) == ["A010101", "A080101"]


@pytest.mark.shows("EXP-08")
@pytest.mark.parametrize("header", ["需回避的单位", "应回避的单位", "应当回避的单位"])
def test_units_to_be_avoided_are_known_and_an_address_in_detail_is_proposed(
    client: Client, tmp_path: Path, header: str
) -> None:
    rows = [[*HEAD, header, "详细地址"], ["甲", "13911110001", "黄石一院", "湖滨路 1 号"]]
    run = upload(client, tmp_path, rows).context["run"]
    assert run.mapping[2:] == ["avoidances", "address"]
    assert run.needs_mapping  # of the address it is asked


@pytest.mark.shows("EXP-08")
def test_a_remark_by_which_nobody_is_avoided_is_asked_about(client: Client, tmp_path: Path) -> None:
    remarks = [
        "回避：黄石一院",
        "与黄石一院有回避关系",
        "无需回避",
        "回避单位：无",
        "没有需要回避的单位",
        "配偶在黄石一院工作",
        "与黄石一院有利害关系",
        "与各单位没有利害关系",
    ]
    rows = [
        [name, f"1391111000{at}", one]
        for at, (name, one) in enumerate(zip("甲乙丙丁戊己庚辛", remarks, strict=True))
    ]
    page = upload(client, tmp_path, [[*HEAD, "备注（回避单位）"], *rows])
    told = {
        name
        for name, notes in notes_of(page).items()
        for *_, now in notes
        if "抽取不按备注回避" in now
    }
    assert told == {"甲", "乙", "己", "庚"}


@pytest.mark.shows("EXP-08")
def test_a_remark_below_a_first_column_of_specialties_is_none_of_the_last_person(
    client: Client, tmp_path: Path
) -> None:
    rows = [
        ["评审专业", *HEAD],
        ["A010101", "甲", "13911110001"],
        ["说明：联系方式仅供内部使用", "", ""],
    ]
    page = upload(client, tmp_path, rows)
    assert not page.context["found"]["left"]
    assert "说明：联系方式仅供内部使用" in page.content.decode()
    assert "是同一人的，已并入这一行" not in page.content.decode()


@pytest.mark.shows("EXP-07", "EXP-08")
@pytest.mark.parametrize("whose", ["（秘书）", "（爱人）", "（办公室小李）"])
def test_a_number_beside_somebody_elses_name_is_to_be_looked_at(
    client: Client, tmp_path: Path, whose: str
) -> None:
    rows = [HEAD, ["甲", f"13911110001{whose}"], ["乙", "13911110002（微信同号）"]]
    notes = notes_of(upload(client, tmp_path, rows))
    assert notes["甲"][0][0] == "请核对"
    assert "是不是本人的号码" in notes["甲"][0][3]
    assert notes["乙"][0][0] == "已整理"
