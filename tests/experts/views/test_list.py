"""The list of experts: filters, tabs, rights, masks, cost."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models.sql.compiler import SQLCompiler
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Role, RolePermission, User
from expertpool.core.models import SavedSearch
from expertpool.experts.forms.filters import ExpertFilter
from expertpool.experts.models import Expert
from expertpool.experts.services.admission import begin_admissions
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import (
    NOW,
    make_expert,
    make_specialty,
    make_tag,
    make_unit,
)
from tests.fixtures import login

LIST = reverse("experts:list")


@pytest.fixture(autouse=True)
def _at_now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def shown(client: Client, query: str = "") -> str:
    page = client.get(f"{LIST}?{query}").context["page"]
    return "".join(sorted(expert.name for expert in page))


@pytest.mark.shows("EXP-01", "EXP-18", "EXP-22", "EXP-33")
def test_filters_narrow_the_list(client: Client, admin: User) -> None:
    login(client, admin)
    leaf = make_specialty("Q1", parent=make_specialty("Q"))
    tag, unit = make_tag(), make_unit("甲院")
    make_expert("甲", specialties=(leaf,), title_level=3, term_end_date=NOW.date())
    make_expert("乙", tags=(tag,), title_level=2, kind="organisation")
    make_expert("丙", employer=unit, title_level=4, education="本科")
    assert shown(client) == "丙乙甲"
    assert shown(client, f"specialty={leaf.parent_id}") == "甲"
    assert shown(client, f"tag={tag.pk}") == "乙"
    assert shown(client, f"employer={unit.pk}") == "丙"
    assert shown(client, "title_level=3") == "丙甲"
    assert shown(client, "title_level=0") == ""
    assert shown(client, "term=2026-11-01 至 2026-11-30") == "甲"
    assert shown(client, "kind=organisation") == "乙"
    assert shown(client, "education=本科") == "丙"
    assert shown(client, "q=甲院") == "丙"
    for wrong in ("specialty=nonsense", "employer=x", "tag=9999", "term=0001-01-01 至 9999-12-31"):
        assert shown(client, wrong) == ""


@pytest.mark.shows("EXP-23")
def test_a_condition_of_the_builder_is_in_the_address(client: Client, admin: User) -> None:
    login(client, admin)
    make_expert("甲", title_level=4)
    make_expert("乙", title_level=1, kind="organisation")
    make_expert("丙", title_level=1)
    where = {
        "any": [
            {"field": "title_level", "op": "gte", "value": 3},
            {"field": "kind", "op": "eq", "value": "organisation"},
        ]
    }
    answer = client.post(
        reverse("experts:conditions") + "?tab=formal", {"where": json.dumps(where)}
    )
    address = answer["HX-Redirect"]
    assert "tab=formal" in address
    page = client.get(address)
    assert {expert.name for expert in page.context["page"]} == {"甲", "乙"}
    assert "类别 是 单位专家 或 职称级别 不低于 副高" in page.content.decode()
    broken = client.get(f"{LIST}?where=broken")
    assert len(broken.context["page"]) == 0
    assert "高级条件有误" in broken.content.decode()
    assert client.post(reverse("experts:conditions"), {"where": ""}).status_code == 422


@pytest.mark.shows("EXP-20", "EXP-52")
def test_tabs_count_each_status(client: Client, admin: User) -> None:
    login(client, admin)
    today = timezone.localdate()
    make_expert(term_end_date=today + timedelta(days=60))
    make_expert(term_end_date=today + timedelta(days=61))
    for status in ("pending", "frozen", "blacklisted", "deleted"):
        make_expert(status=status)
    tabs = client.get(LIST).context["tabs"]
    counts = {tab["label"]: tab["count"] for tab in tabs}
    assert counts == {
        "全部": 5,
        "在库": 2,
        "待审核": 1,
        "冻结": 1,
        "即将到期": 1,
        "黑名单": 1,
        "已删除": 1,
    }


@pytest.mark.shows("EXP-38", "EXP-39")
def test_phones_are_masked_for_an_operator(client: Client, admin: User, operator: User) -> None:
    make_expert(phone="13800138000", email="wang@example.cn", address="长安街 1 号")
    for user, visible in ((operator, False), (admin, True)):
        page = login(client, user).get(LIST).content.decode()
        assert ("13800138000" in page) is visible
        assert "wang@example.cn" not in page


@pytest.mark.shows("EXP-40")
def test_rows_outside_the_right_do_not_exist(db: None, client: Client) -> None:
    ours, theirs = make_department("甲部"), make_department("乙部")
    role = Role.objects.create(code="clerk", name="库员")
    RolePermission.objects.create(role=role, code="experts.view", scope=Scope.DEPARTMENT)
    user = make_user(roles=(role,), department=ours)
    make_expert("甲", department=ours)
    hidden = make_expert("乙", department=theirs)
    login(client, user)
    assert shown(client) == "甲"
    assert client.get(reverse("experts:detail", args=[hidden.pk])).status_code == 404
    assert client.get(reverse("experts:options")).json()[0]["text"] == "甲"


def test_htmx_gets_the_list_alone(client: Client, admin: User) -> None:
    login(client, admin)
    answer = client.get(LIST, headers={"HX-Request": "true", "HX-Target": "list"})
    assert "<html" not in answer.content.decode()
    assert 'id="list"' in answer.content.decode()
    assert "没有符合条件的专家" in answer.content.decode()


def test_the_cost_does_not_grow_with_the_rows(client: Client, admin: User) -> None:
    unit, specialty, tag = make_unit(), make_specialty("Q1"), make_tag()
    login(client, admin)
    costs = []
    for count in (1, 2):
        for _ in range(count):
            make_expert(employer=unit, specialties=(specialty,), tags=(tag,))
        client.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 20  # the menu of the shell asks some of them


# --- Kept searches ---------------------------------------------------------------------------


@pytest.mark.shows("EXP-24")
def test_a_search_is_kept_and_used_with_one_click(
    client: Client, admin: User, operator: User
) -> None:
    login(client, admin)
    make_expert("甲", title_level=4)
    make_expert("乙")
    url = reverse("core:saved_add", args=["experts"]) + "?title_level=4&tab=formal&page=2"
    assert client.post(url, {"name": "正高", "shared": "on"}).status_code == 204
    assert client.post(url, {"name": "正高"}).status_code == 422
    (kept,) = client.get(LIST).context["saved"]
    assert (kept.name, kept.url) == ("正高", f"{LIST}?title_level=4&tab=formal")
    assert {expert.name for expert in client.get(kept.url).context["page"]} == {"甲"}

    login(client, operator)
    (shared,) = client.get(LIST).context["saved"]
    assert (shared.name, shared.delete_url) == ("正高", "")
    search = SavedSearch.objects.get()
    delete = reverse("core:saved_delete", args=[search.pk])
    assert client.post(delete).status_code == 409
    assert login(client, admin).post(delete).status_code == 204
    assert not SavedSearch.objects.exists()


def test_a_private_search_is_nobody_elses(client: Client, admin: User, operator: User) -> None:
    SavedSearch.objects.create(page="experts", name="私", query="q=1", owner=admin, created_at=NOW)
    assert login(client, operator).get(LIST).context["saved"] == []
    delete = reverse("core:saved_delete", args=[SavedSearch.objects.get().pk])
    assert client.post(delete).status_code == 404


def test_the_menu_of_a_row_comes_when_it_is_opened(client: Client, admin: User) -> None:
    login(client, admin)
    expert = make_expert("甲")
    address = reverse("experts:menu", args=[expert.pk])
    html = client.get(LIST).content.decode()
    assert f'data-load="{address}"' in html
    assert "登记请假" not in html
    assert labels(client, address) == ["冻结", "登记请假", "移入黑名单", "删除"]
    Expert.objects.filter(pk=expert.pk).update(status="pending")
    begin_admissions(now=timezone.now())
    assert labels(client, address) == ["审核通过", "退回", "登记请假", "删除"]


def labels(client: Client, address: str) -> list[str]:
    return re.findall(r"<span>(\w+)</span>", client.get(address).content.decode())


def test_the_list_as_it_opens_is_counted_further_than_a_narrowed_one(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To ten thousands exactly; what a filter left says "at least" much sooner."""
    for name, limit in (("COUNT_ALL", 10), ("COUNT_NARROWED", 2)):
        monkeypatch.setattr(f"expertpool.core.views.listing.{name}", limit)
    for name in "甲乙丙":
        make_expert(name, kind="organisation")
    login(client, admin)
    assert format(client.get(LIST).context["total"], ",") == "3"
    assert format(client.get(f"{LIST}?kind=organisation").context["total"], ",") == "2+"


