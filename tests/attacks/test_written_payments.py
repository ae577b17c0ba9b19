"""Somebody with live SQL leads payments that two persons agreed to elsewhere: no file for the bank or the tax bureau has
what this system did not write (docs/decisions/0310)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.importing import Row, check_rows
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import BankAccount, Payment, PaymentBatch, PaymentRequest
from expertpool.fees.queries.payments import payments_of
from expertpool.fees.queries.taxes import payments_in
from expertpool.fees.services import papers
from expertpool.fees.services.answers import AnswerImporter
from expertpool.fees.services.payments import decide_batch
from expertpool.fees.services.taxes import by_payer
from tests.core.importing.sheets import table_of
from tests.factories.accounts import make_user
from tests.factories.fees import make_batch_of, make_paid_to, pay
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


@pytest.fixture
def finance() -> User:
    return make_user("finance")


@pytest.fixture
def batch(operator: User, finance: User) -> PaymentBatch:
    """Agreed to by two persons; another expert has an account, too."""
    line, _ = (make_paid_to(operator, now=NOW) for _ in range(2))
    row = make_batch_of([line], finance, now=NOW)
    request = PaymentRequest.objects.get(batch=row)
    decide_batch(request=request, agree=True, note="", actor=make_user("finance"), now=NOW)
    return PaymentBatch.objects.get(pk=row.pk)


@contextmanager
def owner() -> Iterator[None]:
    """As the owner of the tables, without its triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.parametrize("what", ["account", "sums", "paid", "batch"])
def test_no_file_for_the_bank_pays_whom_somebody_wrote(
    client: Client, finance: User, batch: PaymentBatch, what: str
) -> None:
    """The file was made of the rows as they stood: one statement, and it had another account."""
    rows = Payment.objects.filter(batch=batch)
    other = BankAccount.objects.exclude(pk=rows.get().account_id).get()
    with owner():
        if what == "account":
            rows.update(account=other)
        elif what == "sums":
            rows.update(gross=Decimal(9000), tax=0, amount=Decimal(9000))
        elif what == "paid":
            rows.update(paid_at=NOW)
        else:
            PaymentBatch.objects.filter(pk=batch.pk).update(total=1)
    batch.refresh_from_db()
    for code in (papers.BANK, papers.TABLE):
        with pytest.raises(FeeRefused, match=r"改动过|不符"):
            papers.batch_file(batch, code, actor=finance, now=NOW)
    page = login(client, finance)
    answer = page.get(reverse("fees:batch_file", args=[batch.pk, "bank"]))
    assert answer.status_code == 409
    shown = page.get(reverse("fees:batch", args=[batch.pk])).content.decode()
    assert "数据被改动过" in shown


def test_the_answer_of_the_bank_refuses_what_somebody_wrote(
    finance: User, batch: PaymentBatch
) -> None:
    """It ended the whole import with a fault of ours."""
    (row,) = payments_of(batch)
    with owner():
        Payment.objects.filter(pk=row.pk).update(travel=5, amount=row.amount + 5)
    importer = AnswerImporter(actor=finance, now=NOW, options={})
    said: list[list[object]] = [
        ["流水号", "金额", "处理结果"],
        [row.reference, f"{row.amount + 5}", "成功"],
    ]
    header, rest = table_of(AnswerImporter, said)
    refused: list[Row] = []
    check_rows(importer, rest, header.codes, keep=True, refused=refused.append)
    assert [one.faults[0].reason for one in refused] == ["付款被改动过"]
    assert Payment.objects.get(pk=row.pk).paid_at is None


def test_nothing_is_declared_of_a_fee_that_somebody_wrote(operator: User, finance: User) -> None:
    line = pay(make_paid_to(operator, now=NOW), finance, now=NOW)
    Payment.objects.filter(line=line).update(proof=b"no")
    rows = payments_in(finance, NOW.date().replace(day=1), "fees.tax")
    assert len(rows) == 1
    assert by_payer(rows) == []


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "x", ""])
def test_no_month_breaks_the_page_of_taxes(client: Client, finance: User, month: str) -> None:
    page = login(client, finance)
    assert page.get(reverse("fees:tax"), {"month": month}).status_code == 200
