"""What a list says in other words is asked about, or told: who is gone, and what cannot be right."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from tests.core.importing.sheets import write_xlsx
from tests.factories.experts import make_expert, make_id_number
from tests.fixtures import login

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("media"),
    pytest.mark.shows("EXP-07"),
]
PHONES = [f"1391111{at:04}" for at in range(1, 20)]


def uploaded(client: Client, path: Path, *, door: str = "experts:import") -> Any:
    posted = {"file": SimpleUploadedFile(path.name, path.read_bytes()), "status": "formal"}
    return client.post(reverse(door), posted, follow=True)


def confirmed(client: Client, page: Any) -> None:
    run = page.context["run"]
    client.post(reverse("experts:import_confirm", args=[run.pk]), {"check": run.checks})


def told_of(page: Any, column: str) -> list[tuple[int, str]]:
    lines = page.context["form"].note_lines()
    return [(one["row"], one["now"]) for one in lines if one["column"] == column]


def test_who_is_gone_by_any_column_is_asked_about_once_for_each_word(
    admin: User, tmp_path: Path
) -> None:
    client, head = login(Client(), admin), ["姓名", "手机号", "是否在库", "DEL_FLAG"]
    rows = [
        ["顾甲", PHONES[0], "是", 0],
        ["顾乙", PHONES[1], "否", 0],
        ["顾丙", PHONES[2], "是", 1],
    ]
    page = uploaded(client, write_xlsx(tmp_path / "a.xlsx", [head, *rows]))
    run = page.context["run"]
    # Neither header is asked about: what it means is known, and nothing is kept of it.
    assert (run.accepted, run.reasons) == (1, {"名单上写的像是不在库": 2})
    words = {one["word"]: one["count"] for one in page.context["found"]["words"]}
    assert words == {"否（是否在库）": 1, "1（DEL_FLAG）": 1}
    line = next(one for one in page.context["form"].word_lines() if "DEL_FLAG" in one["word"])
    answers = reverse("experts:import_answers", args=[run.pk])
    page = client.post(answers, {line["field"].name: "-"}, follow=True)
    confirmed(client, page)
    assert {one.name for one in Expert.objects.all()} == {"顾甲", "顾丙"}


def test_a_column_of_many_texts_is_not_asked_about(admin: User, tmp_path: Path) -> None:
    rows = [[f"顾{chr(0x4E00 + at)}", f"138{at:08}", f"第 {at} 号"] for at in range(80)]
    rows.append(["顾末", "13922220000", "停用"])
    path = write_xlsx(tmp_path / "a.xlsx", [["姓名", "手机号", "柜号"], *rows])
    client = login(Client(), admin)
    page = uploaded(client, path)
    mapping = reverse("experts:import_mapping", args=[page.context["run"].pk])
    page = client.post(
        mapping, {"column-0": "name", "column-1": "phone", "column-2": ""}, follow=True
    )
    assert page.context["run"].accepted == 81


def test_what_cannot_be_right_is_to_be_looked_at(admin: User, tmp_path: Path) -> None:
    head = ["姓名", "手机号", "职称", "职称级别", "出生年月", "工作单位"]
    rows = [
        ["顾念慈", PHONES[0], "教授", "正高", "1975-10", "湖南大学"],
        ["顾X", PHONES[1], "教授", "副高", "1905-05-28", "退休前：湘潭市水务局"],
        ["www.x.com", PHONES[2], "工程师", "", "1975-10", "B010601"],
    ]
    page = uploaded(login(Client(), admin), write_xlsx(tmp_path / "a.xlsx", [head, *rows]))
    assert page.context["run"].accepted == 3
    assert [row for row, _ in told_of(page, "姓名")] == [3, 4]
    assert told_of(page, "职称级别") == [(3, "职称“教授”一般是正高，请核对。")]
    assert "岁，请核对年份" in told_of(page, "出生年月")[0][1]
    assert [row for row, _ in told_of(page, "工作单位")] == [3, 4]


def test_of_a_term_both_days_are_told_where_nobody_knows_which_is_wrong(
    admin: User, tmp_path: Path
) -> None:
    head = ["姓名", "手机号", "聘期开始", "聘期至"]
    rows = [["顾甲", PHONES[0], "2024-03-05", "2023-01-01"]]
    client = login(Client(), admin)
    page = uploaded(client, write_xlsx(tmp_path / "a.xlsx", [head, *rows]))
    columns = [one["column"] for one in page.context["form"].left_lines()]
    assert columns == ["聘期至", "聘期开始"]
    answers = reverse("experts:import_answers", args=[page.context["run"].pk])
    page = client.post(answers, {"cell-2-term_end_date": "2027-01-01"}, follow=True)
    confirmed(client, page)
    one = Expert.objects.get()
    assert (one.term_start_date, one.term_end_date) == (date(2024, 3, 5), date(2027, 1, 1))


def test_a_hidden_sheet_is_told_where_no_list_is_found(admin: User, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["专家名单"])
    hidden = book.create_sheet("全部专家")
    hidden.append(["姓名", "手机号"])
    hidden.append(["顾甲", PHONES[0]])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    page = uploaded(login(Client(), admin), tmp_path / "a.xlsx")
    assert "“全部专家”在文件中是隐藏的，没有读" in page.content.decode()


def test_a_telephone_of_somebody_else_tells_nothing_of_him(admin: User, tmp_path: Path) -> None:
    make_expert("林启勋", phone=PHONES[0], id_number=make_id_number("19660707"))
    head = ["姓名", "手机号", "出生年月"]
    path = write_xlsx(tmp_path / "a.xlsx", [head, ["林守淦", PHONES[0], "1971-01-11"]])
    page = uploaded(login(Client(), admin), path, door="experts:update")
    text = page.content.decode()
    assert page.context["run"].reasons == {"号码像是别人的": 1}
    assert "只有手机号对上，而姓名是“林守淦”" in text
    assert "1966" not in text


def test_the_finished_page_offers_nothing_to_type(admin: User, tmp_path: Path) -> None:
    client, head = login(Client(), admin), ["姓名", "手机号"]
    page = uploaded(client, write_xlsx(tmp_path / "a.xlsx", [head, ["季书蔚*", PHONES[0]]]))
    assert "“请核对”的可以直接改" in page.content.decode()
    confirmed(client, page)
    run = page.context["run"]
    text = client.get(reverse("experts:import_run", args=[run.pk])).content.decode()
    assert "可以直接改" not in text
    assert "这些行已导入" in text


def test_letters_of_other_scripts_are_letters_of_names(admin: User, tmp_path: Path) -> None:
    names = ("Nguyễn Văn Anh", "Иванов Сергей", "赵〇", "O’Brien", "凯赛尔･玉素甫", "李□华")
    rows = [list(one) for one in zip(names, PHONES, strict=False)]
    path = write_xlsx(tmp_path / "a.xlsx", [["姓名", "手机号"], *rows])
    told = told_of(uploaded(login(Client(), admin), path), "姓名")
    assert [row for row, said in told if "核对" in said] == [7]


def test_what_a_header_may_mean_by_what_stands_beside_it_is_asked(
    admin: User, tmp_path: Path
) -> None:
    client = login(Client(), admin)
    head = ["姓名", "手机号", "职称", "聘任时间"]
    page = uploaded(
        client, write_xlsx(tmp_path / "a.xlsx", [head, ["顾甲", PHONES[0], "教授", "2005.12"]])
    )
    assert page.context["run"].mapping == ["name", "phone", "title", ""]
    assert "像是说旁边一列的" in page.content.decode()
    head = ["姓名", "手机号", "聘期开始", "终止时间"]
    row = ["顾甲", PHONES[0], "2024-03-05", "2027-03-04"]
    page = uploaded(client, write_xlsx(tmp_path / "b.xlsx", [head, row]))
    assert page.context["run"].mapping[2:] == ["term_start_date", "term_end_date"]
    assert "可能是这一列，请核对" in page.content.decode()
