"""One bad cell, one word of several meanings, and rows that name nobody."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from tests.core.importing.sheets import write_xlsx
from tests.factories.experts import make_expert, make_unit
from tests.fixtures import login

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("media"),
    pytest.mark.shows("EXP-07"),
]


def uploaded(client: Client, folder: Path, *rows: list[Any]) -> Any:
    path = write_xlsx(folder / "a.xlsx", list(rows))
    posted = {"file": SimpleUploadedFile(path.name, path.read_bytes()), "status": "formal"}
    return client.post(reverse("experts:import"), posted, follow=True)


def text_of(page: Any) -> str:
    return " ".join(page.content.decode().split())


def confirmed(client: Client, page: Any) -> None:
    run = page.context["run"]
    client.post(reverse("experts:import_confirm", args=[run.pk]), {"check": run.checks})


def test_a_bad_specialty_beside_a_good_one_is_left_out_and_told(
    admin: User, tmp_path: Path
) -> None:
    client, head = login(Client(), admin), ["姓名", "手机号", "评审专业"]
    page = uploaded(
        client,
        tmp_path,
        head,
        ["甲真", "13911110001", "A010101、火星学"],
        ["甲善", "13911110002", "火星学"],
        ["甲美", "13911110003", "A010101/A999999"],
    )
    run, found = page.context["run"], page.context["found"]
    assert (run.accepted, run.reasons) == (3, {})
    assert run.left == {"专业名称不存在": 2, "专业代码不存在": 1}
    told = found["left"][0]["cells"][0]["detail"]
    assert "火星学" in told
    assert "其他专业照常导入" in told
    assert ("火星学", 2) in [(line["word"], line["count"]) for line in found["words"]]
    confirmed(client, page)
    for expert in Expert.objects.all():
        codes = [one.code for one in expert.specialties.all()]
        assert codes == ([] if expert.name == "甲善" else ["A010101"])


def test_a_cell_with_several_faults_is_typed_once(admin: User, tmp_path: Path) -> None:
    client, head = login(Client(), admin), ["姓名", "手机号", "评审专业"]
    page = uploaded(client, tmp_path, head, ["甲真", "13911110001", "A010101、火星学、木星学"])
    (line,) = page.context["form"].left_lines()
    assert [why["detail"][:7] for why in line["whys"]] == ["“火星学”不在", "“木星学”不在"]
    text = text_of(page)
    assert text.count('name="cell-2-specialties"') == 1
    assert "“火星学”不在" in text
    assert "“木星学”不在" in text
    page = client.post(
        reverse("experts:import_answers", args=[page.context["run"].pk]),
        {"cell-2-specialties": "A010102、A010103"},
        follow=True,
    )
    assert not page.context["form"].left_lines()
    confirmed(client, page)
    codes = Expert.objects.get().specialties.order_by("code").values_list("code", flat=True)
    assert list(codes) == ["A010102", "A010103"]


def test_the_name_of_a_group_between_the_rows_is_no_expert(admin: User, tmp_path: Path) -> None:
    client, head = login(Client(), admin), ["姓名", "手机号", "评审专业"]
    page = uploaded(
        client,
        tmp_path,
        *(head, ["甲真", "13911110001", "A010101"], ["小计", 1]),
        *(["第二组 市政"], head, ["甲善", "13911110002", "A010101"]),
    )
    run, found = page.context["run"], page.context["found"]
    assert (run.total, run.accepted) == (2, 2)
    assert found["remarks"]["4"] == "第二组市政"


@pytest.mark.parametrize(
    ("word", "title"),
    [("副高级工程师", "高级工程师"), ("Senior Engineer", "高级工程师")],
)
def test_a_title_that_means_one_of_ours_has_a_suggestion(
    admin: User, tmp_path: Path, word: str, title: str
) -> None:
    head = ["姓名", "手机号", "职称"]
    page = uploaded(login(Client(), admin), tmp_path, head, ["甲真", "13911110001", word])
    (line,) = page.context["found"]["words"]
    assert (line["word"], line["suggestion"]) == (word, title)


@pytest.mark.shows("EXP-08")
@pytest.mark.parametrize(
    ("word", "titles"),
    [
        ("高级工程师、注册造价师", ["高级工程师"]),
        ("高级工程师/高级经济师", ["高级工程师", "高级经济师"]),
        ("高级工程师（二级）", ["高级工程师"]),  # a grade of another level
    ],
)
def test_of_several_titles_in_a_cell_those_of_ours_are_proposed(
    admin: User, tmp_path: Path, word: str, titles: list[str]
) -> None:
    head = ["姓名", "手机号", "职称"]
    page = uploaded(login(Client(), admin), tmp_path, head, ["甲真", "13911110001", word])
    (line,) = page.context["found"]["words"]
    assert (line["suggestion"], sorted(line["proposals"])) == ("", sorted(titles))


@pytest.mark.shows("EXP-08")
def test_that_a_grade_is_not_kept_is_told(admin: User, tmp_path: Path) -> None:
    head = ["姓名", "手机号", "职称"]
    page = uploaded(login(Client(), admin), tmp_path, head, ["甲真", "13911110001", "教授（二级）"])
    (row,) = page.context["found"]["notes"]
    said = [(one["kind"], one["was"], one["now"]) for one in row["notes"]]
    assert said == [("已整理", "教授（二级）", "教授")]
    assert page.context["found"]["words"] == []


def test_of_two_addresses_the_first_good_one_is_taken(admin: User, tmp_path: Path) -> None:
    client, head = login(Client(), admin), ["姓名", "手机号", "邮箱"]
    page = uploaded(
        client,
        tmp_path,
        head,
        ["甲真", "13911110001", "x@y.com，z@w.com"],
        ["甲善", "13911110002", "z@@w.com；u@v.cn"],
        ["甲美", "13911110003", "a b@c.cn"],
    )
    run = page.context["run"]
    assert (run.accepted, run.reasons) == (2, {"邮箱格式": 1})
    assert run.notes == {"已整理": 1, "请核对": 1}
    confirmed(client, page)
    mails = [one.email for one in Expert.objects.order_by("number")]
    assert mails == ["x@y.com", "u@v.cn"]


def test_a_specialty_of_several_trees_is_offered_with_all_of_them(
    admin: User, tmp_path: Path
) -> None:
    client = login(Client(), admin)
    page = uploaded(
        client, tmp_path, ["姓名", "手机号", "评审专业"], ["甲真", "13911110001", "电气"]
    )
    line = page.context["form"].word_lines()[0]
    offered = json.loads(line["field"].field.widget.attrs["data-proposed"])
    assert "A040210 电气（市政公用工程）" in offered
    assert offered[-1] == "这一格留空"
    assert "A040210 电气（市政公用工程）" in line["field"].help_text
    answers = reverse("experts:import_answers", args=[page.context["run"].pk])
    page = client.post(answers, {line["field"].name: offered[0]}, follow=True)
    assert page.context["run"].accepted == 1
    page = client.post(answers, {line["field"].name: "这一格留空"}, follow=True)
    assert page.context["run"].accepted == 1
    confirmed(client, page)
    assert not Expert.objects.get().specialties.exists()


def test_examples_are_left_out_and_told(admin: User, tmp_path: Path) -> None:
    client, head = login(Client(), admin), ["姓名", "手机号", "工作单位"]
    page = uploaded(
        client,
        tmp_path,
        head,
        ["张三", "13800138000", "某某公司"],
        ["示例：李四", "13911110002", "甲院"],
        ["（例）王五", "13911110003", "甲院"],
        ["张三", "13911110004", "甲院"],
        ["例子", "13911110005", "甲院"],
        ["张某某", "13911110006", "甲院"],
        ["测试", "13911110007", "甲院"],
    )
    assert page.context["run"].accepted == 2
    assert list(page.context["found"]["examples"]) == ["2", "3", "4", "7", "8"]
    assert "像填写示例的行没有导入 第 2 行“张三”" in text_of(page).replace("</strong>", "")


def test_what_is_to_be_looked_at_is_mended_in_place(admin: User, tmp_path: Path) -> None:
    client, head = login(Client(), admin), ["姓名", "手机号", "备注"]
    page = uploaded(
        client,
        tmp_path,
        head,
        ["焦宥峤（组长）", "13911110001", "已调离"],
        ["季书蔚*", "13911110002", ""],
        ["李娜（女）", "13911110003", ""],  # read already: nothing is asked
    )
    fields = {name: page.context["form"][name].value() for name in page.context["form"].fields}
    assert fields == {
        "cell-2-name": "焦宥峤（组长）",
        "cell-2-remark": "已调离",
        "cell-3-name": "季书蔚*",
    }
    assert text_of(page).count('name="cell-2-name"') == 1
    # What stands there unchanged is no news, and is imported as it was shown.
    answers = reverse("experts:import_answers", args=[page.context["run"].pk])
    page = client.post(
        answers, fields | {"cell-2-name": "焦宥 峤", "cell-2-remark": ""}, follow=True
    )
    told = [
        (line["row"], line["column"], line["kind"], line["was"], line["now"])
        for line in page.context["form"].note_lines()
    ]
    assert told[:2] == [
        (2, "姓名", "已改正", "焦宥峤（组长）", "焦宥峤"),
        (2, "备注", "已改正", "已调离", "（空）"),
    ]
    # It stays on the page, where it can be typed once more, also where it cannot be taken.
    assert page.context["form"]["cell-2-name"].value() == "焦宥峤"
    page = client.post(answers, fields | {"cell-3-name": "季" * 3_000}, follow=True)
    assert page.status_code == 422
    assert page.context["form"]["cell-3-name"].value() == "季" * 3_000
    page = client.post(answers, {"cell-3-name": "季书蔚"}, follow=True)
    confirmed(client, page)
    assert {(one.name, one.remark) for one in Expert.objects.all()} == {
        ("焦宥峤", ""),
        ("季书蔚", ""),
        ("李娜", ""),
    }
    table = client.get(reverse("experts:import_refused", args=[page.context["run"].pk]))
    noted = list(load_workbook(BytesIO(table.getvalue())).worksheets[2].values)
    assert (3, "季书蔚", "姓名", "已改正", "季书蔚*", "季书蔚") in noted


def test_what_is_asked_apart_has_no_field(admin: User, tmp_path: Path) -> None:
    client = login(Client(), admin)
    first = make_expert(name="李娜", phone="13922220000", employer=make_unit("黄石一院"))
    page = uploaded(
        client, tmp_path, ["姓名", "手机号", "工作单位"], ["李娜", "13911110001", "黄石一院"]
    )
    (line,) = page.context["form"].note_lines()
    assert (first.number in line["now"], line["field"]) == (True, None)


def test_a_cell_left_empty_and_to_be_looked_at_is_typed_once(admin: User, tmp_path: Path) -> None:
    client, head = login(Client(), admin), ["姓名", "手机号", "评审专业"]
    page = uploaded(client, tmp_path, head, ["甲真", "13911110001", "A010101-A010103、火星学"])
    assert text_of(page).count('name="cell-2-specialties"') == 1
    form = page.context["form"]
    assert form["cell-2-specialties"].value() == "A010101-A010103、火星学"
    assert [line["field"] for line in form.note_lines()] == [None]
    # As it stands it says nothing: the check that was shown is confirmed.
    fields = {name: form[name].value() or "" for name in form.fields}
    run = page.context["run"]
    client.post(reverse("experts:import_confirm", args=[run.pk]), fields | {"check": run.checks})
    assert Expert.objects.get().specialties.count() == 3


def test_a_remark_that_somebody_is_retired_is_to_be_looked_at(admin: User, tmp_path: Path) -> None:
    head = ["姓名", "手机号", "备注"]
    said = ("已退休", "2020年退休", "未退休", "退休返聘", "不再续聘")
    rows = [[f"甲{'乙丙丁戊己'[at]}", f"1391111000{at}", one] for at, one in enumerate(said)]
    page = uploaded(login(Client(), admin), tmp_path, head, *rows)
    assert [line["was"] for line in page.context["form"].note_lines()] == [
        *("已退休", "2020年退休", "不再续聘")
    ]
