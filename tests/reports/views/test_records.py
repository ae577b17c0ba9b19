"""Records of the system itself, counted: table, chart, list behind and file say the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import LoginOutcome
from expertpool.accounts.models import LoginRecord, User
from expertpool.monitoring.models import Heartbeat
from expertpool.monitoring.queries.activity import heat_map
from tests.factories.accounts import built_in_roles, make_user
from tests.factories.monitoring import beats
from tests.fixtures import login
from tests.projects.test_exports import export

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
PAGE = reverse("reports:sign_ins")
OUTCOMES = (LoginOutcome.SUCCESS, LoginOutcome.WRONG_PASSWORD, LoginOutcome.CONFIRMED)
DEVICES = (
    "Windows · Edge",
    "安卓手机 · 微信",
    "iPhone · Safari",
    "Linux · Chrome",
    "未知设备",
    "鸿蒙",
)


@pytest.fixture
def sign_ins(admin: User) -> None:
    other, now = make_user(), timezone.now()
    for at in range(24):
        LoginRecord.objects.create(
            at=now - timedelta(hours=7 * at),
            account="x",
            user=(admin, other, None)[at % 3],
            address="203.0.113.7",
            device=DEVICES[at // 2 % len(DEVICES)],
            outcome=OUTCOMES[at % 2 if at % 3 < 2 else 1],
        )


def counts(client: Client, by: str, measure: str = "count", **query: Any) -> dict[str, int]:
    found = client.get(PAGE, {"by": by, **query}).context["found"]
    return {line.label: line.sums[measure] for line in (*found.lines, found.total)}


@pytest.mark.shows("SYS-19")
def test_table_chart_list_and_file_equal_the_log(client, admin, sign_ins):
    login(client, admin)
    codes = [one.code for one in client.get(PAGE).context["reading"].topic.dimensions]
    assert {"platform", "browser", "day", "month", "year"} <= set(codes)
    days = f"{timezone.localdate() - timedelta(days=4)} 至 {timezone.localdate()}"
    for query in ({}, {"days": days}):
        for by in codes:
            context = client.get(PAGE, {"by": by, **query}).context
            found = context["found"]
            assert context["chart"]["values"] == [line.sums["count"] for line in found.lines]
            for line, figures in [*context["lines"], (found.total, context["total_figures"])]:
                for header, figure, url in figures:
                    if url and header != "登录人数":
                        assert client.get(url).context["total"] == int(figure), (by, line, header)
            exported = export(client, "reports.sign_ins", by=by, **query)
            assert [row["登录次数"] for row in exported] == [
                one.sums["count"] for one in (*found.lines, found.total)
            ]
        rows = LoginRecord.objects.count() if not query else found.total.sums["count"]
        assert found.total.sums["count"] == rows > 0


@pytest.mark.shows("SYS-19")
def test_sign_ins_are_counted_as_by_hand(client, admin, sign_ins):
    login(client, admin)
    assert counts(client, "platform") == {
        "手机和平板": 12,
        "电脑": 8,
        "无法识别": 4,
        "合计": 24,
    }
    assert counts(client, "browser")["微信"] == 4
    # Somebody who signs in by two ways is one.
    assert counts(client, "platform", "users")["合计"] == 2
    by_system = counts(client, "system", "users")
    assert (by_system["Windows"], by_system["Linux"], by_system["合计"]) == (1, 1, 2)


def test_a_pdf_is_made_of_them(client, admin, sign_ins):
    login(client, admin)
    answer = client.get(reverse("reports:sign_ins_pdf"), {"by": "platform"})
    assert answer["Content-Type"] == "application/pdf"


# --- Activity --------------------------------------------------------------------------------------------

ACTIVITY = reverse("reports:activity")


def active(client: Client, by: str, **query: Any) -> dict[str, Any]:
    return client.get(ACTIVITY, {"by": by, **query}).context


@pytest.mark.shows("SYS-21")
def test_active_users_of_any_period_equal_the_heartbeats(client, admin):
    clerk, other = make_user(), make_user()
    now = timezone.localtime().replace(microsecond=0)
    offsets = (1, 2, 61, 3_700, 86_500, 200_000)
    beats(clerk, *(now - timedelta(seconds=one) for one in offsets))
    beats(other, *(now - timedelta(seconds=one) for one in offsets[::2]))
    login(client, admin)
    formats = {
        "second": "%Y-%m-%d %H:%M:%S",
        "minute": "%Y-%m-%d %H:%M",
        "hour": "%Y-%m-%d %H 时",
        "day": "%Y-%m-%d",
        "month": "%Y-%m",
        "year": "%Y 年",
    }
    periods = [(now - timedelta(hours=2), now), (now - timedelta(days=1, hours=2), now)]
    for by, form in formats.items():
        for begins, ends in periods:
            if by == "second" and ends - begins > timedelta(hours=2):
                continue
            query = {"begins": f"{begins:%Y-%m-%d %H:%M:%S}", "ends": f"{ends:%Y-%m-%d %H:%M:%S}"}
            found = active(client, by, **query)["found"]
            expected: dict[str, set[int]] = {}
            rows = Heartbeat.objects.filter(at__gte=begins, at__lt=ends)
            for beat in rows:
                label = timezone.localtime(beat.at).strftime(form)
                expected.setdefault(label, set()).add(beat.user_id)
            assert {line.label: line.sums["users"] for line in found.lines} == {
                label: len(users) for label, users in expected.items()
            }, by
            assert found.total.sums["users"] == len(set().union(*expected.values()))
            assert found.total.sums["count"] == rows.count()
    exported = export(client, "reports.activity", by="day")
    assert exported[-1]["日"] == "合计"


@pytest.mark.shows("SYS-21")
def test_what_cannot_be_split_so_finely_is_said(client, admin):
    login(client, admin)
    for query, words in (
        (
            {"by": "second", "begins": "2026-11-01", "ends": "2026-11-02"},
            "按秒统计的时段最长 2 小时",
        ),
        (
            {"by": "minute", "begins": "2020-11-01", "ends": "2020-11-01"},
            "以前的心跳每小时只留一次",
        ),
        ({"by": "day", "begins": "2026-11-03", "ends": "2026-11-02"}, "结束应晚于开始"),
    ):
        page = client.get(ACTIVITY, query).content.decode()
        assert words in page, query


@pytest.mark.shows("SYS-23")
def test_roles_and_hours_of_the_day_equal_the_heat_map(client, admin):
    """The map stood for itself: no table, chart or file of statistics had its numbers."""
    clerk, both = make_user("operator"), make_user("operator")
    both.roles.add(built_in_roles()["auditor"])
    now = timezone.localtime().replace(minute=30, second=0, microsecond=0)
    for user, hours in ((clerk, (2, 26, 27)), (both, (2, 3, 50)), (make_user(), (4,))):
        beats(user, *(now - timedelta(hours=one, seconds=at) for one in hours for at in (0, 40)))
    days = (timezone.localdate(now) - timedelta(days=4), timezone.localdate(now))
    begins, ends = f"{days[0]} 00:00:00", f"{now:%Y-%m-%d %H:%M:%S}"
    login(client, admin)
    found = active(client, "role", begins=begins, ends=ends)["found"]
    told = {line.label: (line.key, line.sums) for line in found.lines}
    rows = heat_map(admin, days)
    assert {row.role: row.total for row in rows} == {
        label: sums["hours"] for label, (_, sums) in told.items() if label != "没有角色"
    }
    assert found.total.sums["hours"] == 7
    for row in rows:
        segment = f"role:{told[row.role][0]}"
        split = active(client, "time_of_day", begins=begins, ends=ends, segment=segment)
        assert {line.label: line.sums["hours"] for line in split["found"].lines} == {
            f"{cell.hour} 时": cell.count for cell in row.cells if cell.count
        }
    exported = export(client, "reports.activity", by="role", begins=begins, ends=ends)
    assert [one["活跃人时"] for one in exported][-1] == 7


# --- Who is online -----------------------------------------------------------------------------------------


@pytest.mark.shows("SYS-21")
def test_who_is_online_is_counted_as_the_list_shows(client, admin):
    clerk, both, gone = make_user("operator"), make_user("operator"), make_user("operator")
    both.roles.add(built_in_roles()["auditor"])
    now = timezone.now()
    beats(clerk, now)
    beats(both, now)
    beats(gone, now - timedelta(hours=1))
    login(client, admin)
    page = reverse("reports:online")
    for by in ("role", "department"):
        context = client.get(page, {"by": by}).context
        found = context["found"]
        assert found.total.sums["count"] == 2
        assert context["chart"]["values"] == [line.sums["count"] for line in found.lines]
        for line, figures in [*context["lines"], (found.total, context["total_figures"])]:
            for _, figure, url in figures:
                assert client.get(url).context["total"] == int(figure), (by, line)
        exported = export(client, "reports.online", by=by)
        assert [row["在线人数"] for row in exported] == [
            line.sums["count"] for line in (*found.lines, found.total)
        ]
    assert len(client.get(page, {"by": "role"}).context["found"].lines) == 2
    listed = client.get(reverse("monitoring:online"), {"q": clerk.username})
    assert [row.user for row in listed.context["page"]] == [clerk]
    login(client, make_user("operator"))
    assert client.get(page).status_code == 403
