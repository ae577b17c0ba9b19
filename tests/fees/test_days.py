"""A review of several days is entered, told and paid by the day."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.queries.panel import who_sat
from expertpool.fees.enums import FeeOutcome
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import FeeLine
from expertpool.fees.rules.days import read_days
from expertpool.fees.services.letters import letter_pdf
from expertpool.fees.services.lines import Entry, enter_fees, send_letters
from expertpool.projects.models import Project
from tests.architecture.forms import forms_of
from tests.factories.evaluations import make_reviewed
from tests.factories.experts import make_expert
from tests.factories.fees import make_rate
from tests.fees.test_workload import looked_at, row_of, run
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 18, 0))  # noqa: DTZ001
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOTE = "评审延至第二天"


@pytest.fixture
def project(operator: User) -> Project:
    """One whose review was over the day before."""
    make_rate()
    pool = [make_expert("王立新")]
    return make_reviewed(operator, now=NOW - DAY, pool=pool, seats=1).project


def two_days(project: Project) -> str:
    """Eight hours with one of rest on each of two days, from the opening on."""
    first = timezone.localtime(project.opening_at)
    days = (first, first + DAY)
    return "\n".join(f"{one:%m-%d %H:%M}-{one + 4 * HOUR:%H:%M} 休息60" for one in days)


@pytest.mark.shows("PRJ-28", "PRJ-29")
def test_a_time_with_a_night_in_it_is_said_by_the_day(operator: User, project: Project) -> None:
    """It was paid as one stretch: 400 and the hours of both days, up to the cap of one."""
    (pk,) = who_sat(project)
    start = project.opening_at
    whole = Entry(FeeOutcome.COMPLETED, start, start + DAY + 4 * HOUR, 22 * 60, note=NOTE)
    enter = {"project": project, "rate": make_rate(), "actor": operator, "now": NOW}
    with pytest.raises(FeeRefused, match="报酬按天计算"):
        enter_fees(entries={pk: whole}, **enter)
    days = read_days(two_days(project), near=start)
    (line,) = enter_fees(entries={pk: Entry(FeeOutcome.COMPLETED, days=days, note=NOTE)}, **enter)
    assert (line.gross, line.minutes, line.break_minutes) == (Decimal(800), 360, 120)
    assert (line.started_at, line.ended_at) == (start, start + DAY + 4 * HOUR)
    assert [text[:6] for text, _ in line.steps] == [f"{one.day:%m-%d}　" for one in days]
    (sent,) = send_letters(project=project, actor=operator, now=NOW)
    assert sent.letter["said"]["times"].count("休息60") == 2
    assert letter_pdf(sent, at=NOW).startswith(b"%PDF")
    with pytest.raises(DatabaseError), transaction.atomic():
        FeeLine.objects.filter(pk=sent.pk).update(days=[])


def test_what_was_entered_before_days_were_told_apart_is_not_sent(
    operator: User, project: Project
) -> None:
    (pk,) = who_sat(project)
    days = read_days(two_days(project), near=project.opening_at)
    entries = {pk: Entry(FeeOutcome.COMPLETED, days=days, note=NOTE)}
    (line,) = enter_fees(
        project=project, rate=make_rate(), entries=entries, actor=operator, now=NOW
    )
    line.days = []
    line.save()
    with pytest.raises(FeeRefused, match="报酬按天计算"):
        send_letters(project=project, actor=operator, now=NOW)


def test_the_form_asks_for_days_and_shows_them_again(
    client: Client, operator: User, project: Project
) -> None:
    (pk,) = who_sat(project)
    login(client, operator)
    url = reverse("fees:project", args=[project.pk])

    def typed() -> dict[str, Any]:
        page = client.get(url).content.decode()
        return next(one.values for one in forms_of(page) if "rate" in one.values)

    said = typed() | {f"e{pk}_outcome": "completed", f"e{pk}_note": NOTE}
    first = timezone.localtime(project.opening_at)
    crossing = said | {f"e{pk}_ended_at": f"{first + DAY + 4 * HOUR:%Y-%m-%d %H:%M}"}
    told = client.post(url, crossing)
    assert (told.status_code, "报酬按天计算" in told.content.decode()) == (422, True)
    assert "看不懂" in client.post(url, said | {f"e{pk}_days": "两天"}).content.decode()
    assert client.post(url, said | {f"e{pk}_days": two_days(project)}).status_code == 302
    line = FeeLine.objects.get()
    assert line.gross == Decimal(800)
    again = typed()
    assert f"{first:%Y-%m-%d %H:%M}-" in again[f"e{pk}_days"][0]
    assert again[f"e{pk}_started_at"] == [""]
    assert client.post(url, again).status_code == 302
    assert FeeLine.objects.get().entered_at == line.entered_at


@pytest.mark.shows("PRJ-28")
def test_the_table_of_workload_says_days(operator: User, project: Project) -> None:
    rest = ["完成评审", "", "", 16, ""]
    assert run([row_of(project, "王立新", rest=rest)], operator) == (0, ["没有按天填写"])
    row = [*row_of(project, "王立新", rest=["完成评审", "", "", "", ""]), ""]
    head = ["按天的时间", "说明"]
    importer, (taken,), refused = looked_at([[*row, two_days(project), NOTE]], operator, more=head)
    assert not refused
    assert importer.shown(taken)["应发（元）"] == "800.00"
    _, _, (wrong,) = looked_at([[*row, "两天", NOTE]], operator, more=head)
    assert wrong.faults[0].reason == "按天的时间格式"
