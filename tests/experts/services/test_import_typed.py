"""What people and programs put around a value, and what is said of one that is somebody's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.audit.queries import entries_for
from expertpool.core.importing import CellRefused, whole_number
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.search import search
from expertpool.experts.validators import documents, values
from tests.core.importing.sheets import write_xlsx
from tests.core.importing.test_import_pages import HEAD, post, post_update, standing, upload
from tests.core.importing.test_told import notes_of
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
ID = "110101197510150017"


@pytest.fixture
def client(admin: User) -> Client:
    return login(Client(), admin)


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    ("rule", "typed", "read"),
    [
        (values.phone, "\u202d13800007001\u202c", "13800007001"),
        (values.phone, "(+86)138-0000-7003", "13800007003"),
        (values.phone, "（86）13800007003", "13800007003"),
        (values.phone, "'13800007003", "13800007003"),
        (documents.id_number, f"'{ID}", ID),
        (documents.id_number, f"\u202a{ID}\u202c ", ID),
        (values.email, "mailto:a4@b.cn", "a4@b.cn"),
        (whole_number(0, 80, "年"), "12.0", 12),
        (whole_number(0, 80, "年"), "12年以上", 12),
        (whole_number(0, 80, "年"), "12 年", 12),
    ],
)
def test_what_stands_around_a_value_is_taken_off(rule: Any, typed: str, read: Any) -> None:
    assert rule(typed) == read


@pytest.mark.parametrize("typed", ["12.5", "12人", "年", "81年以上"])
def test_what_is_no_number_of_years_is_refused(typed: str) -> None:
    with pytest.raises(CellRefused):
        whole_number(0, 80, "年")(typed)


@pytest.mark.shows("EXP-08")
def test_a_year_that_cannot_be_refuses_its_cell_and_the_document_fills_it(
    client: Client, tmp_path: Path
) -> None:
    rows = [
        [*HEAD, "身份证号", "出生年月", "从业年限"],
        ["甲", "13911110001", "", "2075-01", "12年以上"],
        ["乙", "13911110002", ID, "1975-13", "12年"],
    ]
    page = upload(client, tmp_path, rows)
    assert (page.context["run"].accepted, page.context["run"].left) == (2, {"出生年月超出范围": 1})
    assert notes_of(page) == {
        "甲": [("按推测填写", "从业年限", "12年以上", "12")],
        "乙": [("请核对", "出生年月", "", "表中所写不能识别，按证件填 1975-10-15。")],
    }
    post(client, "confirm", page.context["run"], standing(page))
    born = {one.name: one.birth_date for one in Expert.objects.all()}
    assert {name: str(day) for name, day in born.items()} == {"甲": "None", "乙": "1975-10-15"}


@pytest.mark.shows("EXP-08")
def test_whose_a_number_is_is_said_to_whoever_sees_it(client: Client, tmp_path: Path) -> None:
    held = make_expert(name="在库甲", phone="13911110001")
    gone = make_expert(name="已删乙", phone="13911110002", status=ExpertStatus.DELETED)
    make_user(phone="13911110003", name="账号丙", username="bing")
    rows = [HEAD, ["子", "13911110001"], ["丑", "13911110002"], ["寅", "13911110003"]]
    page = upload(client, tmp_path, rows)
    told = [row["cells"][0]["detail"] for row in page.context["found"]["refused"]]
    assert str(held) in told[0]
    assert f"属于已删除的专家{gone}" in told[1]
    assert "登录账号“bing”" in told[2]


@pytest.mark.shows("EXP-22")
@pytest.mark.parametrize(
    "text", ["138 0000 7001", "138-0000-7001", "+86 13800007001", "１３８００００７００１"]
)
def test_a_telephone_is_found_as_people_write_it(admin: User, text: str) -> None:
    found, _ = make_expert(phone="13800007001"), make_expert(phone="13800007002")
    assert list(search(Expert.objects.all(), text, admin)) == [found]


def test_a_number_of_ours_is_found_in_full_width(admin: User) -> None:
    found, _ = make_expert(number="ZJ2026000501"), make_expert(number="ZJ2026000502")
    assert list(search(Expert.objects.all(), "ｚｊ2026000501", admin)) == [found]


@pytest.mark.shows("EXP-08")
def test_the_log_of_who_was_updated_names_the_file(client: Client, tmp_path: Path) -> None:
    expert = make_expert(name="张伟", phone="13911110001")
    rows = [[*HEAD, "职务"], ["张伟", "13911110001", "处长"]]
    content = write_xlsx(tmp_path / "a.xlsx", rows).read_bytes()
    posted = {"file": SimpleUploadedFile("职务.xlsx", content)}
    page = client.post(reverse("experts:update"), posted, follow=True)
    post_update(client, page, standing(page))
    entry = entries_for((Expert, {expert.pk})).get(action="expert.update")
    assert entry.note == "批量更新：职务.xlsx"
