"""A list that has what somebody was before beside what he is now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from django.test import Client

from expertpool.accounts.models import User
from tests.core.importing.test_import_pages import HEAD, post, said, standing, upload
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def client(admin: User) -> Client:
    return login(Client(), admin)


def rows_of(headers: Sequence[str], *cells: str) -> list[list[str]]:
    return [[*HEAD, *headers], *[[f"甲{at}", f"1391111000{at}", *cells] for at in range(4)]]


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    ("headers", "codes"),
    [
        (("原职称", "现职称"), ["", "title"]),
        (("现职称", "原职称"), ["title", ""]),
        (("原专业技术职务", "现专业技术职务"), ["", "title"]),
        (("曾任职称", "目前职称"), ["", "title"]),
        (("职称（原）", "职称（现）"), ["", "title"]),
        (("职称（原）", "职称"), ["", "title"]),
        (("职称", "现职称"), ["", "title"]),
        (("旧职称", "新职称"), ["", "title"]),
        (("职称（旧）", "职称（新）"), ["", "title"]),
        (("变更前职称", "变更后职称"), ["", "title"]),
        (("职称", "变更后职称"), ["", "title"]),
        (("拟评职称", "现有职称"), ["", "title"]),
    ],
    ids=str,
)
def test_what_is_now_is_taken_and_what_was_before_is_asked_about(
    client: Client, tmp_path: Path, headers: tuple[str, str], codes: list[str]
) -> None:
    title = dict(zip(codes, ("工程师", "高级工程师"), strict=True))
    cells = [one for _, one in sorted(title.items(), reverse=codes[0] == "title")]
    page = upload(client, tmp_path, rows_of(headers, *cells))
    run = page.context["run"]
    assert run.mapping == ["name", "phone", *codes]
    assert run.state == "mapping"  # asked, before anything is taken


@pytest.mark.shows("EXP-07")
def test_what_was_before_is_never_guessed(client: Client, tmp_path: Path) -> None:
    page = upload(client, tmp_path, rows_of(["旧手机", "原职称"], "13922220000", "工程师"))
    assert page.context["run"].mapping == ["name", "phone", "", ""]
    assert page.content.decode().count("不认识的表头") == 2


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    ("before", "after"),
    [("旧手机", "新手机"), ("手机（旧）", "手机（新）"), ("变更前手机号", "变更后手机号")],
)
def test_nobody_is_called_by_the_number_that_he_had(
    client: Client, tmp_path: Path, before: str, after: str
) -> None:
    people = [[f"甲{at}", f"1381111000{at}", f"1391111000{at}"] for at in range(4)]
    run = upload(client, tmp_path, [["姓名", before, after], *people]).context["run"]
    assert run.mapping == ["name", "", "phone"]
    assert run.state == "mapping"


@pytest.mark.shows("EXP-07")
def test_whoever_says_that_it_counts_is_remembered(client: Client, tmp_path: Path) -> None:
    rows = rows_of(["原职称"], "工程师")
    run = upload(client, tmp_path, rows).context["run"]
    page = post(client, "mapping", run, said(run) | {"column-2": "title"})
    post(client, "confirm", page.context["run"], standing(page))
    assert upload(client, tmp_path, rows).context["run"].mapping[2] == "title"


@pytest.mark.shows("EXP-08")
def test_a_cell_that_was_mended_wrongly_stands_once(client: Client, tmp_path: Path) -> None:
    page = upload(client, tmp_path, [HEAD, ["甲", "1380013800"]])
    page = post(
        client, "answers", page.context["run"], standing(page) | {"cell-2-phone": "138001380"}
    )
    text = page.content.decode()
    assert text.count('name="cell-2-phone"') == 1
    page = post(
        client, "answers", page.context["run"], standing(page) | {"cell-2-phone": "13800138000"}
    )
    assert page.context["run"].reasons == {}
    assert page.context["run"].accepted == 1


@pytest.mark.shows("EXP-07")
def test_what_was_once_said_of_another_ones_telephone_gives_way_to_his_own(
    client: Client, tmp_path: Path
) -> None:
    theirs = [["姓名", "联络员手机"], *[[f"甲{at}", f"1391111000{at}"] for at in range(4)]]
    run = upload(client, tmp_path, theirs).context["run"]
    page = post(client, "mapping", run, said(run) | {"column-1": "phone"})
    post(client, "confirm", page.context["run"], standing(page))
    assert upload(client, tmp_path, theirs).context["run"].mapping == ["name", "phone"]
    both = ["姓名", "联络员手机", "专家手机"]
    rows = [both, *[[f"乙{at}", f"1392222000{at}", f"1393333000{at}"] for at in range(4)]]
    assert upload(client, tmp_path, rows).context["run"].mapping == ["name", "", "phone"]
