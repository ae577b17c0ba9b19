"""Other documents than the identity card: each by its own rule, guessed where nobody says which."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.validators import id_card_check_digit
from expertpool.experts.enums import IdKind
from expertpool.experts.fields.person import mask_id
from expertpool.experts.models import Expert
from expertpool.experts.queries.names import called
from expertpool.experts.services.importing import import_file
from expertpool.experts.services.profile import create_expert, update_expert
from expertpool.experts.validators.documents import guess_id_kind, identity_errors
from tests.core.importing.sheets import write_xlsx
from tests.factories.experts import NOW, make_expert, make_id_number, make_phone
from tests.fixtures import login

RESIDENT = make_id_number("19800520", serial=2)
BODY = "92" + "1" + "840" + "19800520" + "003"  # 9, two of the province, three of the country
PERMANENT = "911" + BODY[3:]
PERMANENT += id_card_check_digit(PERMANENT)
GOOD = {
    RESIDENT: IdKind.RESIDENT,
    "H12345678": IdKind.HONG_KONG,
    "M1234567801": IdKind.HONG_KONG,
    "01234567": IdKind.TAIWAN,
    "0123456789B": IdKind.TAIWAN,
    PERMANENT: IdKind.PERMANENT,
    "USA110078103103": IdKind.PERMANENT,
    "E12345678": IdKind.PASSPORT,
    "EA1234567": IdKind.PASSPORT,
    "南字第12345678号": IdKind.OFFICER,
}


def errors(kind: str, number: str, **facts: Any) -> dict[str, str]:
    found = identity_errors(kind, number, facts.get("born"), facts.get("sex", ""))
    return {name: str(error.message) for name, error in found.items()}


@pytest.mark.parametrize(("number", "kind"), GOOD.items())
def test_a_number_is_of_its_kind_and_tells_it(number: str, kind: str) -> None:
    assert guess_id_kind(number) == kind
    assert errors(kind, number) == {}


@pytest.mark.parametrize(
    ("kind", "number", "why"),
    [
        (IdKind.RESIDENT, RESIDENT[:-1] + ("0" if RESIDENT[-1] != "0" else "1"), "校验位不对"),
        (IdKind.HONG_KONG, "A12345678", "H 或 M 加 8 位"),
        (IdKind.TAIWAN, "1234567", "8 位数字"),
        (IdKind.PERMANENT, PERMANENT[:-1] + ("0" if PERMANENT[-1] != "0" else "1"), "校验位不对"),
        (IdKind.PERMANENT, "81" + PERMANENT[2:], "以 9 开头"),
        (IdKind.PASSPORT, "E1234/678", "不含其他符号"),
        (IdKind.OFFICER, "12345678", "南字第"),
        (IdKind.OTHER, "12", "太短"),
        # Of another kind than was said: it says which.
        (IdKind.RESIDENT, "H12345678", "是港澳居民来往内地通行证的，请改选证件类型"),
    ],
)
def test_a_wrong_one_is_refused_in_words(kind: str, number: str, why: str) -> None:
    assert why in errors(kind, number)["id_number"]


def test_birth_and_sex_follow_only_from_what_carries_them() -> None:
    other = date(1981, 1, 1)
    assert errors(IdKind.RESIDENT, RESIDENT, born=other, sex="male").keys() == {"birth_date", "sex"}
    assert errors(IdKind.PERMANENT, PERMANENT, born=other, sex="female").keys() == {"birth_date"}
    for number in ("H12345678", "USA110078103103", "E12345678"):
        assert errors(GOOD[number], number, born=other, sex="male") == {}


def test_a_birthday_is_no_permit_of_taiwan() -> None:
    assert guess_id_kind("19800520") == IdKind.RESIDENT


@pytest.mark.parametrize("number", GOOD)
def test_less_than_half_of_a_number_is_shown(number: str) -> None:
    assert mask_id(number).count("*") >= len(number) / 2


def test_entered_by_the_form(admin: User) -> None:
    client = login(Client(), admin)
    address = reverse("experts:create")

    def enter(**values: str) -> tuple[int, str]:
        answer = client.post(address, {"name": "王小明", "phone": make_phone()} | values)
        return answer.status_code, answer.content.decode()

    assert 'name="id_kind"' in client.get(address).content.decode()
    assert enter(id_kind="hong_kong", id_number="h1234 5678")[0] == 204
    expert = Expert.objects.get()
    assert (expert.id_kind, expert.id_number, expert.birth_date) == ("hong_kong", "H12345678", None)
    status, page = enter(id_kind="passport", id_number="H12345678")
    assert status == 422
    assert "该证件号码已属于" in page
    # Nobody needs to choose.
    assert enter(name="李四", id_number="南字12345678")[0] == 204
    officer = Expert.objects.get(called(["李四"]))
    assert (officer.id_kind, officer.id_number) == ("officer", "南字第12345678号")
    page = client.get(reverse("experts:detail", args=[officer.pk])).content.decode()
    assert "军官证" in page


@pytest.mark.django_db
def test_another_document_takes_the_place_of_the_first(admin: User) -> None:
    expert = create_expert(
        values={"name": "王小明", "phone": make_phone(), "id_number": RESIDENT},
        actor=admin,
        now=NOW,
    )
    assert (expert.birth_date, expert.sex) == (date(1980, 5, 20), "female")
    values = {"id_kind": "passport", "id_number": "E12345678"}
    expert = update_expert(expert=expert, values=values, actor=admin, now=NOW)
    assert (expert.id_kind, expert.birth_date) == ("passport", date(1980, 5, 20))
    assert "id_kind" in expert.versions.first().changed  # type: ignore[union-attr]


@pytest.mark.shows("EXP-08")
def test_a_list_names_the_kind_or_its_numbers_tell(db: None, tmp_path: Path) -> None:
    make_expert("在库", id_number="E99999999", id_kind="passport")
    rows = [
        ["姓名", "手机号", "证件种类", "证件号"],
        ["甲", "13812340001", "", RESIDENT],
        ["乙", "13812340002", "回乡证", "H12345678"],
        ["丙", "13812340003", "", "E12345678"],
        ["丁", "13812340004", "台胞证", 12345678],
        ["戊", "13812340005", "护照", "?"],
        ["己", "13812340006", "", "E99999999"],
        ["庚", "13812340007", "", "11010119800101001"],
        ["辛", "13812340008", "", "e12345678"],
    ]
    path = write_xlsx(tmp_path / "list.xlsx", rows)
    outcome = import_file(path, now=NOW)
    assert {one["row"]: one["reason"] for one in outcome.refused} == {
        6: "证件号码格式",
        7: "证件号重复",
        8: "身份证格式",
        9: "证件号重复",
    }
    found = {
        one.name: (one.id_kind, one.id_number) for one in Expert.objects.exclude(called(["在库"]))
    }
    assert found == {
        "甲": ("resident", RESIDENT),
        "乙": ("hong_kong", "H12345678"),
        "丙": ("passport", "E12345678"),
        "丁": ("taiwan", "12345678"),
    }
