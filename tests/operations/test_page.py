"""The page 运行状况."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.health import CHECKS, Check, Finding, Health
from tests.factories.alerts import make_alert
from tests.fixtures import login

pytestmark = pytest.mark.django_db


def check(code: str, finding: Finding, order: int = 1) -> Check:
    return Check(code, f"检查 {code}", CHECKS["disk"].group, lambda _now: finding, order=order)


@pytest.mark.shows("SYS-01")
def test_the_page_says_what_is_wrong_and_what_to_do(client: Client, auditor: User) -> None:
    login(client, auditor)
    bad = check("a", Finding(Health.FAILED, "磁盘快满了。", "剩余 1 GB", "请清理磁盘。"))
    worth = check("b", Finding(Health.WARNING, "慢。", mend="请看日志。"), 2)
    good = check("c", Finding(Health.OK, "好。", mend="不该显示。"), 3)
    with CHECKS.holding(bad, worth, good, alone=True):
        page = client.get("/operations/").content.decode()
    assert "1 项故障、1 项警示" in page
    for words in ("检查 a", "磁盘快满了。", "剩余 1 GB", "请清理磁盘。", "请看日志。", "好。"):
        assert words in page
    assert "不该显示" not in page
    assert 'hx-trigger="every 30s"' in page
    with CHECKS.holding(good, alone=True):
        assert "一切正常" in client.get("/operations/").content.decode()


def test_the_page_is_asked_for_again_in_part(client: Client, admin: User) -> None:
    headers = {"HX-Request": "true", "HX-Target": "list"}
    part = login(client, admin).get("/operations/", headers=headers).content.decode()
    assert part.strip().startswith('<div id="list"')
    assert "限时任务" in part
    assert "版本 0.1.0" in part
    assert "/operations/" in client.get("/").content.decode()


def test_alerts_cost_no_query_each(client: Client, admin: User) -> None:
    login(client, admin)
    headers = {"HX-Request": "true", "HX-Target": "list"}

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/operations/", headers=headers)
        return len(asked)

    make_alert("一")
    queries()
    one = queries()
    make_alert("二", acknowledged_at=timezone.now(), acknowledged_by=admin)
    make_alert("三", acknowledged_at=timezone.now(), acknowledged_by=admin)
    assert queries() == one < 90  # each kind of rows that is watched is one
