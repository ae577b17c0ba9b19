"""Cautions and the blacklist: by two persons, or proposed by rules and confirmed by a person."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.automation.enums import FiringState
from expertpool.automation.services.rules import ActionData
from expertpool.evaluations.enums import SanctionKind
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.models import CautionLift, Evaluation, Sanction
from expertpool.evaluations.queries.sanctions import all_cautions, cautions_of
from expertpool.evaluations.services.lifts import decide_lift, request_lift
from expertpool.evaluations.services.sanctions import decide_sanction, request_sanction
from expertpool.evaluations.services.windows import close_evaluation
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.notifications.models import Message
from expertpool.workflow.queries.requests import waiting_about
from tests.factories.accounts import make_user
from tests.factories.automation import make_rule, settle_rules
from tests.factories.evaluations import make_evaluation, rate_all
from tests.factories.experts import give_account, make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
HOUR = timedelta(hours=1)
REASON = "评审中多次接听电话"


@pytest.fixture
def expert() -> Expert:
    row = make_expert("王立新")
    give_account(row, make_user("expert"))
    return row


def agree(asked: Sanction, by: User, *, now: datetime = NOW) -> None:
    decide_sanction(request=asked, agree=True, note="", actor=by, now=now)


@pytest.mark.shows("EXP-29")
def test_a_caution_takes_two_persons_and_is_told(
    client: Client, expert: Expert, supervisor: User
) -> None:
    url = reverse("evaluations:sanction", args=[expert.pk])
    login(client, supervisor)
    assert client.post(url, {"kind": "caution", "reason": "无"}).status_code == 422
    assert client.post(url, {"kind": "caution", "reason": REASON}).status_code == 204
    assert client.post(url, {"kind": "caution", "reason": REASON}).status_code == 422
    asked = Sanction.objects.get()
    assert not cautions_of(expert)
    tab = reverse("experts:detail", args=[expert.pk]) + "?tab=evaluations"
    waiting = client.get(tab).content.decode()
    assert "警告等待确认" in waiting
    assert "移入黑名单等待确认" not in waiting
    assert "没有警告" not in waiting
    # Who confirms as the second of two reads that nobody will be left to answer.
    second = login(Client(), make_user("supervisor", username="second"))
    assert "现在没有这样的人" in second.get(tab).content.decode()
    assert (
        "现在没有这样的人"
        in second.get(
            reverse("workflow:request_look", args=["evaluations.sanction", asked.pk])
        ).content.decode()
    )
    make_user("supervisor")
    confirming = second.get(tab).content.decode()
    assert "现在没有这样的人" not in confirming
    assert "确认警告？" in confirming
    assert "移入黑名单后" not in confirming
    now = timezone.now()
    with pytest.raises(EvaluationRefused):
        agree(asked, supervisor, now=now)
    agree(asked, make_user("supervisor"), now=now)
    assert [one.reason for one in cautions_of(expert)] == [REASON]
    told = Message.objects.get(occasion="evaluations.cautioned", channel="site")
    assert REASON in told.body
    page = client.get(reverse("experts:detail", args=[expert.pk]) + "?tab=evaluations")
    assert REASON in page.content.decode()
    page = login(Client(), expert.user).get(reverse("evaluations:own"))
    assert REASON in page.content.decode()


def test_an_account_made_for_the_occasion_turns_nothing_down(
    expert: Expert, supervisor: User
) -> None:
    asked = request_sanction(
        expert=expert, kind=SanctionKind.CAUTION, reason=REASON, actor=supervisor, now=NOW
    )
    said = {"request": asked, "agree": False, "note": "否", "now": NOW}
    with pytest.raises(EvaluationRefused, match="开通不满"):
        decide_sanction(actor=make_user("supervisor", created_at=NOW - HOUR), **said)
    decide_sanction(actor=make_user("supervisor"), **said)
    assert not cautions_of(expert)


@pytest.mark.shows("EXP-29")
def test_a_caution_is_taken_back_by_two_persons_and_counts_no_more(
    client: Client, expert: Expert, supervisor: User
) -> None:
    now, other = timezone.now(), make_user("supervisor")
    caution = request_sanction(
        expert=expert, kind=SanctionKind.CAUTION, reason=REASON, actor=supervisor, now=now
    )
    agree(caution, other, now=now)
    login(client, supervisor)
    ask = reverse("workflow:request_ask", args=["evaluations.lift", caution.pk])
    assert client.post(ask, {"reason": "错"}).status_code == 409
    assert client.post(ask, {"reason": "所依据的评价已撤销"}).status_code == 204
    assert client.post(ask, {"reason": "所依据的评价已撤销"}).status_code == 409
    tab = reverse("experts:detail", args=[expert.pk]) + "?tab=evaluations"
    assert "撤销警告等待确认" in client.get(tab).content.decode()
    lift = CautionLift.objects.get()
    with pytest.raises(EvaluationRefused):
        decide_lift(request=lift, agree=True, note="", actor=supervisor, now=timezone.now())
    assert all_cautions().exists()
    decide_lift(request=lift, agree=True, note="", actor=other, now=timezone.now())
    assert not all_cautions().exists()
    assert [bool(one.lifted_at) for one in cautions_of(expert)] == [True]
    assert "不再计入" in client.get(tab).content.decode()
    own = login(Client(), expert.user).get(reverse("evaluations:own")).content.decode()
    assert "所依据的评价已撤销" in own
    assert "不再计入" in Message.objects.get(occasion="evaluations.lifted", channel="site").body
    assert client.post(ask, {"reason": "再撤一次"}).status_code in (404, 409)


def test_the_blacklist_takes_two_persons_and_an_expert_who_is_in_the_pool(
    expert: Expert, supervisor: User
) -> None:
    asked = request_sanction(
        expert=expert, kind=SanctionKind.BLACKLIST, reason=REASON, actor=supervisor, now=NOW
    )
    assert Expert.objects.get(pk=expert.pk).status == ExpertStatus.FORMAL
    only = make_user("admin")
    (waiting,) = waiting_about(expert, only, now=NOW)
    assert waiting.words.title == "移入黑名单等待确认"
    assert "没有其他人有权处理" in waiting.question
    make_user("admin")
    assert "没有其他人有权处理" not in waiting.question
    agree(asked, only)
    assert Expert.objects.get(pk=expert.pk).status == ExpertStatus.BLACKLISTED
    with pytest.raises(EvaluationRefused, match="黑名单"):
        request_sanction(
            expert=expert, kind=SanctionKind.CAUTION, reason=REASON, actor=supervisor, now=NOW
        )


def close(row: Evaluation) -> None:
    Evaluation.objects.filter(pk=row.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    assert close_evaluation(evaluation_id=row.pk, now=timezone.now())


@pytest.mark.shows("EXP-29", "OVW-07")
def test_a_bad_rating_is_proposed_as_a_caution_and_two_of_a_year_as_the_blacklist(
    expert: Expert, operator: User
) -> None:
    make_rule(
        ActionData("evaluations.caution", {"reason": "综合得分低于 60 分"}),
        event="evaluations.rated",
        condition={"field": "total", "op": "lt", "value": 60},
    )
    make_rule(
        ActionData("evaluations.blacklist", {"reason": "一年内两次警告"}),
        name="两次警告",
        event="evaluations.cautioned",
        condition={"field": "cautions", "op": "gte", "value": 2},
    )
    second = make_user("supervisor")
    for times in (1, 2):
        now = timezone.now()
        row = make_evaluation(operator, now=now - timedelta(days=times), pool=(expert,), seats=1)
        rate_all(row, operator, now=now, score=50)
        close(row)
        firing = settle_rules()[-1]
        assert (firing.state, firing.detail) == (FiringState.DONE, "已申请警告，等待另一人确认")
        asked = Sanction.objects.get(kind="caution", decided_at__isnull=True)
        assert "事件规则" in asked.reason
        agree(asked, second, now=timezone.now())
        # The second one of a year proposes the blacklist, which nobody is put on by a rule.
        assert len(settle_rules()) == (1, 3)[times - 1]
        assert Expert.objects.get(pk=expert.pk).status == ExpertStatus.FORMAL
    asked = Sanction.objects.get(kind="blacklist")
    agree(asked, second, now=timezone.now())
    assert Expert.objects.get(pk=expert.pk).status == ExpertStatus.BLACKLISTED


@pytest.mark.shows("EXP-29")
@pytest.mark.parametrize(
    ("days", "is_lifted", "is_asked"),
    [(364, False, True), (366, False, False), (1, True, False)],
)
def test_two_cautions_of_a_year_are_those_of_365_days_that_stand(
    expert: Expert, *, days: int, is_lifted: bool, is_asked: bool
) -> None:
    one, other = make_user("supervisor"), make_user("supervisor")
    now = timezone.now()

    def caution(at: datetime) -> Sanction:
        asked = request_sanction(
            expert=expert, kind=SanctionKind.CAUTION, reason=REASON, actor=one, now=at
        )
        agree(asked, other, now=at)
        return asked

    first = caution(now - timedelta(days=days))
    if is_lifted:
        lift = request_lift(subject=first, reason="弄错了人", actor=one, now=now)
        decide_lift(request=lift, agree=True, note="", actor=other, now=now)
    make_rule(
        ActionData("evaluations.blacklist", {"reason": "一年内两次警告"}),
        event="evaluations.cautioned",
        condition={"field": "cautions", "op": "gte", "value": 2},
    )
    caution(timezone.now())
    settle_rules()
    assert Sanction.objects.filter(kind="blacklist").exists() is is_asked


def test_a_good_rating_proposes_nothing(expert: Expert, operator: User) -> None:
    make_rule(
        ActionData("evaluations.caution", {"reason": "综合得分低于 60 分"}),
        event="evaluations.rated",
        condition={"field": "total", "op": "lt", "value": 60},
    )
    row = make_evaluation(operator, now=timezone.now() - HOUR, pool=(expert,), seats=1)
    rate_all(row, operator, now=timezone.now(), score=85)
    close(row)
    assert settle_rules() == []
    assert not Sanction.objects.exists()
