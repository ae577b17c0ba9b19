"""What is noted of whoever opens a page, how it is written, and who is told what of it."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import HeldRole, User
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.audit.models import Entry
from expertpool.draws.models import Draw
from expertpool.experts.services.blacklist import add_to_blacklist
from expertpool.monitoring.models import Heartbeat, LastBeat, PublicVisit, Visit
from expertpool.monitoring.queries.activity import (
    heartbeats_visible_to,
    online_visible_to,
    visits_visible_to,
)
from expertpool.monitoring.queries.pages import page_of
from expertpool.monitoring.services.buffer import BUFFER, MOST, TRIES, Buffer
from expertpool.monitoring.services.recording import Beat, Seen
from expertpool.monitoring.settings import BEAT_SECONDS
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert
from tests.factories.monitoring import beats, seen
from tests.factories.siteconfig import configure
from tests.fixtures import login
from tests.projects.test_exports import export

pytestmark = pytest.mark.django_db


def as_expert() -> tuple[User, Any]:
    user, expert = make_user("expert"), make_expert()
    give_account(expert, user)
    return user, expert


def test_a_page_asks_for_no_beat_where_none_may_come(client: Client) -> None:
    """Who is on the blacklist was refused each time."""
    user, expert = as_expert()
    page = reverse("notifications:inbox")
    assert "data-beat=" in login(client, user).get(page).content.decode()
    add_to_blacklist(expert=expert, reason="违规", actor=make_user("admin"), now=timezone.now())
    left = login(client, User.objects.get(pk=user.pk)).get(page)
    assert left.status_code == 200
    assert "data-beat=" not in left.content.decode()


# --- Pages -----------------------------------------------------------------------------------------------


@pytest.mark.shows("SYS-22")
def test_each_page_is_one_entry_and_nothing_is_written_while_it_is_answered(
    client: Client, admin: User
) -> None:
    login(client, admin)
    client.get("/experts/")
    BUFFER._waiting.clear()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get("/experts/?tab=frozen")
    assert len(BUFFER._waiting) == 1
    assert not [one for one in asked if "monitoring_" in one["sql"]]
    with CaptureQueriesContext(connection) as asked:
        assert BUFFER.flush() == 1
    written = [one for one in asked if "INSERT" in one["sql"] and "monitoring_" in one["sql"]]
    assert len(written) == 1
    visit = Visit.objects.get()
    assert (visit.user, visit.page) == (admin, page_of("experts:list"))


@pytest.mark.shows("SYS-22")
def test_neither_what_a_page_loads_nor_refusals_nor_posts_are_visits(
    client: Client, admin: User
) -> None:
    login(client, admin)
    client.get("/experts/", headers={"HX-Request": "true"})
    client.get("/experts/999999/")
    client.get("/health/live/")
    client.post("/monitoring/beat/")
    assert not [one for one in BUFFER._waiting if isinstance(one, Seen)]


@pytest.mark.shows("SYS-22")
def test_no_record_and_no_token_is_kept(client: Client, admin: User) -> None:
    expert = make_expert()
    login(client, admin)
    client.get(f"/experts/{expert.pk}/?q=王建国")
    client.get("/projects/")
    BUFFER.flush()
    pages = set(Visit.objects.values_list("page", flat=True))
    assert pages == {page_of("experts:list"), page_of("projects:list")}
    assert not re.search(r"\d|王", "".join(pages))


@pytest.mark.shows("SYS-22")
def test_visits_are_found_by_user_and_time_and_looking_is_logged(
    client: Client, admin: User
) -> None:
    clerk, other, now = make_user(name="李梅"), make_user(name="孙强"), timezone.now()
    seen(clerk, now - timedelta(days=3))
    seen(clerk, now)
    seen(other, now, "projects:list")
    login(client, admin)
    assert client.get("/monitoring/visits/").context["total"] == 3
    today = timezone.localdate(now)
    for query, total in (
        ("q=李梅", 2),
        (f"q=李梅&days={today}", 1),
        (f"part={page_of('experts:list')}", 2),
    ):
        assert client.get(f"/monitoring/visits/?{query}").context["total"] == total
    client.get("/monitoring/visits/?page=1")
    entries = Entry.objects.filter(action="monitoring.visits", actor=admin)
    assert [one.note for one in entries.order_by("pk")][1].startswith("账号 / 姓名 李梅")


# --- Buffer ------------------------------------------------------------------------------------------------


def test_what_could_not_be_written_waits_and_the_memory_has_an_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user, now = make_user(), timezone.now()
    buffer = Buffer()
    for _ in range(3):
        buffer.add(Seen(user.pk, now, "experts:list"))
    with pytest.raises(RuntimeError), connection.execute_wrapper(_broken):
        buffer.flush()
    assert buffer.flush() == 3
    for _ in range(MOST + 5):
        buffer.add(Beat(user.pk, now))
    assert len(buffer._waiting) == MOST


def _broken(*_args: Any) -> Any:
    message = "the database is away"
    raise RuntimeError(message)


def test_who_is_gone_since_keeps_nobody_else_from_being_written() -> None:
    now = timezone.now()
    buffer = Buffer()
    buffer.add(Seen(2**40, now, "experts:list"))
    buffer.add(Beat(2**40, now))
    buffer.add(Seen(make_user().pk, now, "experts:list"))
    assert buffer.flush() == 3
    assert (Visit.objects.count(), Heartbeat.objects.count()) == (1, 0)


def test_a_visit_costs_microseconds(admin: User) -> None:
    """What each page view pays, far below what anybody notices."""
    buffer, now = Buffer(), timezone.now()
    began = time.perf_counter()
    for _ in range(5_000):
        buffer.add(Seen(admin.pk, now, "experts:list"))
    spent = (time.perf_counter() - began) / 5_000
    assert spent < 0.001


# --- Heartbeats ------------------------------------------------------------------------------------------


@pytest.mark.shows("SYS-20")
def test_heartbeats_keep_somebody_online_and_missing_ones_end_it(
    client: Client, admin: User
) -> None:
    configure(BEAT_SECONDS, 30)
    clerk = make_user(name="李梅")
    page = login(Client(), clerk).get("/").content.decode()
    assert 'data-beat="/monitoring/beat/" data-beat-seconds="30"' in page
    own = login(Client(), clerk)
    assert own.get("/monitoring/beat/").status_code == 405
    assert own.post("/monitoring/beat/").status_code == 204
    assert Client().post("/monitoring/beat/").status_code == 302
    assert BUFFER.flush() >= 1
    assert Heartbeat.objects.filter(user=clerk).count() == 1
    now = LastBeat.objects.get(user=clerk).at
    for seconds, online in ((60, True), (74, True), (76, False)):
        found = online_visible_to(admin, now=now + timedelta(seconds=seconds))
        assert bool(found.filter(user=clerk)) is online
    login(client, admin)
    assert "李梅" in client.get("/monitoring/online/").content.decode()
    assert Entry.objects.filter(action="monitoring.online", actor=admin).count() == 1


def test_a_heartbeat_that_comes_late_takes_nothing_back() -> None:
    user, now = make_user(), timezone.now()
    beats(user, now)
    beats(user, now - timedelta(minutes=5))
    assert LastBeat.objects.get(user=user).at == now


def test_who_may_not_see_it_sees_nothing() -> None:
    user, now = make_user("operator"), timezone.now()
    beats(user, now)
    seen(user, now)
    for rows in (
        online_visible_to(user, now=now),
        heartbeats_visible_to(user),
        visits_visible_to(user),
    ):
        assert not rows.exists()


# --- Sealed names ----------------------------------------------------------------------------------------


@pytest.mark.shows("SYS-22")
def test_of_experts_neither_page_nor_minute_is_kept() -> None:
    """A dump in which somebody opened the page of invitations at 10:03 says who was asked."""
    user, _ = as_expert()
    at = timezone.now().replace(minute=17, second=3)
    seen(user, at, "selfservice:home")
    beats(user, at)
    visit, beat = Visit.objects.get(), Heartbeat.objects.get()
    assert visit.page == ""
    assert {(row.at.minute, row.at.second) for row in (visit, beat)} == {(0, 0)}


@pytest.mark.shows("SYS-20", "SYS-22")
def test_while_names_are_sealed_nothing_is_told_of_experts(client: Client, admin: User) -> None:
    user, _ = as_expert()
    now = timezone.now()
    draw = make_draw(now=now, opens_in_hours=4)
    seen(user, now)
    beats(user, now)
    login(client, admin)

    def told() -> list[int]:
        return [
            online_visible_to(admin, now=now).count(),
            heartbeats_visible_to(admin).count(),
            visits_visible_to(admin).count(),
            client.get("/monitoring/heat/", follow=True).status_code and len(_heat(client)),
        ]

    assert told() == [0, 0, 0, 0]
    for page in ("online", "visits", "hours"):
        assert user.name not in client.get(f"/monitoring/{page}/").content.decode()
    Draw.objects.filter(pk=draw.pk).update(released_at=now)
    # That he was there then, to the second, was not kept: he is online by his next one.
    assert told()[:3] == [0, 1, 1]
    beats(user, now)
    assert told()[:3] == [1, 2, 1]


def _heat(client: Client) -> list[Any]:
    return client.get("/monitoring/hours/").context["rows"]


def test_pages_of_draws_are_kept_as_one(client: Client, admin: User) -> None:
    """Whether a clerk opened the window for answers by hand says that somebody called."""
    now = timezone.now()
    for view in ("draws:detail", "draws:reply", "reviews:detail", "notifications:records"):
        seen(admin, now, view)
    assert set(Visit.objects.values_list("page", flat=True)) == {
        "draws",
        "reviews",
        "notifications",
    }


# --- By hour and role ------------------------------------------------------------------------------------


@pytest.mark.shows("SYS-23")
def test_the_heat_map_counts_each_once_an_hour_of_a_day(client: Client, admin: User) -> None:
    operator = make_user("operator")
    auditor = make_user("operator")
    HeldRole.objects.create(user=auditor, role=ensure_demo_roles()["auditor"])
    nine = timezone.localtime().replace(hour=9, minute=5, second=0, microsecond=0)
    nine -= timedelta(days=1)
    for minutes in (0, 10, 20):
        beats(operator, nine + timedelta(minutes=minutes))
    beats(operator, nine - timedelta(days=1), nine + timedelta(hours=1))
    beats(auditor, nine)
    login(client, admin)
    context = client.get("/monitoring/hours/").context
    by_role = {row.role: {cell.hour: cell.count for cell in row.cells} for row in context["rows"]}
    (clerks,) = [cells for cells in by_role.values() if cells[9] == 3]
    assert (clerks[10], sum(clerks.values())) == (1, 4)
    (auditors,) = [cells for cells in by_role.values() if cells[9] == 1]
    assert sum(auditors.values()) == 1
    page = client.get("/monitoring/hours/").content.decode()
    assert re.search(r'<th scope="row">9 时</th>\s*<td class="heat-4">\s*<a [^>]+>3</a>', page)
    assert client.get("/monitoring/hours/?days=nonsense").context["rows"] == []


@pytest.mark.shows("SYS-23")
@pytest.mark.usefixtures("media")
def test_each_cell_of_the_heat_map_leads_to_whom_it_counts_and_the_map_to_excel(
    client: Client, admin: User
) -> None:
    clerk, both = make_user("operator", name="李梅"), make_user("operator")
    HeldRole.objects.create(user=both, role=ensure_demo_roles()["auditor"])
    nine = timezone.localtime().replace(hour=9, minute=5, second=0, microsecond=0)
    nine -= timedelta(days=1)
    beats(clerk, *(nine + timedelta(minutes=at) for at in (0, 10, -1440, 60)))
    beats(both, nine, nine.replace(hour=0))
    login(client, admin)
    context = client.get("/monitoring/hours/").context
    page = client.get("/monitoring/hours/").content.decode()
    for row in context["rows"]:
        for cell in row.cells:
            address = f"{context['cells_url']}&role={cell.role}&hour={cell.hour}"
            link = f'{address.replace("&", "&amp;")}"'
            assert (link in page) == bool(cell.count)
            if cell.count:
                assert client.get(address).context["total"] == cell.count, (row.role, cell.hour)
    (first, *_) = client.get(f"{context['cells_url']}&hour=10").context["page"]
    assert first.user == clerk
    assert client.get("/monitoring/hours/list/?hour=24").context["total"] == 0
    sheet = export(client, "monitoring.heat")
    assert [one["时段"] for one in sheet] == [*(f"{hour} 时" for hour in range(24)), "合计"]
    for row in context["rows"]:
        assert [one[row.role] for one in sheet] == [*(c.count for c in row.cells), row.total]
    entries = Entry.objects.filter(action="monitoring.hours", actor=admin)
    assert entries.exclude(note="").exists()
    login(client, make_user("operator"))
    assert client.get("/monitoring/hours/list/").status_code == 403


def test_public_visits_keep_no_address(client: Client) -> None:
    client.get(
        "/verify/", REMOTE_ADDR="203.0.113.9", headers={"Referer": "https://a.example/x?y=1"}
    )
    BUFFER.flush()
    visit = PublicVisit.objects.get()
    assert (visit.page, visit.referrer, visit.region) == ("draws:verify", "a.example", "未知")
    assert "203.0.113" not in str(list(PublicVisit.objects.values_list()))


def test_one_row_that_is_refused_does_not_stop_what_comes_behind_it(
    admin: User, caplog: pytest.LogCaptureFixture
) -> None:
    """It was put back for ever, and all others with it."""
    buffer = Buffer()
    good = Beat(admin.pk, timezone.now())
    bad = Beat(admin.pk, cast("Any", "no moment"))
    for one in (bad, good):
        buffer._waiting.append(one)
    for _ in range(TRIES):
        with pytest.raises(Exception):  # noqa: B017, PT011
            buffer.flush()
    assert buffer.flush() == 1
    assert not buffer._waiting
    assert LastBeat.objects.filter(user=admin).exists()
    assert [one.levelname for one in caplog.records if "dropped" in one.message] == ["ERROR"]


def test_a_process_that_ends_after_its_database_says_so_without_an_error(
    admin: User, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_seen: object) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr("expertpool.monitoring.services.buffer.write_seen", away)
    monkeypatch.setattr(
        "expertpool.monitoring.services.buffer.connection", SimpleNamespace(close=lambda: None)
    )
    buffer = Buffer()
    buffer._waiting.append(Beat(admin.pk, timezone.now()))
    buffer.close()
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []
