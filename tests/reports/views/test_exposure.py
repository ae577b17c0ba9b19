"""The page 曝光分析."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.exporting import EXPORTS
from expertpool.draws.models import Draw
from expertpool.draws.services.names import release
from expertpool.reports.models import ExposureReport
from expertpool.reports.services.exposure import compute_report, request_report
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
PAGE = "reports:exposure"


@pytest.fixture
def report() -> ExposureReport:
    for name in ("王一", "李二", "张三", "赵四"):
        make_expert(name)
    now = timezone.now() - timedelta(hours=10)
    draw = make_draw(now=now, opens_in_hours=4, seats=2)
    release(draw_id=draw.pk, now=draw.reveal_at)
    day = timezone.localdate(now)
    row = request_report(start=day, end=day, actor=None, now=timezone.now())
    compute_report(report_id=row.pk, now=timezone.now())
    row.refresh_from_db()
    return row


def test_the_page_shows_experts_beside_chance(
    client: Client, supervisor: User, report: ExposureReport
) -> None:
    page = login(client, supervisor).get(reverse(PAGE))
    text = page.content.decode()
    assert page.context["total"] == 4
    assert {row.expected for row in page.context["page"]} == {0.5}
    for words in ("王一", "名单容易被猜到", "抽取次数太少", "拒绝率", "重新计算"):
        assert words in text
    drawn = client.get(reverse(PAGE), {"shown": "drawn"}).context["total"]
    assert drawn == 2
    assert client.get(reverse(PAGE), {"expert": "李二"}).context["total"] == 1
    assert client.get(reverse(PAGE), {"shown": "striking"}).context["total"] == 0


def test_an_empty_page_says_how_to_begin(client: Client, auditor: User) -> None:
    assert "还没有统计" in login(client, auditor).get(reverse(PAGE)).content.decode()


def test_a_period_is_asked_for_and_computed_again(client: Client, auditor: User) -> None:
    login(client, auditor)
    address = reverse("reports:exposure_new")
    wrong = client.post(address, {"period": "昨天"})
    assert wrong.status_code == 422
    assert client.post(address, {"period": "2999-01-01 至 2999-01-31"}).status_code == 422
    answer = client.post(address, {"period": "2026-01-01 至 2026-01-31"})
    report = ExposureReport.objects.get()
    assert answer.headers["HX-Redirect"].endswith(f"?report={report.pk}")
    assert "正在计算" in client.get(reverse(PAGE), {"report": report.pk}).content.decode()
    compute_report(report_id=report.pk, now=timezone.now())
    assert "正在计算</" not in client.get(reverse(PAGE), {"report": report.pk}).content.decode()
    client.post(reverse("reports:exposure_again", args=[report.pk]))
    report.refresh_from_db()
    assert report.state == "queued"


def test_only_experts_in_the_scope_of_the_reader_are_named(
    client: Client, operator: User, supervisor: User, report: ExposureReport
) -> None:
    request = login(client, supervisor).get(reverse(PAGE)).wsgi_request
    exporter = EXPORTS["reports.exposure"]
    rows = list(exporter.rows(supervisor, request.GET))
    values = [[column.value(row) for column in exporter.columns] for row in rows]
    assert len(values) == 4
    assert all(value[3:6] in ([1, 0.5, 0], [1, 0.5, 1]) for value in values)
    assert not exporter.rows(operator, request.GET).exists()
    assert login(client, operator).get(reverse(PAGE)).status_code == 403


def test_a_missing_report_is_an_empty_page(client: Client, auditor: User) -> None:
    page = login(client, auditor).get(reverse(PAGE), {"report": "999999"})
    assert page.status_code == 200
    assert not Draw.objects.exists()