def test_a_page_is_not_kept_by_what_nobody_chose(client: Client, admin: User) -> None:
    """A `ValidationError` is its own list of errors: one that was raised for an empty control kept each page, with all
    its frames, until a collection of twenty of them held up another."""
    login(client, admin)
    make_expert("甲")
    client.get(LIST)
    gc.collect()
    gc.disable()
    try:
        before = faults_alive()
        client.get(LIST)
        assert faults_alive() == before
    finally:
        gc.enable()


def faults_alive() -> int:
    return sum(type(one) is ValidationError for one in gc.get_objects())


def test_a_page_that_nobody_narrowed_works_no_condition_out(client: Client, admin: User) -> None:
    """Of what nobody chose: Django writes a whole statement before it finds that nothing fits."""
    form = ExpertFilter(QueryDict(), user=admin)
    assert form.is_valid()
    with patch_of_statements() as written:
        assert form.value("specialty") is form.value("employer") is None
        str(form["specialty"]), str(form["employer"])
    assert written == []


@contextmanager
def patch_of_statements() -> Iterator[list[str]]:
    """Collect the models of which a statement is written."""
    written: list[str] = []
    write = SQLCompiler.as_sql

    def noting(self: Any, *args: Any, **kwargs: Any) -> Any:
        written.append(self.query.model.__name__)
        return write(self, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SQLCompiler, "as_sql", noting)
        yield written
