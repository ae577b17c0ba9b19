"""A sum that was agreed after tax is grossed up by the tax of the month."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.queries.panel import who_sat
from expertpool.fees.enums import FeeOutcome
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import FeeLine
from expertpool.fees.services.lines import enter_fees, send_letters
from tests.factories.accounts import make_user
from tests.factories.evaluations import make_reviewed
from tests.factories.experts import make_expert
from tests.factories.fees import entry, make_rate, make_sent
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 18, 0))  # noqa: DTZ001


@pytest.mark.shows("PRJ-29")
def test_what_was_agreed_after_tax_is_left_of_it(operator: User) -> None:
    """Nothing on any page grossed up what was agreed."""
    expert = make_expert("王立新")
    project = make_reviewed(operator, now=NOW, pool=[expert], seats=1).project
    (pk,) = who_sat(project)
    enter = {"project": project, "rate": make_rate(), "actor": operator, "now": NOW}
    said = replace(entry(project), agreed_net=Decimal(5000))
    with pytest.raises(FeeRefused, match="写明依据"):
        enter_fees(entries={pk: said}, **enter)
    said = replace(said, note="评审超过 10 小时，与专家协商")
    with pytest.raises(FeeRefused, match="只有完成评审"):
        enter_fees(entries={pk: replace(said, outcome=FeeOutcome.ABORTED)}, **enter)
    (line,) = enter_fees(entries={pk: said}, **enter)
    assert line.gross == Decimal("5952.38")
    # Another letter of the month makes it another sum, which nobody has read.
    (other,) = make_sent(operator, now=NOW + timedelta(days=1), pool=(expert,))
    assert other.gross == Decimal(500)
    with pytest.raises(FeeRefused, match="请重新保存后再发送"):
        send_letters(project=project, actor=operator, now=NOW)
    enter_fees(entries={pk: said}, **enter)
    enter_fees(entries={pk: replace(said, note="评审超过 10 小时，已协商")}, **enter)
    (sent,) = send_letters(project=project, actor=operator, now=NOW)
    assert sent.told_net == Decimal(5000)
    assert sent.gross > Decimal("5952.38")


def test_the_form_and_the_trial_gross_up(client: Client, operator: User) -> None:
    make_rate()
    login(client, make_user("finance"))
    rate = make_rate()
    asked = {"rate": rate.pk, "outcome": "completed", "hours": "4", "net": "5000"}
    assert "5,952.38" in client.get(reverse("fees:trial"), asked).content.decode()
    several = asked | {"hours": "8+8"}
    page = client.get(reverse("fees:trial"), several).content.decode()
    assert "1,800.00" in page
    assert "第 2 天" in page
    assert "一天最多" in client.get(reverse("fees:trial"), asked | {"hours": "30"}).content.decode()
    project = make_reviewed(operator, now=NOW, seats=1).project
    (pk,) = who_sat(project)
    login(client, operator)
    url = reverse("fees:project", args=[project.pk])
    assert f"e{pk}_agreed_net" in client.get(url).content.decode()
    assert not FeeLine.objects.exists()
