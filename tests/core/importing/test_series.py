"""Several columns of a list hold what is one column here: 专业一, 专业二."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from expertpool.accounts.models import User
from expertpool.core.importing import Why
from expertpool.core.importing.mapping import to_remember
from expertpool.experts.models import Expert
from tests.core.importing.test_import_pages import HEAD, post, said, standing, upload
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def client(admin: User) -> Client:
    return login(Client(), admin)


def held() -> dict[str, list[str]]:
    return {
        one.name: sorted(one.specialties.values_list("code", flat=True))
        for one in Expert.objects.all()
    }


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    "headers",
    [
        ("专业一", "专业二"),
        ("专业1", "专业2"),
        ("评审专业一", "评审专业二"),
        ("评审专业（一）", "评审专业（二）"),
        ("第一专业", "第二专业"),
        ("评审专业", "评审专业2"),
        ("专业", "专业"),
    ],
    ids="、".join,
)
def test_both_are_kept_without_a_question(
    client: Client, tmp_path: Path, headers: tuple[str, str]
) -> None:
    rows = [
        [*HEAD, *headers],
        ["甲", "13911110001", "A010101", "A080101"],
        ["乙", "13911110002", "", "A080101"],
        ["丙", "13911110003", "A010101", "无"],
        ["丁", "13911110004", "同上", "A080101"],
    ]
    page = upload(client, tmp_path, rows)
    run = page.context["run"]
    assert run.mapping == ["name", "phone", "specialties", "specialties"]
    post(client, "confirm", run, standing(page))
    both = ["A010101", "A080101"]
    assert held() == {"甲": both, "乙": both[1:], "丙": both[:1], "丁": both}


@pytest.mark.shows("EXP-08")
def test_a_word_of_one_of_them_is_mended_for_both(client: Client, tmp_path: Path) -> None:
    rows = [[*HEAD, "专业一", "专业二"], ["甲", "13911110001", "A010101", "没有的专业"]]
    page = upload(client, tmp_path, rows)
    cell = page.context["found"]["left"][0]["cells"][0]
    assert (cell["column"], cell["content"]) == ("评审专业", "A010101；没有的专业")
    typed = {"cell-2-specialties": "A010101；A080101"}
    page = post(client, "answers", page.context["run"], standing(page, **typed))
    post(client, "confirm", page.context["run"], standing(page))
    assert held() == {"甲": ["A010101", "A080101"]}


@pytest.mark.shows("EXP-07")
def test_what_was_studied_is_not_joined(client: Client, tmp_path: Path) -> None:
    rows = [[*HEAD, "评审专业", "专业（所学）"], ["甲", "13911110001", "A010101", "土木工程"]]
    page = upload(client, tmp_path, rows)
    assert page.context["run"].mapping == ["name", "phone", "specialties", ""]
    assert "“专业（所学）”（D 列）" in page.content.decode()


@pytest.mark.shows("EXP-07")
def test_two_columns_chosen_by_hand_are_joined_and_remembered(
    client: Client, tmp_path: Path
) -> None:
    head = [*HEAD, "主审", "副审"]
    run = upload(client, tmp_path, [head, ["甲", "13911110001", "A010101", "A080101"]]).context[
        "run"
    ]
    assert run.mapping == ["name", "phone", "specialties", ""]
    page = post(client, "mapping", run, said(run) | {"column-3": "specialties"})
    post(client, "confirm", run, standing(page))
    page = upload(client, tmp_path, [head, ["乙", "13911110002", "A010101", "A080101"]])
    post(client, "confirm", page.context["run"], standing(page))
    assert held() == {name: ["A010101", "A080101"] for name in ("甲", "乙")}


@pytest.mark.shows("EXP-07")
def test_another_column_stands_once(client: Client, tmp_path: Path) -> None:
    rows = [[*HEAD, "备用"], ["甲", "13911110001", "13911110002"]]
    run = upload(client, tmp_path, rows).context["run"]
    page = post(client, "mapping", run, said(run) | {"column-2": "phone"})
    assert "有两个表头对应了同一列（手机号）" in page.content.decode()


def test_a_number_alone_is_remembered_of_no_header() -> None:
    told = to_remember(["一", "专长"], ["specialties", "specialties"], [Why.CONTENT, Why.CONTENT])
    assert told == {"专长": "specialties"}
