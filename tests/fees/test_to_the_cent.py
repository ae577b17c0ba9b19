"""Fees with cents and fares: every paper, page and sum says what the letters say, in the office's own forms as well."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.documents import SheetColumn, qr_png, xlsx_sheet
from expertpool.core.placeholders import mark
from expertpool.core.strokes import signature_svg
from expertpool.draws.queries.panel import who_sat
from expertpool.experts.models import Expert
from expertpool.fees.models import BankAccount, FeeLine, PaymentBatch, PaymentRequest
from expertpool.fees.queries.payments import payments_of, sums_of
from expertpool.fees.queries.statistics import GROUPS, grouped, own_year
from expertpool.fees.queries.taxes import payments_in
from expertpool.fees.services import papers, taxes
from expertpool.fees.services.accounts import decide_account
from expertpool.fees.services.lines import enter_fees, send_letters
from expertpool.fees.services.payments import decide_batch, mark_paid
from expertpool.fees.services.signing import sign
from expertpool.fees.services.statements import statement_pdf
from expertpool.fees.settings import PAYER
from expertpool.files.services import attach
from expertpool.papers.registry import PAPERS
from expertpool.papers.services import upload_template
from expertpool.projects.models import Project
from tests.factories.accounts import make_user
from tests.factories.evaluations import make_reviewed
from tests.factories.experts import give_account, make_expert, make_id_number
from tests.factories.fees import STROKES, entry, make_batch_of, make_rate
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 18, 0))  # noqa: DTZ001
CARDS = ("6222020000000000000", "6222020000000000018", "6222020000000000026")
# By hand, as withheld of labour below 4,000 (less 800, a fifth) and of nothing up to 800.
GROSS = tuple(map(Decimal, ("3966.66", "333.33", "500.05")))
TAX = tuple(map(Decimal, ("633.33", "0.00", "0.00")))
TRAVEL = tuple(map(Decimal, ("86.50", "0.10", "0.00")))
PAID = tuple(map(Decimal, ("3419.83", "333.43", "500.05")))
SUMS = tuple(map(Decimal, ("4800.04", "633.33", "86.60", "4253.31")))
NAMES = ("王立新", "李建国", "周敏")
SAID: tuple[dict[str, Any], ...] = (
    {"agreed_net": Decimal("3333.33"), "note": "与专家协商的税后金额", "travel": TRAVEL[0]},
    {"agreed_net": Decimal("333.33"), "note": "与专家协商的税后金额", "travel": TRAVEL[1]},
    {"other": Decimal("0.05"), "note": "市内交通补差"},
)


def signed_by(operator: User, expert: Expert, said: dict[str, Any], *, now: datetime) -> FeeLine:
    """A fee of ``said`` with the receipt of its fare, signed, whose account finance has looked at."""
    project = make_reviewed(operator, now=now, pool=(expert,), seats=1).project
    entries = {pk: replace(entry(project), **said) for pk in who_sat(project)}
    (line,) = enter_fees(
        project=project, rate=make_rate(), entries=entries, actor=operator, now=now
    )
    if line.travel:
        ticket = SimpleUploadedFile("车票.png", qr_png("G1102", scale=4))
        attach(subject=line, uploaded_file=ticket, actor=operator, now=now)
    (line,) = send_letters(project=project, actor=operator, now=now)
    assert expert.user
    line = sign(
        line=line,
        expert=expert,
        signature=signature_svg(STROKES),
        seen=line.letter_hash,
        signed_from="10.0.0.1 Chromium",
        actor=expert.user,
        now=now,
    )
    account = BankAccount.objects.get(expert=expert)
    if account.decided_at is None:
        looks = make_user("finance")
        decide_account(account=account, agree=True, note="", actor=looks, now=now)
    return line


def three(operator: User) -> list[FeeLine]:
    configure(PAYER, "市交易中心")
    people = [
        make_expert(
            name,
            id_number=make_id_number(serial=31 + 2 * at),
            id_kind="resident",
            bank_name="中国工商银行",
            bank_account=card,
        )
        for at, (name, card) in enumerate(zip(NAMES, CARDS, strict=True))
    ]
    for one in people:
        give_account(one, make_user("expert"))
    return [signed_by(operator, one, said, now=NOW) for one, said in zip(people, SAID, strict=True)]


def batch_of(lines: Sequence[FeeLine], finance: User) -> PaymentBatch:
    batch = make_batch_of(lines, finance, now=NOW)
    request = PaymentRequest.objects.get(batch=batch)
    decide_batch(request=request, agree=True, note="", actor=make_user("finance"), now=NOW)
    return PaymentBatch.objects.get(pk=batch.pk)


def table_of(content: bytes) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def under(rows: list[list[Any]], head: str, *names: str) -> list[tuple[Any, ...]]:
    """The cells below the headers ``names``, in the lines under the one that has ``head``."""
    top = next(at for at, row in enumerate(rows) if head in row)
    places = [rows[top].index(name) for name in names]
    return [tuple(row[at] for at in places) for row in rows[top + 1 :]]


def exact(cell: Any) -> Decimal:
    return Decimal(repr(cell)).quantize(Decimal("0.01"))


def text_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def form_of(head: Sequence[str], columns: Sequence[tuple[str, str]]) -> bytes:
    """A form of the office: what the whole is, and columns of its own order and words."""
    return xlsx_sheet(
        title="本单位表",
        fields=[(name, mark(name)) for name in head],
        columns=[SheetColumn(header, 14) for header, _ in columns],
        rows=[[text for _, text in columns]],
        signatures=(),
        fields_a_line=2,
    )


@pytest.mark.shows("PRJ-29", "PRJ-31")
def test_every_sum_agrees_with_the_letters_to_the_cent(operator: User) -> None:
    finance, lines = make_user("finance"), three(operator)
    assert tuple(one.gross for one in lines) == GROSS
    assert tuple(one.told_net for one in lines) == tuple(
        gross - tax for gross, tax in zip(GROSS, TAX, strict=True)
    )
    # Gross less tax is not what is paid: what was spent on the way is told beside it, as on the page of the batch.
    asked = login(Client(), finance).get(reverse("fees:batch_new")).content.decode()
    assert [asked.count(f"含差旅 {one}") for one in TRAVEL] == [1, 1, 0]
    batch = batch_of(lines, finance)
    sums = sums_of(payments_of(batch))
    assert (sums["gross"], sums["tax"], sums["travel"], sums["amount"]) == SUMS
    assert (batch.count, batch.total) == (3, SUMS[3])
    table, _ = papers.batch_file(batch, papers.TABLE, actor=finance, now=NOW)
    columns = ("姓名", "应发（元）", "代扣个税（元）", "差旅（元）", "实付（元）")
    found = {
        row[0]: tuple(map(exact, row[1:]))
        for row in under(table_of(table), *columns[:1], *columns)[:3]
    }
    assert found == dict(zip(NAMES, zip(GROSS, TAX, TRAVEL, PAID, strict=True), strict=True))
    head = {
        row[at]: row[at + 1] for row in table_of(table) for at in range(len(row) - 1) if row[at]
    }
    assert [exact(head[f"{one}合计"]) for one in ("应发", "个税", "差旅", "实付")] == list(SUMS)
    bank, _ = papers.batch_file(batch, papers.BANK, actor=finance, now=NOW)
    rows = under(table_of(bank), "收款账号", "收款账号", "收款户名", "金额")[:3]
    assert {(card, name, exact(cell)) for card, name, cell in rows} == set(
        zip(CARDS, NAMES, PAID, strict=True)
    )
    mark_paid(batch=batch, payments=None, actor=finance, now=NOW)
    month = date(2026, 11, 1)
    (payer,) = taxes.by_payer(payments_in(finance, month, "fees.tax"))
    assert (payer.gross, payer.tax) == SUMS[:2]
    declared, _ = taxes.tax_file(payer, month=month, actor=finance, now=NOW)
    rows = under(table_of(declared), "*姓名", "*姓名", "*本期收入", "代扣税额（核对用）")[:3]
    assert {(name, exact(gross), exact(tax)) for name, gross, tax in rows} == set(
        zip(NAMES, GROSS, TAX, strict=True)
    )
    for by in GROUPS:
        groups, totals = grouped(finance, by, 2026)
        for name, whole in zip(("gross", "tax", "travel", "payable"), SUMS, strict=True):
            assert sum(getattr(one, name) for one in groups) == whole, (by, name)
        assert (totals.gross, sum(one.paid for one in groups)) == (SUMS[0], SUMS[3])


@pytest.mark.shows("PRJ-30")
def test_statistics_put_each_fee_under_its_own(operator: User) -> None:
    finance, lines = make_user("finance"), three(operator)
    by_name = {one.name: one.gross for one in grouped(finance, "expert", 2026)[0]}
    assert by_name == dict(zip(NAMES, GROSS, strict=True))
    by_project = {one.note: one.gross for one in grouped(finance, "project", 2026)[0]}
    assert by_project == {one.project.number: one.gross for one in lines}
    # Several departments may have one name: two projects of one are one group.
    first, second, third = (Project.objects.get(pk=one.project_id) for one in lines)
    Project.objects.filter(pk=second.pk).update(department=first.department)
    assert third.department_id != first.department_id
    by_department = [one.gross for one in grouped(finance, "department", 2026)[0]]
    assert by_department == [GROSS[0] + GROSS[1], GROSS[2]]
    assert [one.gross for one in grouped(finance, "month", 2026)[0]] == [SUMS[0]]


@pytest.mark.shows("PORT-31")
def test_the_statement_of_a_year_has_its_fees_and_sums_and_no_others(operator: User) -> None:
    (first, *_), finance = three(operator), make_user("finance")
    batch = batch_of([first], finance)
    mark_paid(batch=batch, payments=None, actor=finance, now=NOW)
    expert = Expert.objects.select_related("user").get(pk=first.expert_id)
    later = signed_by(operator, expert, SAID[1], now=NOW + timedelta(days=60))
    assert later.sent_at
    assert timezone.localdate(later.sent_at).year == 2027
    read = text_of(statement_pdf(expert, own_year(expert, 2026), year=2026, at=NOW))
    said = ("2026年评审劳务费对账单", "王立新", "市交易中心", "3,966.66", "633.33", "86.50")
    paid = ("3,419.83", "2026-11-24")
    assert [one for one in (*said, *paid) if one not in read] == []
    assert "333.43" not in read
    assert later.project.name not in read or later.project.name == first.project.name
    next_year = text_of(statement_pdf(expert, own_year(expert, 2027), year=2027, at=NOW))
    assert "333.43" in next_year
    assert "未付款" in next_year
    assert "3,966.66" not in next_year


@pytest.mark.shows("PRJ-31")
def test_the_office_has_table_bank_and_tax_file_in_its_own_form(
    client: Client, operator: User
) -> None:
    finance, lines = make_user("finance"), three(operator)
    forms = {
        papers.TABLE: form_of(
            ("批次名称", "实付合计"),
            (
                ("实付", mark("付款.实付")),
                ("收款人", mark("付款.姓名")),
                ("核对", "□"),
                ("单位", mark("付款.工作单位")),
            ),
        ),
        papers.BANK: form_of(
            ("批次编号",),
            (
                ("户名", mark("付款.姓名")),
                ("币种", "人民币"),
                ("金额（元）", mark("付款.实付")),
                ("账号", mark("付款.银行账号")),
            ),
        ),
        papers.TAX: form_of(
            ("扣缴单位", "税款所属期"),
            (
                ("收入额", mark("人员.收入")),
                ("证照号码", mark("人员.证件号码")),
                ("国籍", "中国"),
                ("姓名", mark("人员.姓名")),
            ),
        ),
    }
    for code, content in forms.items():
        upload_template(
            paper=PAPERS[code],
            project_kind="",
            uploaded_file=SimpleUploadedFile("本单位表.xlsx", content),
            actor=make_user("admin"),
            now=NOW,
        )
    batch = batch_of(lines, finance)
    login(client, finance)
    table, bank = (
        table_of(b"".join(client.get(reverse("fees:batch_file", args=[batch.pk, form]))))
        for form in ("table", "bank")
    )
    rows = under(table, "收款人", "收款人", "核对", "实付")[:3]
    assert {(name, own, exact(cell)) for name, own, cell in rows} == {
        (name, "□", paid) for name, paid in zip(NAMES, PAID, strict=True)
    }
    assert any(SUMS[3] == exact(cell) for row in table for cell in row if isinstance(cell, float))
    rows = under(bank, "账号", "户名", "币种", "金额（元）", "账号")[:3]
    assert {(name, own, exact(paid), card) for name, own, paid, card in rows} == {
        (name, "人民币", paid, card) for name, paid, card in zip(NAMES, PAID, CARDS, strict=True)
    }
    mark_paid(batch=batch, payments=None, actor=finance, now=NOW)
    url = reverse("fees:tax")
    asked = {"month": "2026-11", "file": "1", "payer": "市交易中心"}
    file = table_of(b"".join(client.get(url, asked)))
    rows = under(file, "证照号码", "姓名", "国籍", "收入额", "证照号码")[:3]
    assert {(name, own, exact(gross)) for name, own, gross, _ in rows} == {
        (name, "中国", gross) for name, gross in zip(NAMES, GROSS, strict=True)
    }
    assert {number for *_, number in rows} == {one.expert.id_number for one in lines}
