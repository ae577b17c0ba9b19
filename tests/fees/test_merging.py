"""What somebody is paid goes with him when two records of his become one: once, and to one account."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.strokes import signature_svg
from expertpool.draws.queries.panel import who_sat
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.experts.models import Expert
from expertpool.experts.services.merging import merge_experts
from expertpool.fees.models import FeeLine
from expertpool.fees.queries.accounts import accounts_visible_to
from expertpool.fees.queries.erasing import KEEPERS
from expertpool.fees.queries.lines import fees_in, fees_of, fees_to_sign
from expertpool.fees.queries.payments import paid_since, payables, payee_of, unpaid_lines
from expertpool.fees.queries.taxes import payments_in
from expertpool.fees.services import taxes
from expertpool.fees.services.lines import enter_fees, send_letters
from expertpool.fees.services.signing import sign
from expertpool.fees.settings import PAYER
from tests.factories.accounts import make_user
from tests.factories.evaluations import drawn_anew
from tests.factories.experts import give_account, make_expert
from tests.factories.fees import (
    CARD,
    STROKES,
    entry,
    make_fees,
    make_paid_to,
    make_rate,
    make_sent,
    pay,
)
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-15", "PRJ-29")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
DAY = timedelta(days=1)
OTHER = "6217000000000000004"


@pytest.fixture
def keep() -> Expert:
    row = make_expert("王立新", bank_name="中国工商银行", bank_account=CARD)
    give_account(row, make_user("expert"))
    return row


@pytest.fixture
def close() -> Expert:
    return make_expert("王立新", bank_name="中国建设银行", bank_account=OTHER)


@pytest.fixture
def finance() -> User:
    return make_user("finance")


def merge(keep: Expert, close: Expert, by: User) -> Expert:
    # As the office does before: a record with an account is none to be closed.
    Expert.objects.filter(pk=close.pk).update(user=None)
    return merge_experts(keep=keep, close=close, taken=(), reason="同一人", actor=by, now=NOW)


def test_fees_payments_and_tax_are_those_of_both_records_once(
    keep: Expert, close: Expert, operator: User, admin: User, finance: User
) -> None:
    configure(PAYER, "市交易中心")
    paid = pay(make_paid_to(operator, now=NOW, expert=close, minutes=540), finance, now=NOW)
    mine = make_paid_to(operator, now=NOW, expert=keep, minutes=540)
    (alone,) = payables([mine], now=NOW)
    assert (paid.withheld, alone.tax) == (Decimal(40), Decimal(40))
    keep = merge(keep, close, admin)
    assert [one.pk for one in fees_of(keep)] == [mine.pk, paid.pk]
    # One person in one month: what was withheld of the first stands, of the second it is that of both.
    (both,) = payables(unpaid_lines(finance), now=NOW)
    assert (both.line, both.tax) == (mine, Decimal(200))
    pay(mine, finance, now=NOW)
    (payer,) = taxes.by_payer(payments_in(finance, date(2026, 11, 1), "fees.tax"))
    assert [(one.person, one.gross, one.tax) for one in payer.people] == [
        (keep, Decimal(2000), Decimal(240))
    ]
    assert paid_since(keep, NOW - DAY) == Decimal(1760)
    assert keep.user is not None
    own = login(Client(), keep.user).get(reverse("fees:own")).content.decode()
    panorama = reverse("experts:detail", args=[keep.pk])
    office = login(Client(), admin).get(panorama, {"tab": "fees"}).content.decode()
    for page in (own, office):
        assert paid.project.name in page
        assert mine.project.name in page


def test_the_letter_of_the_closed_record_is_signed_and_paid_by_the_one_that_stays(
    keep: Expert, close: Expert, operator: User, admin: User, finance: User
) -> None:
    make_paid_to(operator, now=NOW, expert=keep)
    (letter,) = make_sent(operator, now=NOW, pool=(close,))
    keep = merge(keep, close, admin)
    assert list(fees_to_sign(keep)) == [letter]
    assert keep.user is not None
    line = sign(
        line=letter,
        expert=keep,
        signature=signature_svg(STROKES),
        seen=letter.letter_hash,
        signed_from="10.0.0.1 Chromium",
        actor=keep.user,
        now=NOW,
    )
    assert payee_of(line) == keep
    ready = {one.line.pk: one for one in payables(unpaid_lines(finance), now=NOW)}
    found = ready[line.pk]
    assert (found.why_not, found.account and found.account.number) == ("", CARD)
    assert [one.expert for one in accounts_visible_to(finance)].count(keep) == 1


def test_the_kept_account_is_looked_at_though_only_the_closed_record_was_told_of_fees(
    keep: Expert, close: Expert, operator: User, admin: User, finance: User
) -> None:
    make_fees(operator, now=NOW, pool=(close,))
    keep = merge(keep, close, admin)
    line = FeeLine.objects.get()
    send_letters(project=line.project, actor=operator, now=NOW)
    assert [one.expert for one in accounts_visible_to(finance)] == [keep]
    (keeper,) = KEEPERS
    for one in (keep, close):
        assert "还有没有付清的劳务费" in keeper.holds(one)


def test_whoever_sat_by_both_records_has_one_fee(
    keep: Expert, close: Expert, operator: User, supervisor: User, admin: User
) -> None:
    """His first draw is void, and he was found by the second as the record that stays: he is paid once."""
    now = timezone.now()
    (old,) = make_fees(operator, now=now, pool=(close,), seats=1)
    project, draw = old.project, old.invitation.draw
    request = request_void(draw=draw, reason="回避单位漏填", actor=operator, now=now)
    decide_void(request=request, agree=True, note="", actor=supervisor, now=now)
    close.tags.first().experts.add(keep)  # type: ignore[union-attr]
    keep = merge(keep, close, admin)
    drawn_anew(project, operator)
    (first,) = who_sat(project)
    enter_fees(
        project=project, rate=make_rate(), entries={first: entry(project)}, actor=operator, now=now
    )
    assert [(one.pk, one.expert) for one in fees_in(project).values()] == [(old.pk, keep)]
    assert FeeLine.objects.count() == 1
