"""The page 运行状况."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import User
from expertpool.core.health import CHECKS, Check, Finding, Health
from expertpool.core.jobs import defer
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


@pytest.mark.shows("SYS-01")
def test_the_page_says_how_long_the_oldest_job_of_a_queue_has_waited(
    client: Client, admin: User
) -> None:
    now = timezone.now()
    for hours in (1, 3, 2):
        job_id = defer("draws.sweep", timestamp=hours)
        at = now - timedelta(hours=hours, minutes=20)
        ProcrastinateJob.objects.filter(pk=job_id).update(scheduled_at=at, queueing_lock=None)
    page = login(client, admin).get("/operations/").content.decode()
    rows = re.findall(r"<tr>.*?</tr>", page[page.index("等得最久") :], re.DOTALL)
    (row,) = (row for row in rows if "限时任务" in row)
    cells = [cell.strip() for cell in re.findall(r">([^<>]+)</td>", row)]
    assert cells == ["限时任务", "3", "3 小时 20 分钟", "0", "没有"]
    (idle,) = (row for row in rows if ">通知<" in row)
    assert ">—</td>" in idle


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
    # Each kind of rows that is watched is one; names, which are looked for in their packs, are three.
    assert queries() == one < 94
