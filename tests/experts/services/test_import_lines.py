"""Cells whose text was broken into lines (Alt+Enter), and records that kept such breaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.directory.models import Unit
from expertpool.experts.models import Expert
from expertpool.experts.queries.names import called
from tests.core.importing.test_import_pages import HEAD, post, standing, upload, word_field
from tests.core.importing.test_told import notes_of
from tests.factories.experts import make_expert
from tests.fixtures import login, read_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def client(admin: User) -> Client:
    return login(Client(), admin)


@pytest.mark.shows("EXP-07")
def test_a_cell_of_one_line_loses_its_breaks_and_one_of_several_keeps_them(
    client: Client, tmp_path: Path
) -> None:
    rows = [
        [*HEAD, "工作单位", "职称", "性别", "评审专业", "通讯地址", "备注"],
        ["王\n小明", "13911110001", "荆门市测绘\n研究院", "高级\n工程师", "", "", "一路\n2 号", ""],
        ["李娜", "13911110002", "荆门市测绘研究院", "", "", "A010101\nA080101", "", "甲\n乙"],
        ["张伟", "13911110003", "襄阳市勘测设计院\n第二分院", "", "", "", "", ""],
    ]
    page = upload(client, tmp_path, rows)
    assert page.context["run"].accepted == 3
    assert ("已整理", "职称", "高级\n工程师", "高级工程师") in notes_of(page)["王小明"]
    assert "不像一个单位的名称" not in page.content.decode()
    post(client, "confirm", page.context["run"], standing(page))
    assert set(Unit.objects.values_list("name", flat=True)) == {
        "荆门市测绘研究院",
        "襄阳市勘测设计院第二分院",
    }
    first, second = Expert.objects.get(called(["王小明"])), Expert.objects.get(called(["李娜"]))
    assert (first.title, first.title_level, first.address) == ("高级工程师", 3, "一路\n2 号")
    assert (second.specialties.count(), second.remark) == (2, "甲\n乙")


@pytest.mark.shows("EXP-08")
def test_two_units_in_two_lines_are_asked_about(client: Client, tmp_path: Path) -> None:
    rows = [[*HEAD, "工作单位"], ["甲", "13911110001", "荆门市勘测设计院\n武汉大学"]]
    page = upload(client, tmp_path, rows)
    name = word_field(page, "荆门市勘测设计院；武汉大学")
    typed = standing(page, **{name: "武汉大学"})
    page = post(client, "answers", page.context["run"], typed)
    post(client, "confirm", page.context["run"], standing(page))
    assert Expert.objects.get().employer.name == "武汉大学"


@pytest.mark.shows("EXP-04")
def test_a_record_that_kept_breaks_can_be_edited(client: Client) -> None:
    old = "高级工程师\n注册造价师"
    expert = make_expert(
        "陈玉兰", phone="13911110001", title=old, education="硕士\r\n研究生", address="一路\n2 号"
    )
    address = reverse("experts:edit", args=[expert.pk])
    form = client.get(address).context["form"]
    posted = {name: "" if (value := form[name].value()) is None else value for name in form.fields}
    assert posted["title"] in dict(form.fields["title"].choices)
    # As a browser sends it: lines of a text area end with both signs.
    posted |= {"address": posted["address"].replace("\n", "\r\n"), "position": "总工"}
    answer = client.post(address, posted | read_version(client, address))
    assert answer.status_code == 204, answer.context["form"].errors
    expert.refresh_from_db()
    assert (expert.position, expert.address) == ("总工", "一路\n2 号")
    assert (expert.title, expert.education) == ("高级工程师注册造价师", "硕士研究生")
