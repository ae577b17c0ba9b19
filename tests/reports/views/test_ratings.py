"""Ratings on the average: what each part comes to equals the ratings that its reader may read one by one."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.evaluations.models import Evaluation, Rating
from expertpool.evaluations.services.windows import close_evaluation
from tests.factories.accounts import make_user
from tests.factories.evaluations import make_evaluation, rate_all
from tests.factories.experts import make_expert, make_specialty
from tests.fixtures import login
from tests.projects.test_exports import export

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media"), pytest.mark.shows("EXP-43")]
PAGE = reverse("reports:ratings")
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
DAY = timedelta(days=1)


@pytest.fixture
def rated(operator: User, time_machine: Any) -> list[Evaluation]:
    """Three reviews that are over: of two the time of rating is, too."""
    time_machine.move_to(NOW, tick=False)
    road, bridge = make_specialty("A0101"), make_specialty("A0102")
    pool = (
        make_expert("王立新", specialties=(road, bridge)),
        make_expert("李默", specialties=(bridge,)),
    )
    rows = []
    for days, score in ((70, 95), (30, 70), (2, 50)):
        at = NOW - days * DAY
        time_machine.move_to(at, tick=False)
        row = make_evaluation(operator, now=at, pool=pool)
        rate_all(row, operator, now=at, score=score)
        rows.append(row)
        if days > 2:
            over = at + timedelta(hours=2)
            time_machine.move_to(over, tick=False)
            Evaluation.objects.filter(pk=row.pk).update(due_at=over)
            close_evaluation(evaluation_id=row.pk, now=over)
    time_machine.move_to(NOW, tick=False)
    return rows


def read(client: Client, by: str, **query: Any) -> dict[str, tuple[int, Decimal]]:
    found = client.get(PAGE, {"by": by, **query}).context["found"]
    return {
        line.label: (int(line.sums["count"]), Decimal(line.sums["mean"]))
        for line in (*found.lines, found.total)
    }


def mean(values: list[Decimal]) -> Decimal:
    return (sum(values, Decimal()) / len(values)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_means_equal_the_ratings_and_table_chart_and_file_each_other(
    admin: User, rated: list[Evaluation]
) -> None:
    client, by_month = login(Client(), admin), defaultdict(list)
    for one in Rating.objects.filter(evaluation__closed_at__isnull=False).select_related(
        "evaluation__project"
    ):
        opening = timezone.localtime(one.evaluation.project.opening_at)
        by_month[f"{opening:%Y-%m}"].append(one.total)
    every = [one for values in by_month.values() for one in values]
    expected = {month: (len(values), mean(values)) for month, values in by_month.items()}
    assert read(client, "month") == expected | {"合计": (4, mean(every))}
    for dimension in client.get(PAGE).context["reading"].topic.dimensions_for(admin):
        context = client.get(PAGE, {"by": dimension.code, "measure": "mean"}).context
        lines = context["found"].lines
        assert lines, dimension.code
        assert context["chart"]["values"] == [float(line.sums["mean"]) for line in lines]
        rows = export(client, "reports.ratings", by=dimension.code)
        told = [Decimal(str(row["平均得分"])) for row in rows]
        assert told == [line.sums["mean"] for line in (*lines, context["found"].total)]
    assert client.get(reverse("reports:ratings_pdf"), {"by": "month"}).status_code == 200


def test_who_has_two_specialties_counts_in_each_and_once_in_all(
    admin: User, rated: list[Evaluation]
) -> None:
    found = read(login(Client(), admin), "specialty")
    assert sorted(number for number, _ in found.values()) == [2, 4, 4]
    assert found["合计"] == (4, Decimal("82.50"))


def test_only_what_its_reader_may_read_counts(admin: User, rated: list[Evaluation]) -> None:
    """Withdrawn, altered, of a time that goes on, or of an other scope: in no mean."""
    client = login(Client(), admin)
    first, second, *_ = Rating.objects.filter(evaluation=rated[0]).order_by("pk")
    Rating.objects.filter(pk=first.pk).update(withdrawn_at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE evaluations_rating SET total = 1 WHERE id = %s", [second.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert read(client, "regime")["合计"] == (2, Decimal("70.00"))
    # Of another department: neither experts nor reviews of others are in his scope.
    stranger = make_user("department")
    assert login(Client(), stranger).get(PAGE).status_code == 403


def test_the_list_behind_each_number_has_the_ratings_that_it_counts(
    admin: User, rated: list[Evaluation]
) -> None:
    """Numbers led nowhere; the list has withdrawn ratings, and those of a time that goes on, too."""
    client = login(Client(), admin)
    Rating.objects.filter(pk=Rating.objects.order_by("pk")[0].pk).update(withdrawn_at=NOW)
    days = f"{(NOW - 40 * DAY).date()} 至 {NOW.date()}"
    for query in ({}, {"days": days}):
        for dimension in client.get(PAGE).context["reading"].topic.dimensions_for(admin):
            context = client.get(PAGE, {"by": dimension.code, **query}).context
            for line, figures in [
                *context["lines"],
                (context["found"].total, context["total_figures"]),
            ]:
                (_, number, url), (_, _, of_mean) = figures
                listed = client.get(url).context
                assert listed["total"] == int(number) > 0, (dimension.code, line.label)
                assert of_mean == url
                told = [one.rating.total for one in listed["lines"]]
                assert mean(told) == line.sums["mean"]
    page = client.get(reverse("evaluations:ratings"), {"segment": "participation:x"})
    assert page.context["total"] == 0
