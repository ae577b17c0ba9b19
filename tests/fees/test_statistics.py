"""What fees come to, for the office and for the expert; the letter in the office's own form."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.documents import qr_png
from expertpool.experts.models import Expert
from expertpool.experts.services.deletion import delete_expert
from expertpool.fees.exports import FeeExport
from expertpool.fees.home import fees_there
from expertpool.fees.models import BankAccount, FeeLine
from expertpool.fees.queries.lines import fees_of, fees_visible_to, totals_of
from expertpool.fees.queries.statistics import GROUPS, grouped, own_year, years_of
from expertpool.fees.services.accounts import decide_account
from expertpool.fees.services.letters import PAPER, letter_file, said_of
from expertpool.fees.services.lines import enter_fees, send_letters
from expertpool.fees.services.lines import reverse as take_back
from expertpool.fees.services.payments import mark_returned
from expertpool.fees.services.statements import statement_pdf
from expertpool.files.services import attach
from expertpool.papers.services import upload_template
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.fees import (
    STROKES,
    entry,
    make_batch_of,
    make_fees,
    make_paid_to,
    make_rate,
    make_sent,
    make_signed,
    pay,
)
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
DAY = timedelta(days=1)


def paid(operator: User, finance: User) -> FeeLine:
    return pay(make_paid_to(operator, now=NOW, minutes=540), finance, now=NOW)


def test_fees_add_up_alike_by_month_department_project_and_expert(operator: User) -> None:
    finance = make_user("finance")
    line = paid(operator, finance)
    other = make_signed(operator, now=NOW + 10 * DAY)
    make_signed(operator, now=NOW - 400 * DAY)
    for by in GROUPS:
        groups, totals = grouped(finance, by, 2026)
        assert sum(one.gross for one in groups) == totals.gross == line.gross + other.gross
        assert sum(one.count for one in groups) == totals.count == 2
        assert sum(one.paid for one in groups) == line.payable
    months, _ = grouped(finance, "month", 2026)
    assert [one.name for one in months] == ["2026-11", "2026-12"]
    assert {one.net for one in grouped(finance, "expert", 2026)[0]} == {line.net, other.net}
    client, url = login(Client(), finance), reverse("fees:statistics")
    assert client.get(url).status_code == 200
    page = client.get(url, {"by": "expert", "year": "2026"}).content.decode()
    assert line.expert.name in page
    assert client.get(url, {"by": "nonsense", "year": "1"}).status_code == 200


def test_what_was_returned_and_paid_anew_is_added_up_once(operator: User) -> None:
    """Each payment of a fee counted it once more."""
    finance = make_user("finance")
    line = paid(operator, finance)
    (first,) = line.payments.all()
    mark_returned(payment=first, note="户名不符", actor=finance, now=NOW)
    account = BankAccount.objects.get(expert=line.expert, ended_at=None)
    decide_account(account=account, agree=True, note="", actor=make_user("finance"), now=NOW)
    make_batch_of([line], finance, now=NOW)
    for by in GROUPS:
        ((group,), totals) = grouped(finance, by, 2026)
        assert (group.count, group.gross, group.paid) == (1, totals.gross, 0)


def test_an_expert_has_a_statement_of_each_year(operator: User) -> None:
    line = paid(operator, make_user("finance"))
    expert = Expert.objects.select_related("user").get(pk=line.expert_id)
    assert years_of(fees_of(expert)) == [2026]
    pdf = statement_pdf(expert, own_year(expert, 2026), year=2026, at=NOW)
    assert pdf.startswith(b"%PDF")
    assert expert.user
    client = login(Client(), expert.user)
    assert "2026 年对账单" in client.get(reverse("fees:own")).content.decode()
    assert client.get(reverse("fees:own_statement", args=[2026])).status_code == 200
    assert client.get(reverse("fees:own_statement", args=[2025])).status_code == 404


@pytest.mark.shows("PRJ-30")
def test_once_he_has_signed_the_office_has_the_signed_letter(operator: User) -> None:
    expert = make_expert("王立新")
    give_account(expert, make_user("expert"))
    (line,) = make_sent(operator, now=timezone.now(), pool=(expert,))
    office, url = login(Client(), operator), reverse("fees:detail", args=[line.pk])
    assert "还没有签字" in office.get(url).content.decode()
    before = office.get(reverse("fees:letter", args=[line.pk])).content
    assert expert.user
    own = login(Client(), expert.user)
    page = reverse("fees:own_fee", args=[line.pk])
    own.post(page, {"seen": line.letter_hash, "signature": STROKES})
    shown = office.get(url).content.decode()
    assert "已签字" in shown
    assert "签名见确认函" in shown
    after = office.get(reverse("fees:letter", args=[line.pk])).content
    assert after.startswith(b"%PDF")
    assert len(after) != len(before)


@pytest.mark.shows("EXP-31")
def test_the_panorama_adds_up_to_the_records_of_fees(operator: User) -> None:
    finance = make_user("finance")
    line = paid(operator, finance)
    office = login(Client(), make_user("admin"))
    url = reverse("experts:detail", args=[line.expert_id])
    page = office.get(url, {"tab": "fees"}).content.decode()
    sums = totals_of(fees_visible_to(finance).filter(expert=line.expert_id))
    assert (sums.gross, sums.tax) == (Decimal(1000), Decimal(40))
    for said in ("1000.00", "40.00", "960.00", "已付款", line.project.name):
        assert said in page.replace(",", "")


@pytest.mark.shows("PRJ-29")
def test_the_letter_comes_in_the_form_of_the_office(
    operator: User, settings: object, tmp_path: object
) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    line = make_signed(operator, now=NOW)
    assert letter_file(line, at=NOW)[1] == "pdf"
    file = SimpleUploadedFile("确认函.xlsx", PAPER.starter())
    upload_template(
        paper=PAPER, project_kind="", uploaded_file=file, actor=make_user("admin"), now=NOW
    )
    content, ending = letter_file(line, at=NOW)
    assert (content[:2], ending) == (b"PK", "xlsx")
    office = login(Client(), operator)
    url = reverse("fees:detail", args=[line.pk])
    assert "本单位格式" in office.get(url).content.decode()
    own = office.get(reverse("fees:letter", args=[line.pk]), {"own": "1"}).content
    book = openpyxl.load_workbook(io.BytesIO(own)).active
    assert book
    cells = [str(one.value) for row in book for one in row if one.value is not None]
    said = said_of(line)
    for word in (line.expert.name, line.project.name, said["rate"], line.letter_hash, "500"):
        assert any(str(word) in one for one in cells), (word, cells)
    assert not any("{{" in one for one in cells)


@pytest.mark.shows("PRJ-30")
def test_the_sum_the_export_and_the_number_are_those_of_the_rows(operator: User) -> None:
    """Each tab told the sum of all, each export gave all, and those that were reversed stood in the number."""
    finance = make_user("finance")
    signed = make_signed(operator, now=NOW)
    sent, back = (make_sent(operator, now=NOW, pool=(make_expert(),))[0] for _ in range(2))
    take_back(line=back, reason="时间有误", actor=finance, now=NOW)
    client = login(Client(), finance)
    for tab, rows in (
        ("", {signed, sent}),
        ("sent", {sent}),
        ("reversed", {back}),
        ("paid", set()),
    ):
        page = client.get(reverse("fees:list"), {"tab": tab} if tab else {})
        totals = page.context["totals"]
        assert (totals.count, totals.gross) == (len(rows), sum(one.gross for one in rows))
        assert set(FeeExport().rows(finance, QueryDict(f"tab={tab}"))) == rows
    (number,) = fees_there(finance, NOW)
    assert number.value.count() == 2


def test_what_is_left_and_what_is_paid_are_one_sum_each_wherever_they_stand(operator: User) -> None:
    finance = make_user("finance")
    (line,) = make_fees(operator, now=NOW, seats=1)
    said = {line.invitation_id: replace(entry(line.project), travel=Decimal("86.5"))}
    enter_fees(project=line.project, rate=make_rate(), entries=said, actor=operator, now=NOW)
    ticket = SimpleUploadedFile("高铁票.png", qr_png("票", scale=4))
    attach(subject=line, uploaded_file=ticket, actor=operator, now=NOW)
    send_letters(project=line.project, actor=operator, now=NOW)
    ((group,), totals) = grouped(finance, "expert", 2026)
    line = FeeLine.objects.get(pk=line.pk)
    assert {group.net, totals.net} == {line.net}
    assert {group.payable, totals.payable} == {line.payable} == {line.net + Decimal("86.5")}
    page = login(Client(), finance).get(reverse("fees:statistics")).content.decode()
    assert "应付合计" in page


def test_of_who_left_unsigned_it_says_what_helps(operator: User) -> None:
    """He cannot sign in, and what nobody signed is not paid: the office read for ever that he had not yet."""
    expert = make_expert("王立新")
    give_account(expert, make_user("expert"))
    (line,) = make_sent(operator, now=timezone.now(), pool=(expert,))
    office, url = login(Client(), operator), reverse("fees:detail", args=[line.pk])
    assert "恢复档案" not in office.get(url).content.decode()
    delete_expert(
        expert=expert, reason="本人申请退出", actor=make_user("admin"), now=timezone.now()
    )
    assert "不能登录签字" in office.get(url).content.decode()
