"""When a project is rated: from when its names are released and its review is over, for some working days."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.jobs import is_queued
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.names import release
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.queries.ratings import ratings_of, summary_of
from expertpool.evaluations.queries.windows import to_rate
from expertpool.evaluations.services.windows import (
    close_evaluation,
    extend,
    open_evaluation,
    remind,
    sweep,
)
from expertpool.evaluations.settings import WINDOW
from expertpool.notifications.models import Message
from expertpool.projects.queries.archive import obstacles
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.evaluations import make_evaluation, make_reviewed, rate_all
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.factories.widening import accept_all

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001, a Tuesday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def told(occasion: str, user: User) -> int:
    """How often ``user`` was told of it."""
    rows = Message.objects.filter(occasion=occasion)
    return sum(one.address == user.username for one in rows)


def test_nobody_is_rated_before_the_names_are_released_and_the_review_is_over(
    operator: User,
) -> None:
    for _ in range(3):
        make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=2, opens_in_hours=24, reveal_hours=2)
    accept_all(draw, now=NOW)
    over = draw.project.closing_at
    project = draw.project_id
    # Sealed names, however late it is; also where somebody else wrote that they are not.
    assert open_evaluation(project_id=project, now=over + DAY) is None
    line = draw.invitations.get(line=1)
    Invitation.objects.filter(pk=line.pk).update(expert=expert_id_of(line))
    Draw.objects.filter(pk=draw.pk).update(released_at=NOW + HOUR)
    assert open_evaluation(project_id=project, now=over + DAY) is None
    Draw.objects.filter(pk=draw.pk).update(released_at=None)
    Invitation.objects.filter(pk=line.pk).update(expert=None)
    assert release(draw_id=draw.pk, now=draw.project.opening_at - HOUR)
    assert open_evaluation(project_id=project, now=over - timedelta(minutes=1)) is None
    sweep(now=over)
    assert is_queued("evaluations.open", project_id=project)
    row = open_evaluation(project_id=project, now=over)
    assert row is not None
    assert row.people == 2
    assert open_evaluation(project_id=project, now=over) is None


@pytest.mark.shows("PRJ-15")
def test_the_window_is_some_working_days_and_the_office_decides_how_many(operator: User) -> None:
    row = make_evaluation(operator, now=NOW)
    # Wednesday to Friday, Monday and Tuesday.
    assert timezone.localtime(row.due_at).strftime("%m-%d %H:%M") == "12-02 00:00"
    assert told("evaluations.opened", operator) == 1
    configure(WINDOW, 1)
    later = make_evaluation(operator, now=NOW)
    assert timezone.localtime(later.due_at).strftime("%m-%d %H:%M") == "11-26 00:00"


def test_reviews_of_long_ago_are_not_rated_any_more(operator: User) -> None:
    draw = make_reviewed(operator, now=NOW)
    assert open_evaluation(project_id=draw.project_id, now=NOW + 31 * DAY) is None


@pytest.mark.shows("PRJ-15")
def test_who_has_not_rated_is_reminded_once_before_the_end(operator: User) -> None:
    row = make_evaluation(operator, now=NOW)
    sweep(now=row.due_at - 2 * DAY)
    assert not is_queued("evaluations.remind", evaluation_id=row.pk)
    sweep(now=row.due_at - HOUR)
    assert is_queued("evaluations.remind", evaluation_id=row.pk)
    for first in (True, False):
        assert bool(remind(evaluation_id=row.pk, now=row.due_at - HOUR)) is first
        assert told("evaluations.reminded", operator) == 1


def test_nobody_is_reminded_of_what_a_colleague_has_done(operator: User) -> None:
    make_user("operator")
    row = make_evaluation(operator, now=NOW)
    rate_all(row, operator, now=NOW)
    assert remind(evaluation_id=row.pk, now=row.due_at - HOUR) == 0


@pytest.mark.shows("PRJ-15")
def test_after_the_end_nobody_rates(operator: User) -> None:
    row = make_evaluation(operator, now=NOW)
    assert list(to_rate(operator, NOW)) == [row]
    assert not close_evaluation(evaluation_id=row.pk, now=row.due_at - HOUR)
    # The job may be late: the time is over by the clock.
    with pytest.raises(EvaluationRefused, match="已经结束"):
        rate_all(row, operator, now=row.due_at)
    assert list(to_rate(operator, row.due_at)) == []
    sweep(now=row.due_at)
    assert is_queued("evaluations.close", evaluation_id=row.pk)
    assert close_evaluation(evaluation_id=row.pk, now=row.due_at)
    assert not close_evaluation(evaluation_id=row.pk, now=row.due_at)


def test_a_window_is_extended_while_it_goes_on_and_only_to_later(operator: User) -> None:
    row = make_evaluation(operator, now=NOW)
    due = row.due_at
    for wrong in (due, due - DAY, NOW + 91 * DAY):
        with pytest.raises(EvaluationRefused):
            extend(evaluation=row, due_at=wrong, actor=operator, now=NOW)
    extend(evaluation=row, due_at=due + DAY, actor=operator, now=NOW)
    assert rate_all(row, operator, now=due + HOUR)
    close_evaluation(evaluation_id=row.pk, now=due + DAY)
    with pytest.raises(EvaluationRefused, match="已经结束"):
        extend(evaluation=row, due_at=due + 3 * DAY, actor=operator, now=due + DAY)


def test_what_was_said_after_a_voided_draw_counts_no_more(operator: User) -> None:
    row = make_evaluation(operator, now=NOW)
    rating = rate_all(row, operator, now=NOW)[0]
    assert rating.expert is not None
    assert summary_of(ratings_of(rating.expert)).reviews == 1
    draw = Draw.objects.get(projects=row.project)
    asked = request_void(draw=draw, reason="程序有误，重新抽取", actor=operator, now=NOW)
    supervisor = make_user("supervisor")
    decide_void(request=asked, agree=True, note="", actor=supervisor, now=NOW)
    assert summary_of(ratings_of(rating.expert)).reviews == 0


def test_nobody_is_asked_to_rate_whose_draw_is_void(operator: User, supervisor: User) -> None:
    row = make_evaluation(operator, now=NOW)
    assert list(to_rate(operator, NOW)) == [row]
    draw = Draw.objects.get(projects=row.project)
    asked = request_void(draw=draw, reason="程序有误，重新抽取", actor=operator, now=NOW)
    decide_void(request=asked, agree=True, note="", actor=supervisor, now=NOW)
    assert list(to_rate(operator, NOW)) == []


def test_a_project_is_not_archived_while_it_is_rated(operator: User) -> None:
    row = make_evaluation(operator, now=NOW)
    assert any("评价" in one for one in obstacles(row.project))
    close_evaluation(evaluation_id=row.pk, now=row.due_at)
    assert not any("评价" in one for one in obstacles(row.project))
