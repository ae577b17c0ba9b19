"""Fees are paid in batches: each once, to accounts that were looked at, as two persons have agreed."""

from __future__ import annotations

import io
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import openpyxl
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F, QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry as LogEntry
from expertpool.core.filling import check_template
from expertpool.core.importing import CellRefused, Row, check_rows
from expertpool.experts.models import Expert
from expertpool.experts.services.profile import update_expert
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import BankAccount, FeeLine, Payment, PaymentBatch, PaymentRequest
from expertpool.fees.queries.lines import fees_visible_to, totals_of
from expertpool.fees.queries.payments import (
    Payable,
    batches_visible_to,
    payables,
    payments_of,
    sums_of,
    unpaid_lines,
)
from expertpool.fees.services import papers, payments
from expertpool.fees.services.accounts import change_account, decide_account, send_code
from expertpool.fees.services.answers import AnswerImporter, amount
from expertpool.fees.services.lines import reverse as reverse_fee
from expertpool.fees.services.payments import decide_batch, make_batch, mark_paid, mark_returned
from expertpool.notifications.models import Message
from expertpool.papers.registry import Paper
from expertpool.projects.models import Project
from expertpool.workflow.services.two_persons import withdraw
from tests.core.importing.sheets import import_by_page, refused_of, table_of, write_xlsx
from tests.draws.services.test_races import run_at_once
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.fees import CARD, make_batch_of, make_paid_to, make_signed
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def finance() -> User:
    return make_user("finance")


@pytest.fixture
def second() -> User:
    return make_user("finance")


