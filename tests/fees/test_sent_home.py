"""Who came and did not sit to the end is paid for having come, as the rate says."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Invitation
from expertpool.draws.queries.panel import who_sat, who_was_sent_home
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.written import write_lines
from expertpool.fees.enums import FeeOutcome
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import FeeLine
from expertpool.fees.services.lines import Entry, enter_fees, send_letters
from expertpool.projects.models import Project
from tests.architecture.forms import forms_of
from tests.factories.answers import record_answer
from tests.factories.evaluations import make_reviewed
from tests.factories.experts import make_expert
from tests.factories.fees import entry, make_rate
from tests.fees.test_workload import row_of, run
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 18, 0))  # noqa: DTZ001
MINUTE = timedelta(minutes=1)


def gone(operator: User, *, signed_in: bool) -> tuple[Project, Invitation]:
    """A review from which 李四 was sent home ten minutes after it had begun."""
    make_rate()
    pool = [make_expert("王立新"), make_expert("李四")]
    project = make_reviewed(operator, now=NOW, pool=pool, seats=2).project
    line = Invitation.objects.get(draw__project=project, expert=pool[1])
    if signed_in:
        write_lines([line], signed_in_at=project.opening_at - 5 * MINUTE)
    record_answer(
        invitation=line,
        state=InvitationState.REPLACED,
        reason="需要回避",
        actor=operator,
        now=project.opening_at + 10 * MINUTE,
        entropy=SeededEntropy(1),
    )
    return project, Invitation.objects.get(pk=line.pk)


@pytest.mark.shows("PRJ-28", "PRJ-29")
def test_who_was_replaced_at_the_meeting_is_paid_what_the_rate_says(operator: User) -> None:
    """Neither form nor table knew him: nothing could be entered."""
    project, line = gone(operator, signed_in=True)
    assert line.pk not in who_sat(project)
    assert set(who_was_sent_home(project)) == {line.pk}
    enter = {"project": project, "rate": make_rate(), "actor": operator, "now": NOW}
    with pytest.raises(FeeRefused, match="李四：没有评到最后，只能登记为"):
        enter_fees(entries={line.pk: entry(project)}, **enter)
    said = {line.pk: Entry(FeeOutcome.RECUSED, travel=Decimal(0))}
    (row,) = enter_fees(entries=said, **enter)
    assert (row.expert.name, row.gross, row.started_at) == ("李四", Decimal(200), None)
    (sent,) = send_letters(project=project, actor=operator, now=NOW)
    assert sent.letter["said"]["outcome"] == "到场需回避"


def test_whether_he_came_is_said_where_nobody_has_noted_it(operator: User) -> None:
    project, line = gone(operator, signed_in=False)
    enter = {"project": project, "rate": make_rate(), "actor": operator, "now": NOW}
    with pytest.raises(FeeRefused, match="没有看到他的签到记录"):
        enter_fees(entries={line.pk: Entry(FeeOutcome.NOT_REVIEWED)}, **enter)
    said = Entry(FeeOutcome.NOT_REVIEWED, note="纸质签到表有签名")
    (row,) = enter_fees(entries={line.pk: said}, **enter)
    assert row.gross == Decimal(200)


def test_the_form_offers_him_and_enters_nothing_unless_it_is_said(
    client: Client, operator: User
) -> None:
    project, line = gone(operator, signed_in=False)
    (sat,) = who_sat(project)
    login(client, operator)
    url = reverse("fees:project", args=[project.pk])
    page = client.get(url).content.decode()
    assert "没有评到最后" in page
    said = next(one.values for one in forms_of(page) if "rate" in one.values)
    assert f"e{line.pk}_started_at" not in said
    assert client.post(url, said).status_code == 302
    assert FeeLine.objects.get().invitation_id == sat
    said = next(
        one.values for one in forms_of(client.get(url).content.decode()) if "rate" in one.values
    )
    came = said | {f"e{line.pk}_outcome": "not_reviewed"}
    told = client.post(url, came)
    assert (told.status_code, "没有看到他的签到记录" in told.content.decode()) == (422, True)
    assert client.post(url, came | {f"e{line.pk}_note": "到过场"}).status_code == 302
    assert FeeLine.objects.get(invitation=line).gross == Decimal(200)


def test_the_table_of_workload_takes_him(operator: User) -> None:
    project, _ = gone(operator, signed_in=True)
    for outcome, why in (("", "评审情况为空"), ("完成评审", "没有评到最后")):
        rest = [outcome, "", "", "4", ""]
        assert run([row_of(project, "李四", rest=rest)], operator) == (0, [why])
    rest = ["到场需回避", "", "", "", ""]
    assert run([row_of(project, "李四", rest=rest)], operator) == (1, [])
    assert FeeLine.objects.get().gross == Decimal(200)
