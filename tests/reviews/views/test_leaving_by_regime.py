"""Whether what somebody submitted counts once he has left is decided by the regime before anybody may choose."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.projects.enums import Regime, RegimeOption
from expertpool.projects.models import Project
from expertpool.projects.settings import ALLOWED
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import ReassignRequest, Reviewer
from expertpool.reviews.queries.results import counted_submissions
from expertpool.workflow.services.two_persons import decide
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.scoring import fill_in, make_open, reviewer_of, submit
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ASKED = {"ground": "健康原因", "reason": "", "counts": "on"}


@pytest.fixture
def leaver(operator: User) -> Reviewer:
    """One of two, who has submitted."""
    people = [make_expert("王立新"), make_expert("李建国")]
    give_account(people[0], make_user("expert"))
    review = make_open(operator, now=NOW, pool=people)
    row = reviewer_of(review, people[0])
    fill_in(row, now=NOW)
    submit(row, now=NOW)
    return row


def of_regime(leaver: Reviewer, regime: Regime) -> str:
    Project.objects.filter(pk=leaver.review.project_id).update(regime=regime)
    return reverse("reviews:assignment_exit", args=[leaver.pk])


def agreed(operator: User, supervisor: User) -> None:
    at = timezone.now() + timedelta(minutes=5)  # the time to object is over
    decide(ReassignRequest.objects.get(), agree=True, note="", actor=supervisor, now=at)


@pytest.mark.shows("OVW-12")
def test_in_a_tender_it_never_does(
    client: Client, operator: User, supervisor: User, leaver: Reviewer
) -> None:
    url = of_regime(leaver, Regime.TENDER)
    login(client, operator)
    page = client.get(url).content.decode()
    assert 'name="counts"' not in page
    assert "已提交的评分表不计入结果：被更换的评标专家作出的结论无效" in page
    refused = client.post(url, ASKED)
    assert refused.status_code == 422
    assert "不能计入结果：被更换的评标专家作出的结论无效" in refused.content.decode()
    assert not ReassignRequest.objects.exists()
    client.post(url, {name: ASKED[name] for name in ("ground", "reason")})
    agreed(operator, supervisor)
    assert not counted_submissions(leaver.review)


@pytest.mark.shows("OVW-12")
@pytest.mark.parametrize("regime", [Regime.PROCUREMENT, Regime.INTERNAL])
def test_elsewhere_two_persons_decide_unless_the_office_has_said_never(
    client: Client, operator: User, supervisor: User, leaver: Reviewer, regime: Regime
) -> None:
    url = of_regime(leaver, regime)
    login(client, operator)
    assert 'name="counts"' in client.get(url).content.decode()
    client.post(url, ASKED)
    # Said meanwhile, it holds for who agrees, too.
    never: Any = (RegimeOption.LEFT_NEVER_COUNT.value,)
    configure(ALLOWED[regime], never)
    with pytest.raises(ReviewRefused, match=f"{regime.label}中途退出的专家一律不计入结果"):
        agreed(operator, supervisor)
    configure(ALLOWED[regime], ())
    agreed(operator, supervisor)
    assert [one.reviewer for one in counted_submissions(leaver.review)] == [leaver]


@pytest.mark.parametrize("regime", [Regime.PROCUREMENT, Regime.INTERNAL])
def test_where_the_office_has_said_never_the_page_says_so(
    client: Client, operator: User, leaver: Reviewer, regime: Regime
) -> None:
    url = of_regime(leaver, regime)
    configure(ALLOWED[regime], (RegimeOption.LEFT_NEVER_COUNT.value,))
    login(client, operator)
    page = client.get(url).content.decode()
    assert 'name="counts"' not in page
    assert f"{regime.label}中途退出的专家一律不计入结果" in page
    assert client.post(url, ASKED).status_code == 422
    assert not ReassignRequest.objects.exists()
