"""Columns of a clerk's file whose headers say one thing and whose cells another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from tests.core.importing.sheets import write_xlsx
from tests.core.importing.test_import_pages import HEAD, post, standing, upload
from tests.factories.experts import make_id_number
from tests.fixtures import login

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("media"),
    pytest.mark.shows("EXP-07"),
]


def uploaded(client: Client, folder: Path, head: list[str], *rows: list[Any]) -> Any:
    """Upload a list of some people with more columns, and return the page that follows."""
    people = ((f"甲{letter}", f"1391111000{at}") for at, letter in enumerate("乙丙丁戊己庚"))
    lines = [[*person, *row] for person, row in zip(people, rows, strict=False)]
    path = write_xlsx(folder / "a.xlsx", [["姓名", "手机", *head], *lines])
    posted = {"file": SimpleUploadedFile(path.name, path.read_bytes()), "status": "formal"}
    return client.post(reverse("experts:import"), posted, follow=True)


@pytest.fixture
def client(admin: User) -> Client:
    return login(Client(), admin)


def text_of(page: Any) -> str:
    return " ".join(page.content.decode().split())


def test_types_without_their_ending_are_types(admin: User, tmp_path: Path) -> None:
    client = login(Client(), admin)
    page = uploaded(client, tmp_path, ["类别"], ["技术"], ["经济"], ["技术"])
    assert page.context["run"].mapping[2] == "expert_type"
    assert page.context["run"].accepted == 3
    assert "“类别”一列按内容当作专家类型" in text_of(page)
    asked = {line["word"]: line["suggestion"] for line in page.context["found"]["words"]}
    assert asked == {"技术": "技术类", "经济": "经济类"}


def test_what_is_no_kind_is_proposed_as_a_type_and_asked(admin: User, tmp_path: Path) -> None:
    client = login(Client(), admin)
    page = uploaded(client, tmp_path, ["类别"], ["造价"], ["监理"])
    run = page.context["run"]
    assert run.needs_mapping
    assert run.mapping == ["name", "phone", "expert_type"]
    assert "可能是这一列，请核对" in text_of(page)


def test_a_list_without_one_good_row_leads_back_to_its_headers(admin: User, tmp_path: Path) -> None:
    client = login(Client(), admin)
    page = uploaded(client, tmp_path, ["类别"], ["技术"], ["经济"], ["技术"])
    run = page.context["run"]
    mapping = reverse("experts:import_mapping", args=[run.pk])
    said = {"column-0": "name", "column-1": "phone", "column-2": "kind"}
    page = client.post(mapping, said, follow=True)
    assert "没有一格能这样导入" in text_of(page)
    page = client.post(mapping, said, follow=True)
    told = text_of(page)
    assert page.context["run"].accepted == 0
    assert "“类别”一列没有一格能作为“类别”导入" in told
    assert "可能是“专家类型”" in told
    assert f'href="{mapping}">回到表头对应' in told
    page = client.post(mapping, said | {"column-2": "expert_type"}, follow=True)
    assert page.context["run"].accepted == 3


def test_two_columns_that_were_crossed_are_untangled(admin: User, tmp_path: Path) -> None:
    client = login(Client(), admin)
    page = uploaded(
        client, tmp_path, ["类别", "专家类型"], *[["技术类", "个人"], ["经济类", "个人"]] * 2
    )
    assert page.context["run"].mapping[2:] == ["expert_type", "kind"]
    page = uploaded(
        client,
        tmp_path,
        ["职称", "职称级别"],
        *[["正高", "正高级工程师"], ["副高", "高级工程师"]] * 2,
    )
    assert page.context["run"].mapping[2:] == ["title_level", "title"]
    told = text_of(page)
    assert "“职称”一列按内容当作职称级别；“职称级别”一列按内容当作职称" in told


def test_two_columns_that_may_be_crossed_are_asked_about(admin: User, tmp_path: Path) -> None:
    client = login(Client(), admin)
    rows = [["正高", "正高级工程师"], ["副高", "高级工程师"], ["高层", "工程师"]]
    page = uploaded(client, tmp_path, ["职称", "职称级别"], *rows)
    run = page.context["run"]
    assert run.needs_mapping
    assert run.mapping[2:] == ["title_level", "title"]
    assert "像是与另一列互换了" in text_of(page)


def test_mobile_numbers_below_another_header_are_the_mobile(admin: User, tmp_path: Path) -> None:
    client = login(Client(), admin)
    lines = [[f"甲{at}", f"66000{at}", f"1391111000{at}"] for at in "123"]
    path = write_xlsx(tmp_path / "a.xlsx", [["姓名", "手机号", "长号"], *lines])
    posted = {"file": SimpleUploadedFile(path.name, path.read_bytes()), "status": "formal"}
    page = client.post(reverse("experts:import"), posted, follow=True)
    run = page.context["run"]
    assert run.needs_mapping
    assert run.mapping == ["name", "", "phone"]
    said = {"column-0": "name", "column-1": "", "column-2": "phone"}
    page = client.post(reverse("experts:import_mapping", args=[run.pk]), said, follow=True)
    assert page.context["run"].accepted == 3


@pytest.mark.shows("EXP-07", "EXP-08")
def test_names_and_employers_without_a_header_are_known_by_what_stands_there(
    client: Client, tmp_path: Path
) -> None:
    rows = [
        ["陈志远", "13911110001", "荆州设计院", "A010101"],
        ["刘晓明", "13911110002", "荆州市水利局", "A010102"],
        ["欧阳 锋", "13911110003", "荆州学院", "A010103"],
    ]
    run = upload(client, tmp_path, rows).context["run"]
    assert run.mapping == ["name", "phone", "employer", "specialties"]


@pytest.mark.shows("EXP-07")
def test_headers_of_other_offices(client: Client, tmp_path: Path) -> None:
    rows = [
        ["评委", "手机号", "所属机构", "职称/执业资格", "学历学位", "主评专业", "辅评专业", "工龄"],
        ["甲", "13911110001", "荆州学院", "高级工程师（副高）", "本科", "A010101", "A010102", 20],
    ]
    page = upload(client, tmp_path, rows)
    assert page.context["run"].mapping == [
        *("name", "phone", "employer", "title", "education", "specialties", "specialties"),
        "practice_years",
    ]


@pytest.mark.shows("EXP-08")
def test_a_title_beside_which_its_level_stands(client: Client, tmp_path: Path) -> None:
    titles = ["高级工程师（副高）", "工程师/中级", "教授（正高）2015.01", "高级工程师（正高）"]
    rows = [
        [*HEAD, "职称"],
        *([f"甲{at}", f"1391111000{at}", one] for at, one in enumerate(titles)),
    ]
    page = upload(client, tmp_path, rows)
    assert [line["word"] for line in page.context["form"].word_lines()] == titles[3:]
    post(client, "confirm", page.context["run"], standing(page))
    by_name = sorted(Expert.objects.all(), key=lambda one: one.name)
    assert [(one.title, one.title_level) for one in by_name] == [
        ("高级工程师", 3),
        ("工程师", 2),
        ("教授", 4),
        (titles[3], 0),
    ]


def test_a_landline_is_told_and_not_asked_about(client: Client, tmp_path: Path) -> None:
    page = uploaded(client, tmp_path, ["固话"], ["0731-88880001"], ["0731-88880002"])
    assert page.context["run"].is_previewed
    assert page.context["unused"] == ["“固话”（C 列）"]


@pytest.mark.shows("EXP-08")
def test_a_number_that_birth_and_sex_contradict_can_be_mended_itself(
    client: Client, tmp_path: Path
) -> None:
    head = [*HEAD, "身份证号", "出生年月", "性别"]
    number, right = make_id_number(serial=3), make_id_number("19751008", serial=4)
    page = upload(client, tmp_path, [head, ["甲", "13911110001", number, "1975-10", "女"]])
    codes = [one["code"] for one in page.context["found"]["refused"][0]["cells"]]
    assert codes == ["birth", "sex", "id_number"]
    mended = standing(page) | {"cell-2-id_number": right}
    page = post(client, "answers", page.context["run"], mended)
    assert page.context["run"].accepted == 1
