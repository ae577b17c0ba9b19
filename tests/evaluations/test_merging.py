"""What was said of somebody goes with him when two records of his become one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.criteria import Context
from expertpool.evaluations.models import CautionObjection, RatingObjection, Sanction
from expertpool.evaluations.queries.measures import measured, with_diligence
from expertpool.evaluations.queries.own import asked_of, own_ratings
from expertpool.evaluations.queries.ratings import ratings_of, summary_of
from expertpool.evaluations.queries.sanctions import SANCTION_CRITERIA, cautions_of
from expertpool.experts.models import Expert
from expertpool.experts.services.merging import merge_experts
from tests.factories.accounts import make_user
from tests.factories.evaluations import make_caution, make_evaluation, make_rating, rate_all
from tests.factories.experts import give_account, make_expert
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-15", "EXP-29")]
DAY = timedelta(days=1)


@pytest.fixture
def keep() -> Expert:
    row = make_expert("王立新")
    give_account(row, make_user("expert"))
    return row


@pytest.fixture
def close() -> Expert:
    return make_expert("王立新")


def merge(keep: Expert, close: Expert, by: User) -> Expert:
    return merge_experts(
        keep=keep, close=close, taken=(), reason="同一人", actor=by, now=timezone.now()
    )


def test_ratings_and_their_mean_are_those_of_both_and_he_objects_to_each(
    client: Client, keep: Expert, close: Expert, operator: User, admin: User
) -> None:
    now = timezone.now()
    theirs, mine = (make_rating(one, operator, now=now) for one in (close, keep))
    keep = merge(keep, close, admin)
    assert {one.pk for one in ratings_of(keep)} == {theirs.pk, mine.pk}
    assert {one.pk for one in own_ratings(keep)} == {theirs.pk, mine.pk}
    assert summary_of(ratings_of(keep)).reviews == 2
    today = timezone.localdate(now)
    rows = measured(admin, today - 30 * DAY, today, now=now)
    (row,) = with_diligence(rows, admin, today - 30 * DAY, today, now=now)
    assert (row.pk, row.accepted, row.projects, row.diligence) == (keep.pk, 2, 2, Decimal(85))
    login(client, keep.user)
    url = reverse("evaluations:own_rating", args=[theirs.pk])
    assert url in client.get(reverse("evaluations:own")).content.decode()
    assert client.post(url, {"text": "当天签到系统故障，我九点前已到场"}).status_code == 302
    assert RatingObjection.objects.get().rating == theirs
    page = login(Client(), admin).get(
        reverse("experts:detail", args=[keep.pk]), {"tab": "evaluations"}
    )
    for one in (theirs, mine):
        assert one.evaluation.project.name in page.content.decode()


def test_he_is_asked_of_the_reviews_in_which_he_sat_by_the_closed_record(
    keep: Expert, close: Expert, operator: User, admin: User
) -> None:
    now = timezone.now()
    row = make_evaluation(operator, now=now, pool=(close,), seats=1)
    rate_all(row, operator, now=now)
    keep = merge(keep, close, admin)
    assert {one.evaluation for one in asked_of(keep, now=now)} == {row}


def test_cautions_of_both_count_in_a_year_and_he_objects_to_each(
    client: Client, keep: Expert, close: Expert, admin: User
) -> None:
    """Two of a year propose the blacklist: by two records it was one each, whoever was merged."""
    theirs, mine = make_caution(close), make_caution(keep)
    (cautions,) = SANCTION_CRITERIA
    keep = merge(keep, close, admin)
    assert {one.pk for one in cautions_of(keep)} == {theirs.pk, mine.pk}
    twice = Sanction.objects.filter(cautions.to_q("gte", 2, Context(now=timezone.now())))
    assert {one.pk for one in twice} == {theirs.pk, mine.pk}
    login(client, keep.user)
    url = reverse("evaluations:own_caution", args=[theirs.pk])
    assert client.post(url, {"text": "接的是组织单位的电话，请核对"}).status_code == 302
    assert CautionObjection.objects.get().caution == theirs
