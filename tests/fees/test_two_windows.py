"""Two persons have the fees of a project open: neither sends nor overwrites what he has not read."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.queries.panel import who_sat
from expertpool.experts.models import Expert
from expertpool.fees.enums import FeeOutcome
from expertpool.fees.models import FeeLine
from expertpool.fees.queries.lines import projects_to_pay
from expertpool.fees.queries.workload import MISSING, STOPPED, UNTOLD, workload_of
from expertpool.fees.services.lines import Entry, enter_fees, send_letters
from expertpool.fees.services.lines import reverse as reverse_fee
from expertpool.fees.tables import TO_PAY_TABS
from expertpool.notifications.models import Message
from expertpool.reviews.queries.reviews import is_told_tomorrow
from expertpool.reviews.services.stopping import request_stop
from expertpool.workflow.services.two_persons import decide
from tests.architecture.forms import forms_of
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.evaluations import make_reviewed
from tests.factories.experts import give_account, make_expert
from tests.factories.fees import entry, make_fees, make_rate
from tests.factories.scoring import fill_in, make_open, reviewer_of, submit
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(operator: User) -> FeeLine:
    (row,) = make_fees(operator, seats=1)
    return row


def page_of(line: FeeLine) -> str:
    return reverse("fees:project", args=[line.project_id])


def typed(client: Client, line: FeeLine) -> dict[str, Any]:
    """What the page of the fees posts as it was opened."""
    page = client.get(page_of(line)).content.decode()
    return next(one.values for one in forms_of(page) if "rate" in one.values)


def other(line: FeeLine, actor: User, sum_of: str) -> None:
    """Somebody else adds a sum meanwhile."""
    said = vars(entry(line.project)) | {"other": Decimal(sum_of)}
    entries = {line.invitation_id: Entry(**said)}
    enter_fees(
        project=line.project, rate=make_rate(), entries=entries, actor=actor, now=timezone.now()
    )


@pytest.mark.shows("PRJ-28")
def test_letters_are_sent_as_they_were_read(client: Client, operator: User, line: FeeLine) -> None:
    login(client, operator)
    seen = client.get(page_of(line)).context["seen"]
    other(line, make_user("admin"), "5000")
    url = reverse("fees:project_send", args=[line.project_id])
    for said in ({"seen": seen}, {}):
        told = client.post(url, said, follow=True)
        assert "没有发送。请核对现在列出的金额" in told.content.decode()
    assert not FeeLine.objects.filter(sent_at__isnull=False).exists()
    client.post(url, {"seen": client.get(page_of(line)).context["seen"]})
    assert FeeLine.objects.get(pk=line.pk, sent_at__isnull=False).gross == Decimal(5500)
    # Pressed twice, nothing happens, and nobody is told that anything was changed.
    assert "没有待发送" in client.post(url, {"seen": seen}, follow=True).content.decode()


@pytest.mark.shows("PRJ-28")
def test_the_later_of_two_who_enter_is_told_what_the_other_did(
    client: Client, operator: User, line: FeeLine
) -> None:
    login(client, operator)
    mine = typed(client, line) | {f"e{line.invitation_id}_note": "现场核对"}
    other(line, make_user("admin", name="赵敏"), "77")
    late = client.post(page_of(line), mine)
    page = late.content.decode()
    assert late.status_code == 422
    assert "赵敏 于" in page
    assert f"{line.expert.name}：其他补助（元）：" in page
    assert FeeLine.objects.get(pk=line.pk).other == 77
    # What he left alone is what the other made of it, what he typed is his.
    again = next(one.values for one in forms_of(page) if "rate" in one.values)
    assert client.post(page_of(line), again).status_code == 302
    row = FeeLine.objects.get(pk=line.pk)
    assert (row.other, row.note) == (Decimal(77), "现场核对")


def test_what_was_entered_first_by_somebody_else_is_told_as_well(
    client: Client, operator: User
) -> None:
    project = make_reviewed(operator, now=timezone.now(), seats=1).project
    (pk,) = who_sat(project)
    make_rate()
    login(client, operator)
    line = FeeLine(project=project, invitation_id=pk)
    mine = typed(client, line) | {f"e{pk}_outcome": "completed"}
    other(line, make_user("admin", name="赵敏"), "77")
    late = client.post(page_of(line), mine)
    assert late.status_code == 422
    assert "赵敏 于" in late.content.decode()
    assert FeeLine.objects.get(project=project).other == 77


def of_review(operator: User, expert: Expert) -> Any:
    make_rate()
    review = make_open(operator, now=timezone.now(), pool=(expert,), seats=1)
    return review, reviewer_of(review, expert)


@pytest.mark.shows("PRJ-28")
def test_who_has_handed_in_nothing_is_not_taken_for_done(
    client: Client, operator: User, supervisor: User
) -> None:
    expert = make_expert()
    give_account(expert, make_user("expert"))
    review, _ = of_review(operator, expert)
    page = reverse("fees:project", args=[review.project_id])
    login(client, operator)
    assert client.get(page).status_code == 404  # he scores
    now = timezone.now()
    asked = request_stop(subject=review, reason="文件有重大缺陷", actor=operator, now=now)
    decide(asked, agree=True, note="", actor=supervisor, now=now + timedelta(minutes=1))
    text = client.get(page).content.decode()
    assert STOPPED in text
    said = next(one.values for one in forms_of(text) if "rate" in one.values)
    assert [said[one] for one in said if one.endswith("_outcome")] == [[""]]
    refused = client.post(page, said)
    assert refused.status_code == 422
    assert "请选择评审情况" in refused.content.decode()


def test_what_is_said_of_who_has_handed_in_nothing_is_what_others_are_told(operator: User) -> None:
    expert = make_expert()
    give_account(expert, make_user("expert"))
    review, reviewer = of_review(operator, expert)
    make_draw(now=timezone.now(), operator=operator)
    (before,) = workload_of(review.project).values()
    at = timezone.now()
    fill_in(reviewer, now=at)
    submit(reviewer, now=at)
    (after,) = workload_of(review.project).values()
    # Names of another draw are sealed: unless its panel sits today, whoever has handed in today is told apart by nothing.
    hidden = is_told_tomorrow(review)
    assert before.missing == (UNTOLD if hidden else MISSING)
    assert after.missing == (UNTOLD if hidden else "")


@pytest.mark.shows("PRJ-28")
def test_what_was_reversed_is_to_be_entered_anew_and_who_entered_it_is_told(
    operator: User,
) -> None:
    now = timezone.now()
    first, _second = make_fees(operator, now=now)
    send_letters(project=first.project, actor=operator, now=now)
    to_enter = TO_PAY_TABS[0].q
    assert not projects_to_pay(operator, now=now).filter(to_enter).exists()
    reverse_fee(line=first, reason="时间有误", actor=make_user("finance", name="王芳"), now=now)
    row = projects_to_pay(operator, now=now).filter(to_enter).get()
    assert (row.entered, row.missing) == (1, 1)
    told = Message.objects.get(occasion="fees.enter_anew", channel="site")
    assert told.recipient == operator.name
    assert "王芳冲销（时间有误）" in told.body
    said = {first.invitation_id: entry(first.project)}
    enter_fees(project=first.project, rate=make_rate(), entries=said, actor=operator, now=now)
    assert not projects_to_pay(operator, now=now).filter(to_enter).exists()


@pytest.mark.shows("PRJ-28")
def test_whom_an_import_left_out_is_still_to_be_entered(client: Client, operator: User) -> None:
    """Two of three were in the table: the project was gone from 待登记, and the third got no letter, without a word."""
    now = timezone.now()
    project = make_reviewed(operator, now=now, seats=3).project
    sat = who_sat(project)
    *some, last = sat
    to_enter = TO_PAY_TABS[0].q
    assert projects_to_pay(operator, now=now).filter(to_enter).get().left_out == 3
    said = {pk: entry(project) for pk in some}
    enter_fees(project=project, rate=make_rate(), entries=said, actor=operator, now=now)
    row = projects_to_pay(operator, now=now).filter(to_enter).get()
    assert (row.entered, row.left_out, row.missing) == (2, 1, 0)
    login(client, operator)
    assert "另 1 人还没有登记" in client.get(reverse("fees:projects")).content.decode()
    page = client.get(reverse("fees:project", args=[project.pk]))
    assert page.context["left_out"] == sat[last].name
    assert "还有专家没有登记" in page.content.decode()
    send_letters(project=project, actor=operator, now=now)
    assert projects_to_pay(operator, now=now).filter(to_enter).exists(), "letters are out for two"
    said = {last: entry(project, outcome=FeeOutcome.UNFINISHED)}
    enter_fees(project=project, rate=make_rate(), entries=said, actor=operator, now=now)
    assert not projects_to_pay(operator, now=now).filter(to_enter).exists()
    assert client.get(reverse("fees:project", args=[project.pk])).context["left_out"] == ""


def test_an_empty_tab_says_what_is_done(client: Client, operator: User) -> None:
    """It said that no review was over."""
    (line,) = make_fees(operator, seats=1)
    send_letters(project=line.project, actor=operator, now=timezone.now())
    login(client, operator)
    url = reverse("fees:projects")
    assert "已结束、名单已公开的都登记过了" in client.get(url).content.decode()
    assert line.project.name in client.get(url, {"tab": "open"}).content.decode()
