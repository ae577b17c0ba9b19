"""An address that its filters do not understand makes no file: one of no rows would be read as "nobody"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.exporting import EXPORTS, ExportRefused, runs
from expertpool.core.exporting.exporter import read_for_file
from expertpool.core.exporting.runs import start_export, write_export
from expertpool.core.models import ExportRun
from expertpool.core.models.exports import ExportState
from expertpool.core.registry import MENU
from expertpool.core.views.listing import NO_TAB, FilterForm
from expertpool.customforms.enums import FieldKind
from expertpool.customforms.services.fields import retire_field
from tests.factories.fields import make_field
from tests.fixtures import login

pytestmark = pytest.mark.django_db
WHERE = '{"field":"%s","op":"eq","value":true}'
# Of one project, notice or review: without it there is nothing that a filter could narrow.
OF_ONE = {"draws.notices", "notices.addressees", "reviews.assignment"}
# Offered beside the rows of one round, and of an analysis that was made.
BELOW = {"inspections.inspections", "reports.exposure"}
PAGES = {MENU[one.item].url_name for one in EXPORTS if one.code not in OF_ONE | BELOW}


def forms(kind: type[FilterForm] = FilterForm) -> Iterator[type[FilterForm]]:
    for one in kind.__subclasses__():
        yield from (one, *forms(one))


def nonsense(value: str = "\0") -> str:
    """Return an address in which every filter of any list is wrong: what no text, day and choice may hold. Pages never
    read a NUL (`config.addresses`); "-" may be a text."""
    names = {name for one in forms() for name in one.base_fields} | {"by", "term"}
    query = QueryDict(mutable=True)
    for name in names:
        query[name] = value
    return query.urlencode()


@pytest.fixture
def retired(admin: User) -> str:
    """The address of a condition on a field that is not asked any more."""
    field = make_field("是否在职", FieldKind.FLAG)
    retire_field(field=field, actor=admin, now=timezone.now())
    query = QueryDict(mutable=True)
    query["where"] = WHERE % field.code
    return query.urlencode()


@pytest.mark.parametrize("code", sorted({one.code for one in EXPORTS} - OF_ONE))
def test_no_export_of_any_app_is_made_by_a_filter_that_is_wrong(code: str, admin: User) -> None:
    read_for_file(EXPORTS[code], admin, QueryDict(""))
    with pytest.raises(ExportRefused, match="筛选条件有误"):
        read_for_file(EXPORTS[code], admin, QueryDict(nonsense()))


@pytest.mark.parametrize("code", ["reports.statistics", "experts.experts"])
@pytest.mark.shows("EXP-12", "EXP-43")
def test_a_condition_on_a_retired_field_makes_no_file(
    client: Client, admin: User, retired: str, code: str
) -> None:
    page = login(client, admin).post(f"/exports/new/{code}/?{retired}", follow=True)
    assert "没有生成文件，筛选条件有误：高级条件有误" in page.content.decode()
    assert not ExportRun.objects.exists()
    assert not Entry.objects.filter(action="export.finish").exists()


def test_neither_a_package_nor_a_print(client: Client, admin: User, retired: str) -> None:
    login(client, admin)
    doors: list[tuple[str, Any]] = [
        ("/experts/package/", client.post),
        ("/draws/statistics/pdf/", client.get),
    ]
    for address, answer in doors:
        page = answer(f"{address}?{retired}", follow=True)
        # Back where the condition stands and can be taken away.
        assert page.redirect_chain[0][0].endswith(f"?{retired}")
        assert "没有生成文件，筛选条件有误：高级条件有误" in page.content.decode()


@pytest.mark.parametrize("query", ["term=abc", "tab=nothing", "where=%7B"])
def test_nor_by_a_day_a_tab_or_a_condition_that_is_none(admin: User, query: str) -> None:
    with pytest.raises(ExportRefused, match="没有生成文件，筛选条件有误："):
        read_for_file(EXPORTS["experts.experts"], admin, QueryDict(query))


def test_a_field_that_is_retired_while_the_export_waits(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "AT_ONCE", -1)
    field, now = make_field("是否在职", FieldKind.FLAG), timezone.now()
    query = QueryDict(mutable=True)
    query["where"] = WHERE % field.code
    run = start_export(
        exporter=EXPORTS["experts.experts"], params=query, actor=admin, address="", now=now
    )
    retire_field(field=field, actor=admin, now=now)
    write_export(run_id=run.pk, now=now)
    run.refresh_from_db()
    assert run.state == ExportState.FAILED
    assert run.error.startswith("没有生成文件，筛选条件有误：高级条件有误")


@pytest.mark.parametrize(
    ("place", "button"),
    [
        *((place, "data-export") for place in sorted(PAGES)),
        ("reports:statistics", "下载 PDF"),
        ("experts:list", "打包导出"),
    ],
)
def test_a_list_that_is_not_understood_offers_no_file(
    client: Client, admin: User, place: str, button: str
) -> None:
    address = reverse(place)
    assert button in login(client, admin).get(address).content.decode()
    refused = client.get(f"{address}?{nonsense('-')}&tab=nothing").content.decode()
    assert "筛选条件有误" in refused or NO_TAB in refused
    assert button not in refused


def test_nor_one_whose_tab_is_unknown(client: Client, admin: User) -> None:
    page = login(client, admin).get("/experts/?tab=nothing").content.decode()
    assert not {"data-export", "打包导出"} & set(re.findall(r"[-\w]+", page))
