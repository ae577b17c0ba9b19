"""Moving a review asks once about a day that is far off or on which no office works: it takes effect at once."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import Traveller

from expertpool.accounts.models import User
from expertpool.draws.forms.rescheduling import RescheduleForm
from expertpool.draws.models import Draw, Rescheduling
from expertpool.projects.models import Project
from tests.architecture.forms import forms_of
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


@pytest.fixture(autouse=True)
def then(time_machine: Traveller) -> None:
    """Which days are no working days, and whether they are over, is as it was then."""
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def draw(operator: User) -> Draw:
    for n in range(4):
        make_expert(f"专家{n}")
    return make_draw(now=NOW, operator=operator, seats=2, opens_in_hours=48)


def move(client: Client, draw: Draw, opening: str, asked: str = "") -> str:
    project = draw.project_id
    fields = {
        f"opening_{project}": opening,
        f"place_{project}": "北楼",
        "reason": "设备故障",
        "asked": asked,
    }
    address = reverse("draws:reschedule", args=[draw.pk])
    page = client.get(address).content.decode()
    seen = dict(re.findall(r'name="(state|seen)" value="([^"]*)"', page))
    return client.post(address, fields | seen).content.decode()


def test_where_the_panel_sits_soon_the_form_says_to_call(
    client: Client, draw: Draw, operator: User, time_machine: Traveller
) -> None:
    address = reverse("draws:reschedule", args=[draw.pk])
    login(client, operator)
    assert "距评审开始只有" not in client.get(address).content.decode()
    time_machine.move_to(NOW + timedelta(hours=47, minutes=10), tick=False)
    assert "距评审开始只有 50 分钟" in login(client, operator).get(address).content.decode()


def asked_in(page: str) -> str:
    found = re.search(r'name="asked" value="([^"]*)"', page)
    return found[1] if found else ""


@pytest.mark.shows("DRAW-15")
@pytest.mark.parametrize(
    ("opening", "says"),
    [
        ("2028-01-04 09:00", "比原定时间晚 404 天"),  # a wrong year
        ("2026-11-28 09:00", "2026-11-28 不是工作日"),  # a Saturday
    ],
)
def test_an_odd_day_is_asked_about_once(
    client: Client, draw: Draw, operator: User, opening: str, says: str
) -> None:
    login(client, operator)
    page = move(client, draw, opening)
    assert says in page
    assert not Rescheduling.objects.exists()
    # Another odd day is another question; the same one is meant.
    assert "不是工作日" in move(client, draw, "2026-12-05 09:00", asked_in(page))
    move(client, draw, opening, asked_in(page))
    assert Rescheduling.objects.count() == 1


def test_a_day_that_is_over_is_refused_and_not_asked_about(
    client: Client, draw: Draw, operator: User
) -> None:
    login(client, operator)
    page = move(client, draw, "2026-11-22 09:00")  # a Sunday
    assert "再按一次" not in page
    assert "新的评审开始时间已过" in page
    assert not Rescheduling.objects.exists()


def test_an_ordinary_day_is_not_asked_about(client: Client, draw: Draw, operator: User) -> None:
    login(client, operator)
    move(client, draw, "2026-12-01 09:00")
    assert Rescheduling.objects.count() == 1
    draw.project.refresh_from_db()
    assert draw.project.opening_at == NOW + timedelta(days=7)


def test_who_has_an_older_form_moves_nothing_and_reads_what_the_other_one_changed(
    client: Client, draw: Draw, operator: User
) -> None:
    login(client, operator)
    address = reverse("draws:reschedule", args=[draw.pk])
    (older,) = (
        one
        for one in forms_of(client.get(address).content.decode())
        if f"place_{draw.project_id}" in one.values
    )
    move(client, draw, "2026-12-01 09:00")
    typed = {f"place_{draw.project_id}": "南楼", "reason": "会场停电"}
    answer = client.post(address, older.values | typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "2026-12-01 09:00" in page
    assert "会场停电" in page
    assert "南楼" in page
    assert Rescheduling.objects.count() == 1
    draw.project.refresh_from_db()
    assert draw.project.place == "北楼"


def pair_form(second: str, *, place: str = "一会议室", asked: str = "") -> RescheduleForm:
    """The form of two reviews of four hours, the first at two o'clock."""
    pair = [
        Project(pk=pk, name=name, opening_at=NOW, duration_minutes=240)
        for pk, name in ((1, "甲项目"), (2, "乙项目"))
    ]
    data = {
        "opening_1": "2026-12-07 14:00",
        "opening_2": f"2026-12-{second}",
        "place_1": "一会议室",
        "place_2": place,
        "reason": "会议室被占用",
        "asked": asked,
    }
    return RescheduleForm(data, projects=pair)


@pytest.mark.parametrize(
    ("second", "is_asked"), [("07 15:00", True), ("07 14:00", False), ("07 18:00", False)]
)
def test_a_panel_that_would_sit_twice_at_once_is_asked_about(second: str, is_asked: bool) -> None:
    form = pair_form(second)
    assert form.is_valid() is not is_asked
    if is_asked:
        said = "「甲项目」2026-12-07 14:00 至 2026-12-07 18:00，「乙项目」2026-12-07 15:00 开始"
        assert said in str(form.errors)
        assert pair_form(second, asked=form.data["asked"]).is_valid()
        # Who agreed to three o'clock did not agree to four.
        other = pair_form("07 16:00", asked=form.data["asked"])
        assert "「乙项目」2026-12-07 16:00 开始" in str(other.errors)


def test_what_is_refused_is_not_asked_about() -> None:
    """At another place nobody can be at the same time, one sitting or two: `faults_of` says so."""
    assert pair_form("07 15:00", place="二会议室").is_valid()


def test_an_odd_day_does_not_hide_that_reviews_overlap() -> None:
    form = pair_form("07 15:00")
    form.data = form.data | {"opening_1": "2026-12-05 14:00", "opening_2": "2026-12-05 15:00"}
    said = str(form.errors)
    assert "不是工作日" in said
    assert "「乙项目」2026-12-05 15:00 开始" in said
    assert RescheduleForm(form.data, projects=form.projects).is_valid()