def cells(content: bytes) -> list[list[object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def change_account_of(expert: Expert, number: str, *, now: datetime) -> None:
    """By himself, with a code."""
    assert expert.user
    said = {"expert": expert, "bank": "中国工商银行", "number": number}
    send_code(code="123456", actor=expert.user, now=now, **said)
    change_account(code="123456", actor=expert.user, now=now, **said)


def seen_in(page: str) -> str:
    return page.partition('name="seen" value="')[2].partition('"')[0]


def agreed(batch: PaymentBatch, by: User, *, now: datetime = NOW) -> PaymentBatch:
    request = PaymentRequest.objects.get(batch=batch)
    decide_batch(request=request, agree=True, note="", actor=by, now=now)
    return PaymentBatch.objects.get(pk=batch.pk)


@pytest.mark.shows("PRJ-31")
def test_a_batch_is_paid_after_a_second_person_and_adds_up_to_the_letters(
    operator: User, finance: User, second: User
) -> None:
    lines = [make_paid_to(operator, now=NOW, minutes=540) for _ in range(3)]
    batch = make_batch_of(lines, finance, now=NOW)
    assert (batch.number, batch.count, batch.state) == ("FK2026110001", 3, "asked")
    waits = reverse("workflow:request_look", args=["fees.payment", PaymentRequest.objects.get().pk])
    assert "3 笔，合计 2,880.00 元" in login(Client(), second).get(waits).content.decode()
    with pytest.raises(FeeRefused, match="须由两人"):
        agreed(batch, finance)
    with pytest.raises(FeeRefused, match="还没有批准"):
        mark_paid(batch=batch, payments=None, actor=finance, now=NOW)
    batch = agreed(batch, second)
    letters = totals_of(fees_visible_to(finance))
    sums = sums_of(payments_of(batch))
    assert (sums["gross"], sums["tax"], sums["amount"]) == (letters.gross, letters.tax, letters.net)
    assert batch.total == letters.net == Decimal(2880)
    table, name = papers.batch_file(batch, papers.TABLE, actor=finance, now=NOW)
    rows = cells(table)
    paid = [row for row in rows if CARD in row]
    assert (name, len(paid)) == ("劳务费发放表 FK2026110001.xlsx", 3)
    assert sum(Decimal(str(row[9])) for row in paid) == letters.net
    bank, _ = papers.batch_file(batch, papers.BANK, actor=finance, now=NOW)
    assert [row[4] for row in cells(bank) if CARD in row] == [960.0, 960.0, 960.0]
    first, *_ = payments_of(batch)
    assert mark_paid(batch=batch, payments=[first.pk], actor=finance, now=NOW) == 1
    assert mark_paid(batch=batch, payments=None, actor=finance, now=NOW) == 2
    assert mark_paid(batch=batch, payments=None, actor=finance, now=NOW) == 0
    line = fees_visible_to(finance).get(pk=lines[0].pk)
    assert (line.told_state, line.told_words) == ("paid", "已付款")
    # What is paid is locked.
    with pytest.raises(FeeRefused, match="不能冲销"):
        reverse_fee(line=line, reason="算错了", actor=finance, now=NOW)
    assert not unpaid_lines(finance).exists()
    said = {one.action for one in LogEntry.objects.filter(action__startswith="fee.batch")}
    assert said == {"fee.batch", "fee.batch_agree", "fee.batch_file"}


def test_a_batch_tells_of_no_account_that_was_changed_today(
    operator: User, finance: User, second: User
) -> None:
    """While names are sealed both the list of what can be paid and the refusal of a batch said who was at his account."""
    now = timezone.now()
    line = make_paid_to(operator, now=now - DAY)
    make_draw(now=now, operator=operator)
    expert = Expert.objects.get(pk=line.expert_id)
    change_account_of(expert, "6222020000000000018", now=now)
    (one,) = payables(unpaid_lines(finance))
    assert (one.why_not, one.account.readable_number) == ("", CARD)
    page = login(Client(), finance).get(reverse("fees:batch_new")).content.decode()
    assert "待核对" not in page
    batch = agreed(make_batch_of([line], finance, now=now), second, now=now)
    assert [one.account.readable_number for one in payments_of(batch)] == [CARD]
    # On the next day the new one waits to be looked at.
    later = BankAccount.objects.get(ended_at=None)
    BankAccount.objects.filter(pk=later.pk).update(asked_at=F("asked_at") - DAY)
    (again,) = payables(FeeLine.objects.filter(pk=line.pk).select_related("expert", "project"))
    assert again.why_not == "收款账户待核对"


def test_what_the_bank_returns_is_paid_anew(operator: User, finance: User, second: User) -> None:
    line = make_paid_to(operator, now=NOW)
    batch = agreed(make_batch_of([line], finance, now=NOW), second)
    mark_paid(batch=batch, payments=None, actor=finance, now=NOW)
    (payment,) = payments_of(batch)
    mark_returned(payment=payment, note="户名不符", actor=finance, now=NOW)
    with pytest.raises(FeeRefused, match="登记过退回"):
        mark_returned(payment=payment, note="户名不符", actor=finance, now=NOW)
    # The account to which it did not come waits, with the bank's words, and so does the fee; its expert is told once.
    with pytest.raises(FeeRefused, match="收款账户待核对（银行退回：户名不符）"):
        make_batch_of([line], finance, now=NOW)
    told = Message.objects.filter(occasion="fees.returned", channel="site")
    assert ["户名不符" in one.body for one in told] == [True]
    expert = Expert.objects.select_related("user").get(pk=line.expert_id)
    assert expert.user
    client = login(Client(), expert.user)
    assert "银行退回：户名不符" in client.get(reverse("fees:own")).content.decode()
    assert "银行退回：户名不符" in client.get(reverse("fees:own_account")).content.decode()
    account = BankAccount.objects.get(expert=line.expert, ended_at=None)
    # Nor does he who says that it came back say that the account is right.
    with pytest.raises(FeeRefused, match=r"退回由您登记.*须由另一位"):
        decide_account(account=account, agree=True, note="", actor=finance, now=NOW)
    # The page says so instead of asking, and asks whom it lets answer.
    check = reverse("fees:account_check", args=[account.pk])
    for user, told, asked in ((finance, True, False), (second, False, True)):
        shown = login(Client(), user).get(check).content.decode()
        assert (
            "这笔退回由您登记" in shown,
            "核对结果" in shown,
            ">保存<" in shown.replace("\n", "").replace(" ", ""),
        ) == (told, asked, asked)
    decide_account(account=account, agree=True, note="", actor=second, now=NOW)
    again = make_batch_of([line], finance, now=NOW)
    assert again.number == "FK2026110002"
    # One person alone has said that it came back: who agrees to pay it once more is told.
    page = login(Client(), second).get(reverse("fees:batch", args=[again.pk]))
    assert "请核对款项确已退回" in page.content.decode()
    row = batches_visible_to(finance).get(pk=batch.pk)
    assert (row.paid, row.returned) == (0, 1)


def test_why_a_fee_cannot_be_paid(operator: User, finance: User) -> None:
    waiting = make_signed(operator, now=NOW, bank_account=CARD, bank_name="中国工商银行")
    none = make_signed(operator, now=NOW)
    moved = make_paid_to(operator, now=NOW)
    Expert.objects.filter(pk=moved.expert_id).update(bank_name="中国银行")
    refused = make_paid_to(operator, now=NOW, agree=False)
    altered = make_paid_to(operator, now=NOW)
    FeeLine.objects.filter(pk=altered.pk).update(signed_from="")
    FeeLine.objects.filter(pk=altered.pk).update(proof=b"x" * 16)
    found = {one.line.pk: one.why_not for one in payables(unpaid_lines(finance))}
    assert found == {
        waiting.pk: "收款账户待核对",
        none.pk: "没有收款账户",
        moved.pk: "收款账户与档案不一致，待重新核对",
        refused.pk: "收款账户未通过核对，待专家修改",
        altered.pk: "劳务费在系统之外被改动过",
    }
    for pk, why in found.items():
        with pytest.raises(FeeRefused, match=why):
            make_batch(lines=[pk], title="十一月", actor=finance, now=NOW)
    with pytest.raises(FeeRefused, match="没有可以付款"):
        make_batch(lines=[], title="十一月", actor=finance, now=NOW)
    assert not PaymentBatch.objects.exists()


def test_a_batch_that_is_otherwise_by_now_is_not_agreed_to(
    operator: User, finance: User, second: User
) -> None:
    line = make_paid_to(operator, now=NOW)
    batch = make_batch_of([line], finance, now=NOW)
    values = {"bank_name": "中国建设银行", "bank_account": "6217000000000000004"}
    update_expert(expert=line.expert, values=values, actor=operator, now=NOW)
    with pytest.raises(FeeRefused, match="账户待核对"):
        agreed(batch, second)
    request = PaymentRequest.objects.get(batch=batch)
    decide_batch(request=request, agree=False, note="账户变了", actor=second, now=NOW)
    assert PaymentBatch.objects.get().state == "dropped"
    assert unpaid_lines(finance).count() == 1
    # Withdrawn, it is free as well.
    other = make_paid_to(operator, now=NOW)
    taken = make_batch_of([other], finance, now=NOW)
    assert unpaid_lines(finance).count() == 1
    request = PaymentRequest.objects.get(batch=taken)
    withdraw(request, actor=finance, now=NOW)
    assert unpaid_lines(finance).count() == 2


def test_the_database_keeps_payments_and_says_who_wrote_past_it(
    operator: User, finance: User, second: User
) -> None:
    line = make_paid_to(operator, now=NOW)
    batch = make_batch_of([line], finance, now=NOW)
    (payment,) = payments_of(batch)
    for change in ({"amount": 9}, {"line": None}, {"reference": "X"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Payment.objects.filter(pk=payment.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        PaymentBatch.objects.filter(pk=batch.pk).update(total=1)
    PaymentBatch.objects.filter(pk=batch.pk).update(approved_at=NOW)
    with pytest.raises(FeeRefused, match="被改动过"):
        mark_paid(batch=batch, payments=None, actor=finance, now=NOW)
    payment.pk, payment.reference = None, "FK20261100019999"
    payment.uid = uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        payment.save(force_insert=True)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("locked", "constrained", "times"), [(True, True, 1), (False, True, 1), (False, False, 2)]
)
def test_of_two_who_pay_the_same_at_once_one_does(
    locked: bool, constrained: bool, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the lock the constraint refuses one; without both (negative control) it is paid twice."""
    operator, finance = make_user("operator"), make_user("finance")
    line, barrier = make_paid_to(operator, now=NOW), Barrier(2)

    def look_and_meet(*asked: Any, **more: Any) -> list[Payable]:
        found = payables(*asked, **more)
        with suppress(BrokenBarrierError):
            barrier.wait(timeout=1 if locked else 20)
        return found

    monkeypatch.setattr(payments, "payables", look_and_meet)
    if not locked:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)
    if not constrained:
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX fees_paid_once")
    said = run_at_once(*(lambda: make_batch_of([line], finance, now=NOW) for _ in range(2)))
    try:
        assert sum(isinstance(one, PaymentBatch) for one in said) == times, said
        assert sum(isinstance(one, FeeRefused) for one in said) == 2 - times, said
        assert Payment.objects.filter(line=line).count() == times
    finally:
        if not constrained:
            with connection.cursor() as cursor:
                cursor.execute("TRUNCATE fees_payment CASCADE")
                cursor.execute(
                    "CREATE UNIQUE INDEX fees_paid_once ON fees_payment (line_id)"
                    " WHERE returned_at IS NULL AND dropped_at IS NULL"
                )


def test_neither_order_nor_table_of_a_batch_says_in_which_minute_somebody_signed(
    operator: User, finance: User
) -> None:
    """On the day after it may be told that he did: by the day, as on pages."""
    later, earlier = (make_paid_to(operator, now=NOW + at) for at in (HOUR, timedelta()))
    assert later.signed_at
    assert earlier.signed_at
    assert earlier.signed_at < later.signed_at
    assert [one.pk for one in unpaid_lines(finance)] == [later.pk, earlier.pk]
    batch = make_batch_of([later, earlier], finance, now=NOW + HOUR)
    rows = list(payments_of(batch))
    signed = [papers._paid(at, one)["付款.签字时间"] for at, one in enumerate(rows)]
    assert signed == ["2026-11-24"] * 2


def test_the_pages_of_a_batch(operator: User, finance: User, second: User) -> None:
    now = timezone.now()
    line, other = make_paid_to(operator, now=now), make_signed(operator, now=now)
    client = login(Client(), finance)
    new = reverse("fees:batch_new")
    page = client.get(new).content.decode()
    assert "1 笔，付款合计" in page
    assert "没有收款账户" in page
    said = {"title": "十一月评审劳务费", "seen": seen_in(page)}
    stale = client.post(new, said | {"seen": "x"})
    assert (stale.status_code, "有了变化" in stale.content.decode()) == (422, True)
    # As many for as much are others: what was shown is reversed, and another was signed since.
    reverse_fee(line=line, reason="重复录入，撤销", actor=operator, now=now)
    line = make_paid_to(operator, now=now)
    assert "1 笔，付款合计" in client.get(new).content.decode()
    assert client.post(new, said).status_code == 422
    assert not PaymentBatch.objects.exists()
    said["seen"] = seen_in(client.get(new).content.decode())
    made = client.post(new, said, follow=True).content.decode()
    assert "等待另一位有权限的人员复核" in made
    batch = PaymentBatch.objects.get()
    url = reverse("fees:batch", args=[batch.pk])
    assert client.get(reverse("fees:batch_file", args=[batch.pk, "bank"])).status_code == 404
    helper = login(Client(), second)
    assert "同意付款" in helper.get(url).content.decode()
    request = PaymentRequest.objects.get()
    helper.post(reverse("workflow:request_agree", args=["fees.payment", request.pk]))
    assert PaymentBatch.objects.get().state == "approved"
    assert "十一月评审劳务费" in client.get(reverse("fees:batches")).content.decode()
    for kind, begins in (("bank", b"PK"), ("table", b"PK"), ("letters", b"%PDF")):
        file = client.get(reverse("fees:batch_file", args=[batch.pk, kind]))
        assert file.content.startswith(begins)
    paid = reverse("fees:batch_paid", args=[batch.pk])
    tomorrow = f"{timezone.localdate(now) + DAY}"
    assert client.post(paid, {"on": tomorrow}).status_code == 422
    assert client.post(paid, {"on": f"{timezone.localdate(now)}"}).status_code == 204
    (payment,) = payments_of(batch)
    assert payment.state == "paid"
    returned = reverse("fees:payment_returned", args=[payment.pk])
    assert client.get(returned).status_code == 200
    assert client.post(returned, {"reason": "户名不符"}).status_code == 204
    assert "户名不符" in client.get(url).content.decode()
    assert "已签字" in client.get(reverse("fees:detail", args=[other.pk])).content.decode()


@pytest.mark.shows("PRJ-31")
@pytest.mark.parametrize("by", ["project", "number", "q", "since", "until"])
def test_a_batch_holds_what_the_filter_shows_and_leaves_the_rest(
    operator: User, finance: User, by: str
) -> None:
    now = timezone.now()
    ours, theirs = (
        make_paid_to(
            operator,
            now=now - days * DAY,
            minutes=minutes,
            expert=make_expert(name, bank_name="中国工商银行", bank_account=CARD),
        )
        for name, days, minutes in (("欧阳文", 1, 240), ("司马光", 9, 120))
    )
    assert ours.gross != theirs.gross
    Project.objects.filter(pk=theirs.project_id).update(name="教学设备采购")
    today = timezone.localdate(now)
    said, found = {
        "project": ({"project": ours.project.name}, ours),
        "number": ({"project": theirs.project.number}, theirs),
        "q": ({"q": "司马光"}, theirs),
        "since": ({"since": f"{today - 3 * DAY}"}, ours),
        "until": ({"since": f"{today - 20 * DAY}", "until": f"{today - 3 * DAY}"}, theirs),
    }[by]
    client, url = login(Client(), finance), f"{reverse('fees:batch_new')}?{urlencode(said)}"
    page = client.get(url).content.decode()
    assert "1 笔，付款合计" in page
    assert f"{found.payable:.2f}" in page
    (other,) = {ours, theirs} - {found}
    assert other.expert.name not in page
    assert client.post(url, {"title": "其中一笔", "seen": seen_in(page)}).status_code == 302
    assert [one.line for one in Payment.objects.select_related("line")] == [found]
    assert list(unpaid_lines(finance)) == [other]


HEAD = ["流水号", "收款账号", "收款户名", "金额", "处理结果", "失败原因"]


def answered(rows: list[list[object]], actor: User) -> tuple[int, list[str]]:
    """Import what a bank says; return how many rows were taken, and why the others were not."""
    importer = AnswerImporter(actor=actor, now=NOW, options={})
    header, rest = table_of(AnswerImporter, [HEAD, *rows])
    assert header.is_clear
    refused: list[Row] = []
    totals = check_rows(importer, rest, header.codes, keep=True, refused=refused.append)
    importer.finish(totals, file_name="结果.xlsx")
    return totals.accepted, [row.faults[0].reason for row in refused]


@pytest.mark.shows("PRJ-31")
def test_the_answer_of_the_bank_is_imported(operator: User, finance: User, second: User) -> None:
    lines = [make_paid_to(operator, now=NOW, minutes=one) for one in (240, 300, 540, 540)]
    batch = agreed(make_batch_of(lines, finance, now=NOW), second)
    first, second_one, third, _ = payments_of(batch)
    ref = first.reference
    rows: list[list[object]] = [
        [ref, CARD, "", f"{first.amount}", "成功", ""],
        [ref, "", "", f"{first.amount}", "成功", ""],
        ["FK9", "", "", "1.00", "成功", ""],
        [second_one.reference, "", "", "1.00", "成功", ""],
        ["", CARD, "", f"{third.amount}", "成功", ""],
        [third.reference, "62220001", "", f"{third.amount}", "成功", ""],
        [third.reference, "", "", f"{third.amount}", "退汇", ""],
        ["", CARD, "", f"¥{second_one.amount}元", "交易失败", "户名不符"],
        ["", "62220001", "", "5", "成功", ""],
        ["", "", "", "5", "成功", ""],
        [third.reference, "", "", "5", "大概", ""],
    ]
    taken, why = answered(rows, finance)
    assert taken == 2
    assert why == [
        "重复",
        "流水号不存在",
        "金额不符",
        "付款不唯一",
        "收款账号不符",
        "失败原因为空",
        "付款不存在",
        "收款账号为空",
        "处理结果不认识",
    ]
    states = [one.state for one in payments_of(batch)]
    assert states == ["paid", "returned", "waiting", "waiting"]
    again: list[list[object]] = [
        [ref, "", "", f"{first.amount}", "成功", ""],
        [second_one.reference, "", "", f"{second_one.amount}", "成功", ""],
    ]
    assert answered(again, finance) == (0, ["已登记过付款", "已登记过退回"])
    said = LogEntry.objects.filter(action="fee.answer").order_by("id")[0].after or {}
    assert (said["已付款"], said["退回"]) == (1, 1)


@pytest.mark.shows("PRJ-31")
@pytest.mark.usefixtures("media")
def test_the_banks_table_is_uploaded_checked_and_taken_on_the_pages(
    client: Client, operator: User, finance: User, second: User, tmp_path: Path
) -> None:
    now = timezone.now()
    lines = [make_paid_to(operator, now=now, minutes=minutes) for minutes in (120, 180, 240)]
    batch = agreed(make_batch_of(lines, finance, now=now), second, now=now)
    paid, back, _ = payments_of(batch)
    rows = [
        HEAD,
        [paid.reference, CARD, "", f"{paid.amount}", "成功", ""],
        [back.reference, CARD, "", f"{back.amount}", "交易失败", "户名不符"],
        ["FK9", "", "", "1.00", "成功", ""],
    ]
    login(client, finance)
    run = import_by_page(client, "fees:answers", write_xlsx(tmp_path / "回盘.xlsx", rows))
    assert (run.state, run.accepted, [one["row"] for one in refused_of(run)]) == ("done", 2, [4])
    assert [one.state for one in payments_of(batch)] == ["paid", "returned", "waiting"]


def test_the_preview_of_an_answer_says_what_people_say(
    operator: User, finance: User, second: User
) -> None:
    line = make_paid_to(operator, now=NOW)
    batch = agreed(make_batch_of([line], finance, now=NOW), second)
    (payment,) = payments_of(batch)
    importer = AnswerImporter(actor=finance, now=NOW, options={})
    said = [payment.reference, "", "某甲", float(payment.amount), "成功", ""]
    header, rest = table_of(AnswerImporter, [HEAD, said])
    taken: list[Row] = []
    wrong: list[Row] = []
    check_rows(importer, rest, header.codes, keep=False, refused=wrong.append, taken=taken.append)
    (row,) = taken
    assert importer.shown(row)["处理结果"] == "成功"
    # The sum is the same with its cents; the name is another.
    assert [(one.column, one.was) for one in row.notes] == [("收款户名", "某甲")]


@pytest.mark.parametrize(
    ("cell", "sum_of"), [(960.0, "960.00"), ("1,234.5", "1234.50"), ("￥960元", "960.00")]
)
def test_sums_are_read_as_banks_write_them(cell: object, sum_of: str) -> None:
    assert amount(cell) == Decimal(sum_of)
    for wrong in ("NaN", "x", "Infinity", "1e999999", "-5", "", 1e30, float("inf"), float("nan")):
        with pytest.raises(CellRefused):
            amount(wrong)


@pytest.mark.parametrize("paper", papers.PAPERS, ids=lambda one: one.code)
def test_each_paper_begins_with_a_form_that_can_be_filled(paper: Paper) -> None:
    assert check_template(paper.starter(), paper.vocabulary) == "xlsx"
