"""The pages of specialties and units, and the addresses pickers ask."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from expertpool.accounts.models import User
from expertpool.directory.models import Division, Specialty, Unit, UnitRelation
from expertpool.directory.services.units import resolve_unit
from tests.factories.experts import make_expert, make_unit, make_uscc
from tests.fixtures import login, read_version

pytestmark = pytest.mark.django_db
TREE = "/directory/specialties/"


@pytest.fixture
def browser(client: Client, admin: User) -> Client:
    return login(client, admin)


def node(code: str) -> Specialty:
    return Specialty.objects.get(scheme__code="ndrc2018", code=code)


def text(client: Client, url: str, **headers: str) -> str:
    return client.get(url, headers=headers).content.decode()


@pytest.mark.shows("EXP-16")
def test_branches_open_by_the_address(browser: Client) -> None:
    page = text(browser, TREE)
    assert "工程" in page
    assert "规划" not in page
    opened = text(browser, f"{TREE}?open={node('A').pk}")
    assert ">规划<" in opened
    assert "国民经济和社会发展规划" not in opened
    # A branch below a closed one stays out of sight.
    assert ">国民经济和社会发展规划<" not in text(browser, f"{TREE}?open={node('A01').pk}")
    part = text(
        browser, f"{TREE}?open={node('A').pk},x", **{"HX-Request": "true", "HX-Target": "list"}
    )
    assert "<html" not in part
    assert 'aria-expanded="true"' in part


def test_a_search_shows_where_a_node_is(browser: Client) -> None:
    page = text(browser, f"{TREE}?q=A0101%20规划")
    assert "工程 / 规划 / 国民经济和社会发展规划" in page
    assert "没有找到专业" in text(browser, f"{TREE}?q=不存在的专业")


def test_schemes_are_tabs(browser: Client) -> None:
    page = text(browser, f"{TREE}?scheme=procurement2022&q=A01010100")
    assert "政府采购品目分类（2022）（未启用）" in page
    assert "办公用房" in page
    assert "工程" in text(browser, f"{TREE}?scheme=nothing")


def test_the_tree_costs_the_same_for_more_rows(browser: Client) -> None:
    costs = []
    for query in ("", f"?open={node('A').pk},{node('A01').pk},{node('A0101').pk}"):
        with CaptureQueriesContext(connection) as queries:
            browser.get(TREE + query)
        costs.append(len(queries))
    assert costs[0] == costs[1]


@pytest.mark.shows("EXP-17")
def test_an_admin_keeps_the_tree(browser: Client) -> None:
    above = node("A01")
    url = f"{TREE}ndrc2018/new/?parent={above.pk}"
    assert "在“规划”下新增" in text(browser, url)
    assert browser.post(url, {"code": "a0199", "name": "其他规划"}).status_code == 204
    made = node("A0199")
    assert (made.parent, made.level) == (above, 2)
    again = browser.post(url, {"code": "A0199", "name": "另一个"})
    assert again.status_code == 422
    assert "已有代码 A0199（其他规划）" in again.content.decode()
    edit = f"/directory/specialty/{made.pk}/"
    move = f"{edit}move/"
    assert browser.post(edit, {"name": "新规划"}).status_code == 204
    made.refresh_from_db()
    assert (made.name, made.active) == ("新规划", False)
    assert (
        browser.post(move, {"parent": node("B").pk} | read_version(browser, move)).status_code
        == 204
    )
    made.refresh_from_db()
    assert made.path == "B/A0199/"
    circle = browser.post(f"/directory/specialty/{node('B').pk}/move/", {"parent": made.pk})
    assert circle.status_code == 422
    assert "不能移到自己" in circle.content.decode()
    assert browser.post(move, {"parent": ""} | read_version(browser, move)).status_code == 204
    assert node("A0199").path == "A0199/"
    make_expert(specialties=(made,))
    assert browser.post(f"{edit}delete/").status_code == 409


def test_who_may_not_edit_is_refused(client: Client, admin: User) -> None:
    admin.roles.get().permissions.filter(code="directory.edit").delete()
    login(client, admin)
    pk = node("A01").pk
    assert "添加下级" not in text(client, TREE)
    for url in (
        f"{TREE}ndrc2018/new/",
        f"/directory/specialty/{pk}/",
        f"/directory/specialty/{pk}/move/",
        "/directory/units/new/",
    ):
        assert client.get(url).status_code == 403
        assert client.post(url, {"name": "x", "code": "x"}).status_code == 403
    assert client.post(f"/directory/specialty/{pk}/delete/").status_code == 403


@pytest.mark.shows("EXP-18")
def test_pickers_get_their_nodes(browser: Client) -> None:
    specialties = browser.get("/directory/specialties.json").json()
    assert len(specialties) == 2140
    assert specialties[0].keys() == {"id", "parent", "code", "label"}
    assert browser.get("/directory/specialties.json?scheme=procurement2022").json() == []
    assert len(browser.get("/directory/divisions.json").json()) == Division.objects.count()
    found = browser.get(f"{TREE}ndrc2018/search/?q=A0101").json()
    assert found[0] == {
        "value": str(node("A0101").pk),
        "text": "A0101 国民经济和社会发展规划",
        "note": "工程 / 规划",
    }


def test_units_are_kept(browser: Client) -> None:
    uscc = make_uscc(7)
    values: dict[str, Any] = {
        "name": "河南省设计院",
        "uscc": f" {uscc.lower()} ",
        "aliases": "豫设院\n\n省院",
        "active": "on",
    }
    assert browser.post("/directory/units/new/", values).status_code == 204
    unit = Unit.objects.get()
    assert (unit.uscc, unit.aliases.count()) == (uscc, 2)
    drawer = text(browser, f"/directory/units/{unit.pk}/")
    assert "豫设院\n" in drawer or "\n豫设院" in drawer
    page = text(browser, "/directory/units/?q=豫设&state=active")
    assert "河南省设计院" in page
    assert "没有符合条件的单位" in text(browser, "/directory/units/?q=豫设&state=inactive")
    assert browser.get("/directory/units.json?q=省院").json() == [
        {
            "value": str(unit.pk),
            "text": "河南省设计院",
            "code": uscc,
            "note": f"{uscc}　又名 省院、豫设院",
        }
    ]
    wrong = browser.post("/directory/units/new/", values | {"name": "别的院", "uscc": "123"})
    assert wrong.status_code == 422
    assert "18 位且校验位相符" in wrong.content.decode()


def test_a_new_unit_beside_a_near_one_is_asked_about_once(browser: Client) -> None:
    make_unit("河南省建筑设计研究院有限公司")
    values = {"name": "河南省建筑设计研究院有限公同", "active": "on"}
    asked = browser.post("/directory/units/new/", values)
    assert asked.status_code == 422
    assert "是其中一家的，不必新增" in asked.content.decode()
    assert f'name="asked" value="{values["name"]}"' in asked.content.decode()
    known = values | {"asked": values["name"]}
    assert browser.post("/directory/units/new/", known).status_code == 204
    unit = Unit.objects.get(name=values["name"])
    assert browser.post(f"/directory/units/{unit.pk}/", values).status_code == 204


def test_a_unit_in_use_is_not_deleted(browser: Client) -> None:
    unit = resolve_unit(name="设计院")
    expert = make_expert(employer=unit)
    url = f"/directory/units/{unit.pk}/delete/"
    assert browser.post(url).status_code == 409
    type(expert).objects.update(employer=None)
    assert browser.post(url).status_code == 204


@pytest.mark.parametrize(
    ("code", "level", "parent"),
    [
        ("990000", 1, None),
        ("419900", 2, "410000"),
        ("410199", 3, "410100"),
        ("419099", 3, "419000"),
    ],
)
def test_a_division_finds_its_place_by_its_code(
    browser: Client, code: str, level: int, parent: str | None
) -> None:
    assert (
        browser.post("/directory/divisions/new/", {"code": code, "name": "新区"}).status_code == 204
    )
    made = Division.objects.get(pk=code)
    assert (made.level, made.parent_id) == (level, parent)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [("99", "6 位数字"), ("980100", "没有它的上级"), ("410000", "这个代码已经有了，请换一个。")],
)
def test_a_wrong_division_is_explained(browser: Client, code: str, sentence: str) -> None:
    response = browser.post("/directory/divisions/new/", {"code": code, "name": "新区"})
    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_a_division_keeps_its_code(browser: Client) -> None:
    response = browser.post("/directory/divisions/410102/", {"code": "990000", "name": "改名区"})
    assert response.status_code == 204
    assert Division.objects.get(pk="410102").name == "改名区"
    assert not Division.objects.filter(code="990000").exists()


@pytest.mark.shows("DRAW-06")
def test_relations_of_a_unit_are_added_ended_and_shown_with_what_follows(browser: Client) -> None:
    one, two, three = (make_unit(name) for name in "甲乙丙")
    page = f"/directory/units/{one.pk}/relations/"
    assert "没有登记" in text(browser, page)
    add = f"{page}new/owner/"
    data = {"other": two.pk, "kind": "shareholder", "share": ""}
    refused = browser.post(add, data)
    assert refused.status_code == 422
    assert "股东须填写持股比例" in refused.content.decode()
    assert f'<option value="{two.pk}" selected>乙</option>' in refused.content.decode()
    assert browser.post(add, data | {"share": "60"}).status_code == 204
    below = f"/directory/units/{two.pk}/relations/new/owned/"
    assert browser.post(below, {"other": three.pk, "kind": "parent"}).status_code == 204
    shown = text(browser, page)
    assert "控股 60%" in shown
    assert "甲 ← 控股 60% ← 乙 → 下级单位 → 丙" in shown

    row = UnitRelation.objects.get(kind="shareholder")
    assert (row.owner, row.owned) == (two, one)
    edit = f"{page}{row.pk}/"
    assert f'<option value="{two.pk}" selected>乙</option>' in text(browser, edit)
    data |= {"share": "60", "to_date": "2026-01-01"}
    assert browser.post(edit, data).status_code == 204
    shown = text(browser, page)
    assert "已结束" in shown
    assert "只有本单位及其别名" in shown
    assert browser.get(f"/directory/units/{three.pk}/relations/{row.pk}/").status_code == 404
    assert browser.post(f"{edit}delete/").status_code == 204
    assert browser.get(f"{page}new/sideways/").status_code == 404
    assert "丙" in text(browser, "/directory/units/")
