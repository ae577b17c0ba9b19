"""What the pages of an import say of a clerk's file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from tests.core.importing.sheets import write_xlsx
from tests.data.quirks.clerks import CLERKS
from tests.data.quirks.files import QUIRKS
from tests.data.quirks.offices import OFFICES
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
BY_NAME = {one.name: one for one in (*QUIRKS, *OFFICES, *CLERKS)}


def page_of(user: User, path: Path) -> Any:
    posted = {"file": SimpleUploadedFile(path.name, path.read_bytes()), "status": "formal"}
    return login(Client(), user).post(reverse("experts:import"), posted, follow=True)


def said_of(user: User, folder: Path, name: str) -> str:
    path = folder / name
    BY_NAME[name].write(path)
    return " ".join(page_of(user, path).content.decode().split())


def test_sums_remarks_and_hidden_rows_are_told(admin: User, tmp_path: Path) -> None:
    said = said_of(admin, tmp_path, "annex.xlsx")
    assert "第 9 行“合计 3人”；第 10 行“制表人：周敏 审核人：刘强 联系电话：0731-8000000”" in said
    assert "第 7 行 在文件中是隐藏的" in said
    assert "需要核对的词" not in said  # of whoever wrote the list, none is asked about


def test_another_list_in_the_file_is_told(admin: User, tmp_path: Path) -> None:
    said = said_of(admin, tmp_path, "two_departments.xlsx")
    assert "“财务部” 没有读取：这次只导入“工程部”" in said


def test_a_list_without_telephones_is_told_before_its_headers_are_asked(
    admin: User, tmp_path: Path
) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [["姓名", "办公电话"], ["张伟", "0731-8000000"]])
    assert "没有找到必填的列" in page_of(admin, path).content.decode()


def test_what_is_said_of_each_row_hides_nothing_that_is_said_of_few(
    admin: User, tmp_path: Path
) -> None:
    rows = [["姓名", "手机号", "银行账号"]]
    rows += [
        [f"张{'伟' * at}"[:9], f"139111{at:05d}", "6217000012345678902"] for at in range(1, 40)
    ]
    rows.append(["李娜（女）", "13922220000", ""])
    notes = page_of(admin, write_xlsx(tmp_path / "a.xlsx", rows)).context["found"]["notes"]
    assert len(notes) == 11
    assert notes[-1]["notes"][0]["was"] == "李娜（女）"


def test_a_specialty_of_several_trees_is_told_with_its_codes(admin: User, tmp_path: Path) -> None:
    rows = [["姓名", "手机号", "评审专业"], ["张伟", "13911110001", "电气"]]
    found = page_of(admin, write_xlsx(tmp_path / "a.xlsx", rows)).context["found"]
    assert "A040210（市政公用工程）" in found["refused"][0]["cells"][0]["detail"]
    assert found["words"][0]["suggestion"] == ""


def test_a_day_that_comes_from_the_id_card_is_told(admin: User, tmp_path: Path) -> None:
    said = said_of(admin, tmp_path, "months_that_excel_made_days.xlsx")
    assert "已整理</td>" in said
    assert re.search(r"1975-10-01</td> <td[^>]*>1975-10-15</td>", said)


def test_what_stands_for_nothing_or_for_the_row_above_is_told(admin: User, tmp_path: Path) -> None:
    said = said_of(admin, tmp_path, "as_above.xlsx")
    assert re.search(r"按推测填写</td> <td[^>]*>同上</td> <td[^>]*>黄石一院</td>", said)
    for nothing in ("无", "退休"):
        assert re.search(
            rf"请核对</td> <td[^>]*>{nothing}</td> <td[^>]*>(?: <div>)? ?按没有工作单位导入", said
        )
    said = said_of(admin, tmp_path, "nothing_in_many_ways.xlsx")
    assert re.search(r"已整理</td> <td[^>]*>暂无</td> <td[^>]*>（空）</td>", said)


def test_all_that_is_wrong_in_a_row_is_told_at_once(admin: User, tmp_path: Path) -> None:
    head = ["姓名", "手机号", "身份证号", "邮箱", "聘期至", "出生年月", "评审专业", "聘期开始"]
    rows = [
        head,
        ["李四", "139", "11010119800101001", "李四", "某日", "1980-01", "没有这个", ""],
        ["王五", "13911110002", "110101198001010010", "", "2026-01", "1981-01", "", "2027-01"],
    ]
    page = page_of(admin, write_xlsx(tmp_path / "a.xlsx", rows))
    told = [[one["column"] for one in row["cells"]] for row in page.context["found"]["refused"]]
    assert told == [
        ["手机号", "邮箱", "证件号码", "聘期至", "评审专业"],  # the last two are left out alone
        ["出生年月", "证件号码", "聘期至", "聘期开始"],
    ]
    assert "没有期限的写“长期”" in page.content.decode()


def test_nothing_is_said_of_what_stays_as_it_is(admin: User, tmp_path: Path) -> None:
    rows = [["姓名", "手机号", "聘期至"], ["李四", "13911110002", "长期"]]
    found = page_of(admin, write_xlsx(tmp_path / "a.xlsx", rows)).context["found"]
    assert found["notes"] == []
    assert "证件类型" not in found["first"][0]


def test_a_name_with_a_title_and_a_unit_of_marks_are_to_be_looked_at(
    admin: User, tmp_path: Path
) -> None:
    rows = [
        ["姓名", "手机号", "工作单位"],
        ["李强 教授", "13911110001", "甲院"],
        ["周女士", "13911110002", "<script>alert(1)</script>"],
        ["阿卜杜拉.吐尔逊", "13911110003", "''"],
        ["张工程", "13911110004", "。。"],
    ]
    found = page_of(admin, write_xlsx(tmp_path / "a.xlsx", rows)).context["found"]
    said = {
        (one["row"], note["column"], note["kind"])
        for one in found["notes"]
        for note in one["notes"]
    }
    assert {(2, "姓名", "按推测填写"), (3, "姓名", "请核对"), (3, "工作单位", "请核对")} <= said
    assert {(4, "姓名", "已整理"), (4, "工作单位", "按推测填写")} <= said
    assert (5, "工作单位", "请核对") in said
    assert not {(5, "姓名", "请核对"), (4, "姓名", "请核对")} & said


def test_a_file_with_a_password_to_open_says_so(admin: User, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    entry = "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + entry + bytes(600))
    assert "文件有打开密码" in page_of(admin, path).content.decode()
