"""Watermark, search, health, the variables of the shell, and answers to htmx."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from expertpool.accounts.models import User
from expertpool.core import duties
from expertpool.core.client import client_address
from expertpool.core.context import shell
from expertpool.core.health import CHECKS, Check, Finding, Health
from expertpool.core.health.program import SERVER
from expertpool.core.menus import is_current
from expertpool.core.models import KeyCheck
from expertpool.core.responses import Undo, refused, saved
from expertpool.core.search import SEARCHES, SearchItem, SearchProvider
from expertpool.experts.models import Expert
from expertpool.portal.services.keychecks import check_keys
from tests.fixtures import login


@pytest.mark.django_db
@pytest.mark.shows("EXP-37", "PRJ-23")
def test_the_watermark_names_who_when_and_where(client: Client, department_user: User) -> None:
    department_user.name = "<李&四>"
    department_user.save()
    response = login(client, department_user).get("/watermark.svg", REMOTE_ADDR="10.0.0.8")
    svg = response.content.decode()
    assert response["Content-Type"].startswith("image/svg+xml")
    assert "no-store" in response["Cache-Control"]
    assert 'width="100%" height="100%"' in svg
    assert "<pattern" in svg
    assert "&lt;李&amp;四&gt; 工程建设部" in svg
    assert "10.0.0.8" in svg


@pytest.mark.django_db
def test_watermark_and_search_are_for_who_signed_in(client: Client) -> None:
    for url in ("/watermark.svg", "/search/?q=a", "/exports/"):
        assert client.get(url).status_code == 302


@pytest.mark.django_db
def test_a_page_of_one_account_is_loaded_anew_for_another(
    client: Client, admin: User, department_user: User
) -> None:
    login(client, admin)
    own = client.get("/signed-in/", headers={"X-Account": str(admin.pk)})
    assert "请关闭本窗口" in own.content.decode()
    # Whatever the page of the other one asks, and above all what it sends.
    posted = {"name": "李娜", "phone": "13911110002"}
    others = {"X-Account": str(department_user.pk)}
    answer = client.post("/experts/new/", posted, headers=others)
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")
    assert not Expert.objects.exists()
    assert "另一个账号" in client.get("/experts/").content.decode()


@pytest.mark.django_db
def test_health_is_public_and_asks_the_database(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duties, "STARTED", timezone.now())
    monkeypatch.setattr(
        shutil, "disk_usage", lambda _path: SimpleNamespace(total=10**12, free=9 * 10**11)
    )
    answer = client.get("/health/").json()
    assert answer.keys() == {"status", "database", "keys", "duties", "disk", "unreadable"}
    assert set(answer.values()) == {"ok"}

    def broken() -> Any:
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", broken)
    response = client.get("/health/")
    assert (response.status_code, response.json()["status"]) == (503, "unavailable")
    # What balances the load is told the same; who starts it anew, that this process answers.
    assert client.get("/health/ready/").status_code == 503
    assert client.get("/health/live/").json() == {"status": "ok"}


@pytest.mark.django_db
def test_the_log_says_which_check_failed_and_why(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Any:
        raise DatabaseError("the server closed the connection")

    client.get("/health/")
    with monkeypatch.context() as patched, caplog.at_level("WARNING"):
        patched.setattr(connection, "cursor", broken)
        assert client.get("/health/").status_code == 503
    (line,) = [one.getMessage() for one in caplog.records]
    assert "check database: DatabaseError: the server closed the connection" in line


@pytest.mark.django_db
def test_who_does_not_wait_for_it_is_no_fault_of_the_database(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    def find(_now: Any) -> Finding:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(20)")
        return Finding(Health.OK, "")

    slow = Check("slow", "慢", SERVER, find, probe="slow", vital=True)
    gone: Any = {"waitress.client_disconnected": lambda: True}  # as our web server says it
    with CHECKS.holding(slow), caplog.at_level("INFO"):
        assert client.get("/health/", **gone).status_code == 499
    assert {one.levelname for one in caplog.records} <= {"INFO"}


@pytest.mark.django_db
def test_nor_before_any_view_is_reached(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def rule_for(*_args: Any, **_kw: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(20)")

    monkeypatch.setattr("expertpool.networks.middleware.KEPT.rule_for", rule_for)
    client.raise_request_exception = False
    gone: Any = {"waitress.client_disconnected": lambda: True}
    with caplog.at_level("INFO"):
        answer = client.get("/login/", **gone)
    assert (answer.status_code, answer.reason_phrase) == (499, "Nobody waits for the answer")
    assert not [one for one in caplog.records if one.levelname == "ERROR"]


@pytest.mark.django_db
def test_ready_asks_for_nothing_that_serves_nobody_less(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/health/ready/")  # settings are at hand
    with django_assert_num_queries(2):
        assert client.get("/health/ready/").json() == dict.fromkeys(
            ("status", "database", "keys"), "ok"
        )
    with django_assert_num_queries(0):
        assert client.get("/health/live/").status_code == 200


@pytest.mark.django_db
def test_health_tells_of_a_process_without_the_keys_of_the_data(
    client: Client,
) -> None:
    check_keys()
    assert client.get("/health/").status_code == 200
    KeyCheck.objects.create(setting="FIELD_KEY", digest=b"n" * 16)  # of who started later
    response = client.get("/health/")
    assert (response.status_code, response.json()["keys"]) == (503, "restart")


@pytest.mark.django_db
def test_search_answers_what_one_may_see(client: Client, admin: User, finance: User) -> None:
    page = login(client, admin).get("/search/?q=职称").content.decode()
    assert '/directory/titles/"' in page
    assert "功能" in page
    assert (
        "/directory/titles/" not in login(client, finance).get("/search/?q=职称").content.decode()
    )
    assert "没有找到“<b>”" not in client.get("/search/?q=<b>").content.decode()


@pytest.mark.django_db
def test_providers_are_asked_in_order(client: Client, admin: User) -> None:
    def find(user: User, query: str, limit: int) -> list[SearchItem]:
        return [SearchItem(f"{user} {query} {limit}", "/x/", "user")]

    with SEARCHES.holding(SearchProvider("tests", "专家", find, order=1)):
        page = login(client, admin).get("/search/?q=%20职称 ").content.decode()
    assert page.count(f"{admin} 职称 6") == 1
    assert page.index("专家") < page.index("功能")


@pytest.mark.django_db
def test_the_shell_gets_its_variables(client: Client, department_user: User) -> None:
    request = RequestFactory().get("/directory/titles/")
    request.user = department_user
    request.resolver_match = None
    values = shell(request)
    assert values["site_name"]() == "专家库综合管理系统"
    assert (values["account_name"], values["account_unit"]) == (department_user.name, "工程建设部")
    assert values["logout_url"]
    assert {"label": "我的导出", "url": "/exports/", "icon": "download"} in values[
        "account_items"
    ]()
    request.user = AnonymousUser()
    assert shell(request).keys() == {
        "site_name",
        "site_logo_url",
        "office_details",
        "login_url",
        "public_page",
        "canonical_url",
    }


@pytest.mark.django_db
def test_the_menu_marks_the_current_page(client: Client, admin: User) -> None:
    page = login(client, admin).get("/directory/schemes/").content.decode()
    current = page.split('aria-current="page"')[1]
    assert "专业分类" in current[:200]


@pytest.mark.parametrize(
    ("here", "prefix", "current"),
    [
        ("directory:title_list", "directory:title_list", True),
        ("directory:title_edit", "directory:title_list", False),
        ("directory:title_edit", "directory:title_", True),
        ("directory:title_edit", "directory", True),
        ("directory2:x", "directory", False),
        ("", "directory", False),
    ],
)
def test_menu_prefixes(here: str, prefix: str, current: bool) -> None:
    assert is_current(here, (prefix,)) is current


def test_saved_closes_the_drawer_and_loads_the_list_again() -> None:
    response = saved("已保存", undo=Undo("/undo/", [7]))
    assert response.status_code == 204
    assert json.loads(response["HX-Trigger"]) == {
        "drawer:close": {},
        "toast": {"message": "已保存", "level": "success", "undo": {"url": "/undo/", "pk": [7]}},
        "list:refresh": {},
    }
    # Servers and proxies take headers of a few thousand bytes.
    many = json.loads(saved("x", undo=Undo("/undo/", range(1000)))["HX-Trigger"])
    assert "undo" not in many["toast"]
    assert "page:refresh" in json.loads(saved("x", refresh="page")["HX-Trigger"])
    assert "list:refresh" not in json.loads(saved("x", refresh="")["HX-Trigger"])


def test_refused_says_why() -> None:
    response = refused("先删除下级")
    assert response.status_code == 409
    assert json.loads(response["HX-Trigger"]) == {
        "toast": {"message": "先删除下级", "level": "danger"}
    }


@pytest.mark.parametrize(
    ("trusted", "forwarded", "address"),
    [
        (False, "1.2.3.4", "10.0.0.8"),
        (True, "1.2.3.4, 5.6.7.8", "5.6.7.8"),
        (True, "", "10.0.0.8"),
        (True, "x" * 99, "x" * 45),
    ],
)
def test_the_address_of_a_visitor(
    settings: Any, trusted: bool, forwarded: str, address: str
) -> None:
    settings.TRUST_PROXY = trusted
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.8", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == address
