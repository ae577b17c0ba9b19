"""Tax is withheld, and declared, by the month in which something is paid, of all that one payer pays one person in it."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry as LogEntry
from expertpool.experts.models import Expert
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import BankAccount, FeeLine, Payment, PaymentBatch, PaymentRequest
from expertpool.fees.queries.lines import fees_of, fees_visible_to, totals_of
from expertpool.fees.queries.payments import payables, unpaid_lines
from expertpool.fees.queries.taxes import came_back_after, payments_in
from expertpool.fees.services import taxes
from expertpool.fees.services.accounts import decide_account
from expertpool.fees.services.lines import reverse as reverse_fee
from expertpool.fees.services.payments import decide_batch, mark_paid, mark_returned
from expertpool.fees.settings import PAYER
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.factories.fees import CARD, make_batch_of, make_paid_to, pay
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
DAY = timedelta(days=1)
DECEMBER = NOW + 10 * DAY
ID = "110101197001010016"


@pytest.fixture
def finance() -> User:
    return make_user("finance")


@pytest.fixture
def expert() -> Expert:
    said = {"bank_name": "中国工商银行", "bank_account": CARD}
    return make_expert("王立新", id_number=ID, id_kind="resident", **said)


def declared(finance: User, month: date) -> list[tuple[str, Decimal, Decimal, Decimal]]:
    return [
        (payer.name, one.gross, one.tax, one.due)
        for payer in taxes.by_payer(payments_in(finance, month, "fees.tax"))
        for one in payer.people
    ]


@pytest.mark.shows("PRJ-29")
def test_what_is_sent_in_one_month_and_paid_in_the_next_is_declared_in_the_next(
    operator: User, finance: User, expert: Expert
) -> None:
    """By the day of the letter it was declared before anybody had paid it, and what nobody paid as well."""
    configure(PAYER, "市交易中心")
    first = make_paid_to(operator, now=NOW, expert=expert, minutes=540)
    second = make_paid_to(operator, now=NOW + DAY, expert=expert, minutes=540)
    assert (first.tax, second.tax) == (Decimal(40), Decimal(200))
    november, december = date(2026, 11, 1), date(2026, 12, 1)
    assert declared(finance, november) == []
    paid = pay(second, finance, now=NOW + DAY)
    # Alone in its month it is taxed as alone, whatever its letter took in.
    assert (paid.withheld, paid.net) == (Decimal(40), Decimal(960))
    last = pay(first, finance, now=DECEMBER)
    assert last.withheld == Decimal(40)
    for month in (november, december):
        sums = ("市交易中心", Decimal(1000), Decimal(40), Decimal(40))
        assert declared(finance, month) == [sums]
    assert totals_of(fees_visible_to(finance)).tax == Decimal(80)
    assert [one.net for one in fees_of(expert)] == [Decimal(960)] * 2
    client = login(Client(), finance)
    shown = client.get(reverse("fees:detail", args=[second.pk])).content.decode()
    assert "按付款当月合计；确认函按发送当月算的是 200.00" in shown


@pytest.mark.shows("PRJ-29")
def test_payments_of_a_month_are_taxed_as_one_by_each_payer(
    operator: User, finance: User, expert: Expert
) -> None:
    made = []
    for at, payer in enumerate(("市交易中心", "市交易中心", "某招标代理公司")):
        configure(PAYER, payer)
        made.append(make_paid_to(operator, now=NOW + at * DAY, expert=expert, minutes=540))
    when = NOW + 3 * DAY
    for line, tax in zip(made, (40, 200, 40), strict=True):
        assert pay(line, finance, now=when).withheld == Decimal(tax)
    found = declared(finance, date(2026, 11, 1))
    assert sorted(one[1:] for one in found) == [
        (Decimal(1000), Decimal(40), Decimal(40)),
        (Decimal(2000), Decimal(240), Decimal(240)),
    ]
    client, url = login(Client(), finance), reverse("fees:tax")
    said = {"month": "2026-11"}
    page = client.get(url, said).content.decode()
    assert "某招标代理公司" in page
    assert ID not in page
    assert client.get(url, said | {"file": "1"}).status_code == 404
    file = client.get(url, said | {"file": "1", "payer": "市交易中心"}).content
    sheet = openpyxl.load_workbook(io.BytesIO(file)).active
    assert sheet
    (row,) = [list(one) for one in sheet.iter_rows(values_only=True) if ID in one]
    assert row[1:7] == ["王立新", "居民身份证", ID, "劳务报酬所得", 2000.0, 240.0]
    head = next(list(one) for one in sheet.iter_rows(values_only=True) if "*证件号码" in one)
    # It is no tax paid before: the client would leave nothing to pay.
    assert not any("已缴" in str(one) or "已扣缴" in str(one) for one in head)


def test_what_was_reversed_leaves_nothing_in_the_tax_of_the_other(
    operator: User, finance: User, expert: Expert
) -> None:
    """The second kept the tax of both until the next letter."""
    first = make_paid_to(operator, now=NOW, expert=expert, minutes=540)
    second = make_paid_to(operator, now=NOW + DAY, expert=expert, minutes=540)
    reverse_fee(line=first, reason="时间有误", actor=finance, now=NOW + DAY)
    assert second.tax == Decimal(200)
    assert pay(second, finance, now=NOW + DAY).withheld == Decimal(40)


def test_a_batch_of_two_fees_of_one_person_and_what_waits_in_another(
    operator: User, finance: User, expert: Expert
) -> None:
    lines = [
        make_paid_to(operator, now=NOW + at * DAY, expert=expert, minutes=540) for at in range(3)
    ]
    when = NOW + 3 * DAY
    make_batch_of(lines[:2], finance, now=when)
    taxes_of = Payment.objects.order_by("reference").values_list("tax", flat=True)
    assert list(taxes_of) == [Decimal(40), Decimal(200)]
    (ready,) = payables(unpaid_lines(finance), now=when)
    assert ready.tax == Decimal(200)


def test_a_batch_that_was_asked_for_in_another_month_is_not_agreed_to(
    operator: User, finance: User, expert: Expert
) -> None:
    first = make_paid_to(operator, now=NOW, expert=expert, minutes=540)
    second = make_paid_to(operator, now=NOW + DAY, expert=expert, minutes=540)
    pay(first, finance, now=NOW + DAY)
    batch = make_batch_of([second], finance, now=NOW + DAY)
    request, other = PaymentRequest.objects.get(batch=batch), make_user("finance")
    with pytest.raises(FeeRefused, match="个税有了变化"):
        decide_batch(request=request, agree=True, note="", actor=other, now=NOW + 7 * DAY)


def test_it_is_of_the_day_on_which_the_bank_paid(
    operator: User, finance: User, expert: Expert
) -> None:
    line = make_paid_to(operator, now=NOW, expert=expert)
    batch = make_batch_of([line], finance, now=NOW)
    request, other = PaymentRequest.objects.get(batch=batch), make_user("finance")
    decide_batch(request=request, agree=True, note="", actor=other, now=NOW)
    batch = PaymentBatch.objects.get()
    said = {"batch": batch, "payments": None, "actor": finance, "now": DECEMBER}
    for wrong in (NOW.date() - DAY, DECEMBER.date() + DAY):
        with pytest.raises(FeeRefused, match="付款日期应在"):
            mark_paid(**said, on=wrong)
    assert mark_paid(**said, on=date(2026, 11, 30)) == 1
    assert [one[1] for one in declared(finance, date(2026, 11, 1))] == [Decimal(500)]
    assert declared(finance, date(2026, 12, 1)) == []
    log = LogEntry.objects.get(action="fee.paid")
    assert (log.after or {})["付款日期"] == "2026-11-30"


def test_whose_line_the_bureau_will_refuse_is_said_before_and_in_the_file(
    client: Client, operator: User, finance: User, expert: Expert
) -> None:
    """Without a number, with a wrong one, or with one that cannot be read, which stood in the file as its words."""
    configure(PAYER, "市交易中心")
    bank = {"bank_name": "中国工商银行", "bank_account": CARD}
    without = make_expert("无号", id_number="", **bank)
    wrong, shut = (make_expert(name, **bank) for name in ("错号", "打不开"))
    for one in (expert, without, wrong, shut):
        pay(make_paid_to(operator, now=NOW, expert=one, minutes=300), finance, now=NOW)
    Expert.objects.filter(pk=wrong.pk).update(
        id_number=Expert._meta.get_field("id_number").sealed(wrong, "110101197001010017")
    )
    Expert.objects.filter(pk=shut.pk).update(
        id_number=Expert._meta.get_field("id_number").sealed(wrong, ID)
    )
    (payer,) = taxes.by_payer(payments_in(finance, date(2026, 11, 1), "fees.tax"))
    said = {"无号": "没有证件号码", "错号": "身份证号码有误", "打不开": "证件号码无法读取"}
    assert {one.person.name: one.fault for one in payer.faulty} == said
    url = reverse("fees:tax") + "?month=2026-11"
    page = login(client, finance).get(url).content.decode()
    assert all(f"{name}（" in page and fault in page for name, fault in said.items())
    answer = client.get(url, {"month": "2026-11", "file": "1", "payer": "市交易中心"})
    content = io.BytesIO(answer.content)
    rows = [
        [str(cell or "") for cell in row]
        for row in openpyxl.load_workbook(content).active.iter_rows(values_only=True)
    ]
    at = {name: row for row in rows for name in said if name in row}
    assert all(fault in at[name] for name, fault in said.items())
    assert "无法读取" not in at["打不开"]


def test_what_comes_back_after_its_month_is_told(
    operator: User, finance: User, expert: Expert
) -> None:
    lines = [
        make_paid_to(operator, now=NOW + at * DAY, expert=expert, minutes=540) for at in range(2)
    ]
    first, _ = (pay(one, finance, now=NOW + DAY) for one in lines)
    november = date(2026, 11, 1)
    payment = first.payment
    assert payment
    mark_returned(payment=payment, note="账户销户", actor=finance, now=DECEMBER)
    assert came_back_after(finance, november, "fees.tax") == 1
    # What was withheld of the second took in the first.
    ((_, gross, tax, due),) = declared(finance, november)
    assert (gross, tax, due) == (Decimal(1000), Decimal(200), Decimal(40))
    page = login(Client(), finance).get(reverse("fees:tax"), {"month": "2026-11"})
    assert "有付款后来被银行退回" in page.content.decode()
    assert "差 -160.00" in page.content.decode()
    account = BankAccount.objects.get(expert=expert, ended_at=None)
    decide_account(account=account, agree=True, note="", actor=make_user("finance"), now=DECEMBER)
    assert pay(FeeLine.objects.get(pk=first.pk), finance, now=DECEMBER).withheld == Decimal(40)


def test_the_month_of_the_page_is_the_one_before(finance: User) -> None:
    assert taxes.month_of("", NOW) == taxes.month_of("2026-10", NOW)
