"""Whoever may not read the names of a draw does not learn from ratings who sat there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Role, User
from expertpool.core.exporting.exporter import Exporter
from expertpool.evaluations.exports import MeasureExport, RatingExport
from expertpool.evaluations.models import Evaluation, Rating
from expertpool.evaluations.queries.own import objections_visible_to, objections_waiting
from expertpool.evaluations.services.windows import close_evaluation
from tests.factories.accounts import make_user
from tests.factories.evaluations import make_evaluation, make_objection, rate_all
from tests.factories.experts import give_account, make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
WORDS = "意见具体"
CODES = ("evaluations.view", "evaluations.export", "experts.view")


def reader_of(*codes: str) -> User:
    role = Role.objects.create(code=f"reads-{len(codes)}", name=f"查阅{len(codes)}")
    for code in codes:
        role.permissions.create(code=code, scope=Scope.ALL)
    return make_user(roles=(role,))


@pytest.fixture
def row(operator: User) -> Evaluation:
    now = timezone.now()
    pool = [make_expert("王立新"), make_expert("李默")]
    made = make_evaluation(operator, now=now - timedelta(hours=1), pool=pool)
    rate_all(made, operator, now=now, score=70, comment=WORDS)
    return made


def pages(row: Evaluation, user: User) -> list[str]:
    """What ``user`` reads of the day of that review, and of each of its ratings."""
    day = timezone.localdate(row.project.opening_at)
    client = login(Client(), user)
    urls = (
        reverse("evaluations:measures") + f"?since={day}&until={day}",
        reverse("evaluations:ratings"),
        reverse("evaluations:detail", args=[row.pk]),
    )
    return [client.get(url).content.decode() for url in urls]


def test_without_the_names_no_page_joins_an_expert_to_a_review(
    row: Evaluation, operator: User
) -> None:
    measures, ratings, detail = pages(row, reader_of(*CODES))
    for name in ("王立新", "李默"):
        assert name not in measures
        assert name not in ratings
    for told in (WORDS, operator.name, "70"):
        assert told not in detail.partition("评价结果")[2]
    assert "名单您无权查看" in detail
    measures, ratings, detail = pages(row, reader_of(*CODES, "draws.names"))
    for page in (measures, ratings, detail):
        assert "王立新" in page
    assert WORDS in ratings
    assert WORDS in detail


def test_the_list_of_projects_has_no_mean_without_the_names(row: Evaluation) -> None:
    for codes, mean in ((CODES, "—"), ((*CODES, "draws.names"), "70.0")):
        page = login(Client(), reader_of(*codes)).get(reverse("evaluations:list"))
        cell = page.content.decode().partition('data-label="平均得分">')[2].partition("</td>")[0]
        assert cell.strip() == mean


def test_exports_hold_what_the_lists_show(row: Evaluation) -> None:
    blind, seeing = reader_of(*CODES), reader_of(*CODES, "draws.names")
    exporters: tuple[Exporter, ...] = (RatingExport(), MeasureExport())
    for exporter in exporters:
        assert exporter.rows(blind, QueryDict()).count() == 0
        assert exporter.rows(seeing, QueryDict()).count() == 2


def test_without_the_names_nobody_reads_who_objects(operator: User) -> None:
    """An expert's words say which review it was that he sat in."""
    now = timezone.now()
    expert = make_expert("王立新")
    give_account(expert, make_user("expert"))
    made = make_evaluation(operator, now=now - timedelta(hours=2), pool=(expert,), seats=1)
    (rating,) = rate_all(made, operator, now=now - timedelta(hours=1), score=70, comment=WORDS)
    Evaluation.objects.filter(pk=made.pk).update(due_at=now - timedelta(minutes=1))
    assert close_evaluation(evaluation_id=made.pk, now=now)
    objection = make_objection(Rating.objects.get(pk=rating.pk), now=now - timedelta(days=1))
    codes = ("evaluations.answer", "experts.view")
    blind, seeing = reader_of(*codes), reader_of(*codes, "draws.names")
    for user, found in ((blind, []), (seeing, [objection])):
        assert list(objections_visible_to(user)) == list(objections_waiting(user)) == found
        client = login(Client(), user)
        page = client.get(reverse("evaluations:objections")).content.decode()
        assert ("王立新" in page) == bool(found)
        answer = client.get(reverse("evaluations:answer", args=[objection.pk]), follow=True)
        assert (answer.status_code == 404) != bool(found)


def test_the_averages_of_an_expert_hold_by_quarters_what_may_not_be_read(
    row: Evaluation, operator: User
) -> None:
    """Whoever looked at them each day knew by the change who sat in the review that was just rated."""
    expert = row.ratings.order_by("pk")[0].expert
    assert expert is not None
    url = reverse("experts:detail", args=[expert.pk]) + "?tab=evaluations"
    reader = login(Client(), reader_of(*CODES))
    before = reader.get(url).content.decode()
    assert "历次评价汇总" not in before
    assert "名单您无权查看" not in before
    assert WORDS in login(Client(), operator).get(url).content.decode()
    # The quarter is over in which the time for its ratings was.
    past = timezone.now() - timedelta(days=93)
    Evaluation.objects.filter(pk=row.pk).update(
        opened_at=past - timedelta(days=2), due_at=past - timedelta(days=1), closed_at=past
    )
    page = reader.get(url).content.decode()
    assert "历次评价汇总" in page
    assert WORDS not in page
    assert "有 1 份评价的名单您无权查看" in page
