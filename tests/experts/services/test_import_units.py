"""The employers that a list names: a code under another name, and cells that hold more than a unit."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.directory.models import Unit, UnitAlias, UnitPair
from expertpool.directory.queries import near_units, parts_of
from expertpool.directory.services.near import compare_units
from expertpool.experts.models import Expert
from expertpool.experts.queries.names import BY_NAME
from expertpool.experts.services.importing import import_file
from tests.core.importing.sheets import write_xlsx
from tests.core.importing.test_import_pages import post, standing, upload
from tests.factories.experts import NOW, make_expert, make_unit, make_uscc
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
HEAD = ["姓名", "手机号", "工作单位", "统一社会信用代码"]
CODE = make_uscc(1)


@pytest.fixture
def client(admin: User) -> Client:
    return login(Client(), admin)


def rows_of(*named: Sequence[str]) -> list[list[str]]:
    return [HEAD, *([f"专家{at}", f"1391111000{at}", *one] for at, one in enumerate(named))]


def fields_of(page: Any) -> dict[str, str]:
    """Return the names of the fields in which words are answered."""
    return {line["word"]: line["field"].html_name for line in page.context["form"].word_lines()}


def employers() -> dict[str, str]:
    rows = Expert.objects.filter(employer__isnull=False).order_by("pk")
    return {one.name: str(one.employer) for one in rows.select_related("employer")}


@pytest.mark.shows("EXP-08", "EXP-16")
def test_a_name_of_an_earlier_list_is_still_asked_about(client: Client, tmp_path: Path) -> None:
    """What a list brought in is no register: the unit with a code goes before it, and it is asked again."""
    sure = make_unit("长沙市建筑设计研究院", uscc=CODE)
    junk = make_unit("长沙市建筑设计研究院总工办")
    page = upload(client, tmp_path, rows_of((junk.name, ""), ("长沙市建筑设计研究院总工", "")))
    lines = {line["word"]: line["question"] for line in page.context["form"].word_lines()}
    assert [*lines[junk.name]["meanings"]][1:] == [sure.name]
    # A post behind a unit is taken for what it is, unless somebody says otherwise.
    meanings = lines["长沙市建筑设计研究院总工"]["meanings"]
    assert [*meanings] == ["", "长沙市建筑设计研究院总工"]
    assert sure.name in meanings[""]


@pytest.mark.shows("EXP-16")
def test_a_unit_with_a_code_goes_before_names_of_lists(client: Client) -> None:
    names = ["长沙市建筑设计研究院总工", "长沙市建筑设计研究院总工办", "长沙市建筑设计研究院"]
    doubtful, junk, _ = (
        make_unit(name, uscc=code) for name, code in zip(names, ("", "", CODE), strict=True)
    )
    for unit in (doubtful, junk):
        make_expert(employer=unit)
    compare_units()
    page = client.get(reverse("experts:employers"))
    offered = {unit.name: [one.name for one in near] for unit, near in page.context["rows"]}
    assert offered[doubtful.name] == [names[2], junk.name]


@pytest.mark.shows("EXP-08", "EXP-16")
def test_a_code_that_was_filled_down_is_asked_about(client: Client, tmp_path: Path) -> None:
    """Nobody goes to 荆州学院 because its code stands in his row."""
    names = ["荆州学院", "荆州设计院", "荆州市第一人民医院", "荆州交投集团"]
    page = upload(client, tmp_path, rows_of(*((name, CODE) for name in names)))
    run = page.context["run"]
    assert (run.accepted, run.reasons) == (0, {"单位名称与代码不符": 4})
    fields = fields_of(page)
    assert fields.keys() == {*names}
    assert "是另一家：按这个名称，不用这个代码" in page.content.decode()
    own = {fields[name]: name for name in names[1:3]}
    # One is meant by another name; the last one is left with the code.
    page = post(client, "answers", run, own | {fields["荆州交投集团"]: "荆州学院"})
    assert (page.context["run"].accepted, page.context["run"].reasons) == (4, {})
    assert "是另一家的代码，按您的选择不用。" in page.content.decode()
    post(client, "confirm", page.context["run"], standing(page))
    assert employers() == dict(
        zip(("专家0", "专家1", "专家2", "专家3"), [*names[:3], "荆州学院"], strict=True)
    )
    assert dict(Unit.objects.values_list("name", "uscc")) == {
        "荆州学院": CODE,
        "荆州设计院": "",
        "荆州市第一人民医院": "",
    }
    assert not UnitAlias.objects.exists()


@pytest.mark.shows("EXP-16", "EXP-04")
def test_another_code_beside_a_known_name_is_asked_about(client: Client, tmp_path: Path) -> None:
    """A unit of its own would be drawn for what the known one buys."""
    held = make_unit("荆州设计院", uscc=CODE)
    named = ((held.name, make_uscc(2)), (held.name, CODE), (held.name, make_uscc(2)))
    page = upload(client, tmp_path, rows_of(*named))
    run = page.context["run"]
    assert (run.accepted, run.reasons) == (3, {})
    assert f"的代码是 {CODE}，与 {make_uscc(2)} 不同" in page.content.decode()
    page = post(client, "answers", run, {fields_of(page)[held.name]: held.name})
    assert (page.context["run"].accepted, page.context["run"].reasons) == (3, {})
    assert "与单位库里的代码不同，按您的选择不用。" in page.content.decode()
    post(client, "confirm", page.context["run"], standing(page))
    assert dict(Unit.objects.values_list("name", "uscc")) == {held.name: CODE}
    assert set(employers().values()) == {held.name}


@pytest.mark.shows("EXP-16")
def test_it_is_another_unit_where_nobody_says_otherwise(client: Client, tmp_path: Path) -> None:
    held = make_unit("荆州设计院", uscc=CODE)
    page = upload(client, tmp_path, rows_of((held.name, make_uscc(2)), ("荆州学院", make_uscc(3))))
    assert [*fields_of(page)] == [held.name]
    post(client, "confirm", page.context["run"], standing(page))
    assert sorted(Unit.objects.values_list("name", "uscc")) == sorted(
        [(held.name, CODE), (held.name, make_uscc(2)), ("荆州学院", make_uscc(3))]
    )
    # Of two whom the register knows no choice says which one is meant.
    page = upload(client, tmp_path, [HEAD, ["李四", "13922220000", held.name, make_uscc(4)]])
    assert fields_of(page) == {}
    assert f"的代码是 {'、'.join(sorted((CODE, make_uscc(2))))}" in page.content.decode()


@pytest.mark.shows("EXP-16")
def test_a_known_code_under_another_name_is_refused_until_somebody_says_whose_it_is(
    client: Client, tmp_path: Path
) -> None:
    make_unit("荆州设计院", uscc=CODE)
    rows = rows_of(
        ("完全另一家公司", CODE), ("荆州设计院附属医院", CODE), ("荆州设计院（有限公司）", CODE)
    )
    page = upload(client, tmp_path, rows)
    run = page.context["run"]
    assert (run.accepted, run.reasons) == (1, {"单位名称与代码不符": 2})
    assert f"代码 {CODE} 也是“荆州设计院”的，名称不像同一家" in page.content.decode()
    # The preview shows the unit that is saved.
    assert page.context["found"]["first"][0]["工作单位"] == "荆州设计院"
    post(client, "confirm", run, standing(page))
    assert employers() == {"专家2": "荆州设计院"}
    # A command asks nobody, and refuses.
    path = write_xlsx(tmp_path / "b.xlsx", [HEAD, ["甲", "13922220000", "另一家公司", CODE]])
    outcome = import_file(path, now=NOW)
    assert [one["reason"] for one in outcome.refused] == ["单位名称与代码不符"]


def test_a_new_code_under_two_names_is_found_across_chunks(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("expertpool.experts.services.importing.ExpertImporter.chunk_rows", 1)
    rows = rows_of(("荆州学院", CODE), ("荆州设计院", CODE))
    page = upload(client, tmp_path, rows)
    assert (page.context["run"].accepted, page.context["run"].refused) == (1, 1)
    page = post(client, "confirm", page.context["run"], standing(page))
    assert (page.context["run"].accepted, page.context["run"].refused) == (1, 1)
    assert employers() == {"专家0": "荆州学院"}


@pytest.mark.shows("EXP-16")
def test_the_first_writing_in_the_file_is_the_units_name_as_the_preview_shows(
    client: Client, tmp_path: Path
) -> None:
    firsts = [f"荆州第{at}设计院(集团)" for at in "一二三四五"]
    names = [each for one in firsts for each in (one, one.replace("(", "（").replace(")", "）"))]
    page = upload(client, tmp_path, rows_of(*((name, "") for name in names)))
    assert {one["工作单位"] for one in page.context["found"]["first"]} == {*firsts[:3]}
    post(client, "confirm", page.context["run"], standing(page))
    assert set(Unit.objects.values_list("name", flat=True)) == {*firsts}


@pytest.mark.shows("EXP-16")
def test_blanks_between_the_letters_of_a_unit_are_left_out(client: Client, tmp_path: Path) -> None:
    rows = rows_of(("荆州 设计 院", ""), ("荆州设计院", ""), ("西门子 Siemens 中国", ""))
    page = upload(client, tmp_path, rows)
    post(client, "confirm", page.context["run"], standing(page))
    assert set(Unit.objects.values_list("name", flat=True)) == {"荆州设计院", "西门子 Siemens 中国"}


@pytest.mark.shows("EXP-16")
def test_a_name_that_two_codes_of_the_file_have_needs_its_own(
    client: Client, tmp_path: Path
) -> None:
    other = make_uscc(2)
    page = upload(
        client, tmp_path, rows_of(("第一中学", CODE), ("第一中学", ""), ("第一中学", other))
    )
    run = page.context["run"]
    assert (run.accepted, run.reasons) == (2, {"单位同名，缺少代码": 1})
    assert "“第一中学”有 2 家，代码是" in page.content.decode()
    page = post(client, "answers", run, {"cell-3-uscc": other})
    assert page.context["run"].accepted == 3
    post(client, "confirm", page.context["run"], standing(page))
    assert [one.employer.uscc for one in BY_NAME.of(Expert.objects.all()) if one.employer] == [
        CODE,
        other,
        other,
    ]


def update(client: Client, tmp_path: Path, rows: Sequence[Sequence[Any]]) -> Any:
    content = write_xlsx(tmp_path / "a.xlsx", rows).read_bytes()
    file = {"file": SimpleUploadedFile("更新.xlsx", content)}
    return client.post(reverse("experts:update"), file, follow=True)


@pytest.mark.shows("EXP-07", "EXP-16")
def test_an_update_shows_the_unit_that_is_saved_and_asks_about_a_code(
    client: Client, tmp_path: Path
) -> None:
    held, other = make_unit("荆门设计院"), make_unit("荆州学院", uscc=CODE)
    UnitAlias.objects.create(unit=other, name="荆院", normalised_name="荆院")
    UnitAlias.objects.create(unit=held, name="荆门市院", normalised_name="荆门市院")
    for at in range(4):
        make_expert(f"专家{at}", phone=f"1391111000{at}", employer=held)
    rows = rows_of(("荆门新单位甲", CODE), ("荆院", ""), ("荆门市院", ""), ("荆门设计院", ""))
    page = update(client, tmp_path, rows)
    run = page.context["run"]
    assert run.reasons == {"单位名称与代码不符": 1, "没有变化": 2}
    (changed,) = page.context["found"]["changed"]
    assert changed["changes"] == [
        {"code": "employer", "label": "工作单位", "before": "荆门设计院", "after": "荆州学院"}
    ]
    assert "单位库里“荆门市院”就是“荆门设计院”" in page.content.decode()
    answers = reverse("experts:update_answers", args=[run.pk])
    field = fields_of(page)["荆门新单位甲"]
    page = client.post(answers, {field: "荆门新单位甲", "chosen": [3]}, follow=True)
    shown = {one["row"]: one["changes"][0]["after"] for one in page.context["found"]["changed"]}
    assert shown == {2: "荆门新单位甲", 3: "荆州学院"}
    confirm = reverse("experts:update_confirm", args=[run.pk])
    client.post(confirm, standing(page) | {"chosen": [2, 3]}, follow=True)
    assert employers() == {
        "专家0": "荆门新单位甲",
        "专家1": "荆州学院",
        "专家2": "荆门设计院",
        "专家3": "荆门设计院",
    }


def edit(client: Client, expert: Expert, **typed: str) -> Any:
    """Open the form of ``expert`` and save it with what is typed."""
    address = reverse("experts:edit", args=[expert.pk])
    form = client.get(address).context["form"]
    held = {name: value for name in form.fields if (value := form[name].value()) not in (None, [])}
    return client.post(address, held | typed)


@pytest.mark.shows("EXP-16")
def test_a_form_asks_before_a_code_turns_a_name_into_another_unit(client: Client) -> None:
    held, other = make_unit("荆州市第一人民医院"), make_unit("荆州学院", uscc=CODE)
    expert = make_expert("陈三", employer=held)
    typed = {"employer_name": "完全另一家公司", "employer_uscc": CODE}
    asked = edit(client, expert, **typed)
    assert asked.status_code == 422
    assert "在单位库里是“荆州学院”，名称不像同一家" in asked.content.decode()
    # Another code under that name is asked about again.
    assert edit(client, expert, **typed, asked="完全另一家公司").status_code == 422
    assert edit(client, expert, **typed, asked=f"完全另一家公司{CODE}").status_code < 400
    expert.refresh_from_db()
    assert expert.employer == other
    assert not UnitAlias.objects.exists()


@pytest.mark.shows("EXP-16")
def test_an_employer_is_changed_by_its_name_alone_or_the_form_says_why_not(client: Client) -> None:
    held, other = make_unit("荆州市第一人民医院"), make_unit("荆州学院", uscc=CODE)
    expert, second = make_expert("陈三", employer=other), make_expert("李四", employer=other)
    answer = edit(client, expert, employer_name=held.name, employer_uscc="")
    assert answer.status_code < 400
    expert.refresh_from_db()
    assert expert.employer == held
    # A list has taught the unit that name before.
    UnitAlias.objects.create(unit=other, name="荆州一医", normalised_name="荆州一医")
    asked = edit(client, second, employer_name="荆州一医", employer_uscc="")
    assert asked.status_code == 422
    assert "单位库里“荆州一医”就是“荆州学院”，保存后仍是“荆州学院”" in asked.content.decode()


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("黄石三院、武汉大学", ["黄石三院", "武汉大学"]),
        ("黄石三院（退休）", ["黄石三院"]),
        ("黄石三院 退休返聘", ["黄石三院"]),
        ("黄石三院副院长", ["黄石三院"]),
        ("黄石三院（退休）副主任医师", ["黄石三院"]),
        ("荆门设计院/院长", ["荆门设计院"]),
        ("荆门大学项目经理", ["荆门大学"]),
        ("北京建筑师事务所", []),
        ("中国（上海）研究院", []),
        ("武汉（甲、乙）有限公司", []),
        ("Foo Co., Ltd.", []),
        ("大信会计师事务所（特殊普通合伙）", []),
        ("中科院太原", []),
        ("院长", []),
    ],
)
def test_what_may_be_the_unit_in_a_cell_that_holds_more(name: str, parts: list[str]) -> None:
    assert parts_of(name) == parts


@pytest.mark.shows("EXP-08", "EXP-16")
def test_a_cell_that_holds_more_than_a_unit_is_asked_about(client: Client, tmp_path: Path) -> None:
    make_unit("黄石三院")
    names = [
        "黄石三院、武汉大学",
        "黄石三院（退休）",
        "荆门设计院",
        "荆门设计院（外聘）",
        "黄石三院院长",
    ]
    page = upload(client, tmp_path, rows_of(*((name, "") for name in names)))
    assert page.context["run"].accepted == 5  # nothing is refused for that
    text = page.content.decode()
    assert "不像一个单位的名称，其中有“黄石三院”" in text
    assert "不像一个单位的名称，其中有“荆门设计院”" in text
    fields = fields_of(page)
    assert fields.keys() == {*names} - {"荆门设计院"}
    said = dict.fromkeys((fields[names[0]], fields[names[1]]), "黄石三院")
    page = post(client, "answers", page.context["run"], said | {fields[names[3]]: "荆门设计院"})
    post(client, "confirm", page.context["run"], standing(page))
    # What nobody answered stays as it is.
    assert [*employers().values()] == [
        *("黄石三院", "黄石三院", "荆门设计院", "荆门设计院", "黄石三院院长"),
    ]


@pytest.mark.shows("EXP-08", "EXP-16")
def test_a_name_near_to_a_unit_of_the_register_can_be_given_to_it(
    client: Client, tmp_path: Path
) -> None:
    """Avoidance by unit holds at once, not only after a merge."""
    held = make_unit("长沙市建筑设计研究院", uscc=CODE)
    page = upload(client, tmp_path, rows_of(("长沙建筑设计院", ""), ("长沙市建筑设计院", "")))
    fields = fields_of(page)
    assert "长沙市建筑设计院" in fields
    assert f"当作单位库的“{held.name}（{CODE}）”" in page.content.decode()
    answered = standing(page, **{fields["长沙市建筑设计院"]: held.name})
    page = post(client, "answers", page.context["run"], answered)
    post(client, "confirm", page.context["run"], standing(page))
    assert employers()["专家1"] == held.name


def test_near_units_are_found_by_what_stands_in_a_name() -> None:
    unit, other = make_unit("黄石三院"), make_unit("武汉大学")
    near = {one.unit for one in near_units("黄石三院、武汉大学")}
    assert near == {unit, other}
    made = [make_unit(name) for name in ("黄石三院（退休）", "黄石三院副院长")]
    compare_units()
    pairs = {(pair.first, pair.second) for pair in UnitPair.objects.all()}
    assert {(unit, one) for one in made} <= pairs


def test_units_that_held_several_names_before_are_compared_again() -> None:
    unit, joint = make_unit("黄石三院"), make_unit("黄石三院、武汉大学")
    Unit.objects.update(compared=True)  # when parts of a name did not count
    assert not compare_units()
    with connection.cursor() as cursor:
        cursor.execute(import_module("expertpool.directory.migrations.0007_compare_again").AGAIN)
    compare_units()
    assert UnitPair.objects.filter(first=unit, second=joint).exists()


@pytest.mark.shows("EXP-08")
def test_a_unit_of_former_days_is_asked_about_where_it_is_one(
    client: Client, tmp_path: Path
) -> None:
    names = ["湖南大学", "原湖南大学", "原平市人民医院"]
    page = upload(client, tmp_path, rows_of(*((one, "") for one in names)))
    lines = {line["word"]: line["question"] for line in page.context["form"].word_lines()}
    assert [*lines["原湖南大学"]["meanings"]] == ["", "湖南大学"]
    assert "原平市人民医院" not in lines
