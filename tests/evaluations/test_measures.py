"""参评情况: the five measures of an expert over a period equal the records."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.models import Invitation
from expertpool.evaluations.exports import MeasureExport
from expertpool.evaluations.queries.measures import measured
from expertpool.experts.models import Expert
from tests.factories.achievements import make_achievement
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.evaluations import make_evaluation, rate_all
from tests.factories.experts import make_expert
from tests.factories.reviews import Batch
from tests.factories.widening import accept_all
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
DAY = timedelta(days=1)
STANDARD = {"number": "GB/T 50378", "level": "国家标准"}
YEAR = date(2026, 1, 1), date(2026, 12, 31)


def of(expert: Expert, admin: User, *, now: datetime) -> tuple[int, int, int, int, Decimal | None]:
    row = measured(admin, *YEAR, now=now).get(pk=expert.pk)
    mean = None if row.diligence is None else Decimal(row.diligence).quantize(Decimal("0.1"))
    return row.accepted, row.meetings, row.projects, row.standards, mean


@pytest.mark.shows("PRJ-26")
def test_the_measures_are_those_of_the_records(operator: User, admin: User) -> None:
    expert, other = make_expert("王立新"), make_expert("李默")
    for days, score in ((0, 95), (3, 70)):
        row = make_evaluation(operator, now=NOW + days * DAY, pool=(expert, other))
        rate_all(row, operator, now=NOW + days * DAY, score=score)
    make_achievement(expert, kind="standard", year=2026, **STANDARD)
    make_achievement(expert, kind="standard", year=2024, **STANDARD)
    make_achievement(expert, kind="paper", year=2026)
    later = NOW + 10 * DAY
    assert of(expert, admin, now=later) == (2, 2, 2, 1, Decimal("82.5"))
    assert of(other, admin, now=later) == (2, 2, 2, 0, Decimal("82.5"))
    assert not measured(admin, date(2025, 1, 1), date(2025, 12, 31), now=later).exists()


def test_a_batch_is_one_invitation_two_meetings_and_two_projects(admin: User) -> None:
    batch = Batch()
    over = batch.second.closing_at + DAY
    expert = Expert.objects.get(pk=expert_id_of(batch.stayed))
    assert of(expert, admin, now=over)[:3] == (1, 2, 2)
    # Between the two only the first counts.
    assert of(expert, admin, now=batch.over)[:3] == (1, 1, 1)


def test_sealed_draws_and_reviews_to_come_count_nowhere(operator: User, admin: User) -> None:
    for _ in range(3):
        make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=2, opens_in_hours=48, reveal_hours=24)
    accept_all(draw, now=NOW)
    assert not measured(admin, *YEAR, now=NOW + 30 * DAY).exists()


def test_who_agreed_and_left_has_accepted_and_not_sat(operator: User, admin: User) -> None:
    expert = make_expert("王立新")
    row = make_evaluation(operator, now=NOW, pool=(expert, make_expert()))
    line = Invitation.objects.get(expert=expert)
    Invitation.objects.filter(pk=line.pk).update(state="leave", replied_at=line.invited_at)
    assert of(expert, admin, now=NOW)[:3] == (1, 0, 0)
    assert row.people == 2


@pytest.mark.shows("PRJ-26")
def test_the_page_and_its_export_say_the_same(client: Client, operator: User, admin: User) -> None:
    expert = make_expert("王立新")
    row = make_evaluation(operator, now=timezone.now(), pool=(expert,), seats=1)
    rate_all(row, operator, now=timezone.now(), score=85)
    page = login(client, admin).get(reverse("evaluations:measures"))
    text = re.sub(r"\s+", " ", page.content.decode())
    assert "王立新" in text
    assert 'data-label="认真程度">85.0<' in text
    exporter = MeasureExport()
    params = page.wsgi_request.GET
    found = [
        [one.value(row) for one in exporter.columns]
        for row in exporter.rows(admin, params).iterator(1)
    ]
    assert [line[3:] for line in found] == [[1, 1, 1, 0, Decimal("85.0")]]
    wrong = client.get(reverse("evaluations:measures") + "?since=nichts").content.decode()
    assert "王立新" not in wrong
