"""A draw is voided after fees were entered by it: none of these goes out with those of the next panel."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.home import todos_for
from expertpool.core.importing import Row, check_rows
from expertpool.draws.queries.panel import who_sat
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import FeeLine, PaymentBatch, PaymentRequest
from expertpool.fees.queries.lines import fees_in, fees_visible_to
from expertpool.fees.queries.statistics import grouped
from expertpool.fees.queries.void_draws import totals_to_pay
from expertpool.fees.services import papers
from expertpool.fees.services.answers import AnswerImporter
from expertpool.fees.services.lines import enter_fees, send_letters
from expertpool.fees.services.lines import reverse as take_back
from expertpool.fees.services.payments import decide_batch, mark_paid, mark_returned
from expertpool.fees.services.void_draws import pay_anyway
from expertpool.notifications.models import Message
from tests.core.importing.sheets import table_of
from tests.factories.accounts import make_user
from tests.factories.evaluations import drawn_anew
from tests.factories.fees import CARD, entry, make_batch_of, make_fees, make_paid_to, make_rate
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.mark.shows("PRJ-29")
def test_what_was_entered_by_a_void_draw_is_not_sent_with_the_next(
    operator: User, supervisor: User
) -> None:
    old = make_fees(operator, now=NOW)
    project, draw = old[0].project, old[0].invitation.draw
    request = request_void(draw=draw, reason="回避单位漏填", actor=operator, now=NOW)
    decide_void(request=request, agree=True, note="", actor=supervisor, now=NOW)
    drawn_anew(project, operator)
    assert fees_in(project) == {}
    first, *_others = who_sat(project)
    entries = {first: entry(project)}
    # He sat by both draws: his one fee is of the second now.
    enter_fees(project=project, rate=make_rate(), entries=entries, actor=operator, now=NOW)
    sent = send_letters(project=project, actor=operator, now=NOW)
    assert [one.invitation_id for one in sent] == [first]
    stays = FeeLine.objects.exclude(pk=sent[0].pk).get()
    assert (stays.invitation.draw_id, stays.sent_at) == (draw.pk, None)


def voided(line: FeeLine, operator: User, supervisor: User) -> None:
    draw = line.invitation.draw
    request = request_void(draw=draw, reason="回避单位漏填", actor=operator, now=NOW)
    decide_void(request=request, agree=True, note="", actor=supervisor, now=NOW)


@pytest.mark.shows("PRJ-29")
def test_what_was_signed_before_the_draw_was_void_is_paid_only_as_somebody_says(
    client: Client, operator: User, supervisor: User, finance: User
) -> None:
    line = make_paid_to(operator, now=NOW)
    page, anyway, new = (
        reverse("fees:detail", args=[line.pk]),
        reverse("fees:pay_void", args=[line.pk]),
        reverse("fees:batch_new"),
    )
    with pytest.raises(FeeRefused, match="没有作废"):
        pay_anyway(line=line, reason="已评审完毕", actor=finance, now=NOW)
    voided(line, operator, supervisor)
    with pytest.raises(FeeRefused, match="抽取已作废，须先在这笔劳务费的页面决定照付或冲销"):
        make_batch_of([line], finance, now=NOW)
    login(client, operator)
    of_project = reverse("projects:detail", args=[line.project_id]) + "?tab=fees"
    for url in (of_project, reverse("fees:list")):
        assert "抽取已作废" in client.get(url).content.decode(), url
    assert line.expert.user
    login(client, line.expert.user)
    for url in (reverse("fees:own"), reverse("fees:own_fee", args=[line.pk])):
        assert "抽取已作废" in client.get(url).content.decode(), url
    login(client, finance)
    assert "须先在这笔劳务费的页面决定照付或冲销" in client.get(new).content.decode()
    assert anyway in client.get(page).content.decode()
    assert client.post(anyway, {"reason": "……"}).status_code == 422
    client.post(anyway, {"reason": "作废前已评审完毕"})
    shown = client.get(page).content.decode()
    assert f"{finance.name} 决定照付：作废前已评审完毕" in shown
    assert anyway not in shown
    with pytest.raises(FeeRefused, match="已经决定照付"):
        pay_anyway(line=line, reason="再决定一次", actor=finance, now=NOW)
    batch = make_batch_of([line], finance, now=NOW)
    shown = client.get(reverse("fees:batch", args=[batch.pk])).content.decode()
    assert "抽取已作废" in shown
    assert "作废前已评审完毕" in shown


@pytest.mark.shows("PRJ-29")
def test_what_is_in_a_batch_when_its_draw_is_voided_is_not_agreed_to(
    operator: User, supervisor: User, finance: User
) -> None:
    line = make_paid_to(operator, now=NOW)
    request = PaymentRequest.objects.get(batch=make_batch_of([line], finance, now=NOW))
    voided(line, operator, supervisor)
    second = make_user("finance")
    with pytest.raises(FeeRefused, match=r"抽取已作废.*请退回这个批次"):
        decide_batch(request=request, agree=True, note="", actor=second, now=NOW)
    decide_batch(request=request, agree=False, note="抽取已作废", actor=second, now=NOW)
    take_back(line=line, reason="抽取已作废", actor=finance, now=NOW)
    # Nobody is asked to enter anew what there is nobody to enter for.
    assert not Message.objects.filter(occasion="fees.enter_anew").exists()


@pytest.mark.shows("PRJ-29")
def test_a_decision_that_somebody_wrote_past_the_system_pays_nothing(
    operator: User, supervisor: User, finance: User
) -> None:
    line = make_paid_to(operator, now=NOW)
    voided(line, operator, supervisor)
    Entry.objects.create(
        at=NOW,
        action="fee.pay_void",
        subject_type="fees.feeline",
        subject_id=str(line.pk),
        note="作废前已评审完毕",
        digest=b"0" * 32,
    )
    with pytest.raises(FeeRefused, match="抽取已作废"):
        make_batch_of([line], finance, now=NOW)


def agreed_then_voided(
    lines: list[FeeLine], finance: User, operator: User, supervisor: User
) -> PaymentBatch:
    """The draw of the first of ``lines`` is voided after all were agreed to be paid."""
    batch = make_batch_of(lines, finance, now=NOW)
    request = PaymentRequest.objects.get(batch=batch)
    decide_batch(request=request, agree=True, note="", actor=make_user("finance"), now=NOW)
    voided(lines[0], operator, supervisor)
    return PaymentBatch.objects.get(pk=batch.pk)


def cells(content: bytes) -> list[list[object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def answer(batch: PaymentBatch, finance: User, result: str) -> list[str]:
    """Return why the rows of a table by which the bank says ``result`` of all are refused; none is written."""
    said = [
        [one.reference, float(one.amount), result, "户名不符"]
        for one in batch.payments.order_by("reference")
    ]
    header, rest = table_of(AnswerImporter, [["流水号", "金额", "处理结果", "失败原因"], *said])
    importer = AnswerImporter(actor=finance, now=NOW, options={})
    wrong: list[Row] = []
    check_rows(importer, rest, header.codes, keep=False, refused=wrong.append)
    return [row.faults[0].reason for row in wrong]


@pytest.mark.shows("PRJ-29")
def test_what_was_agreed_to_before_its_draw_was_void_is_held_until_somebody_decides(
    client: Client, operator: User, supervisor: User, finance: User
) -> None:
    held, other = (make_paid_to(operator, now=NOW) for _ in range(2))
    batch = agreed_then_voided([held, other], finance, operator, supervisor)
    bank = cells(papers.batch_file(batch, papers.BANK, actor=finance, now=NOW)[0])
    assert [row[2] for row in bank if CARD in row] == [other.expert.name]
    table = cells(papers.batch_file(batch, papers.TABLE, actor=finance, now=NOW)[0])
    assert [(row[9], row[10]) for row in table if CARD in row] == [
        (0, "抽取已作废，暂停付款"),
        (500, "待付款"),
    ]
    totals = totals_to_pay(fees_visible_to(finance))
    assert (totals.payable, totals.held, totals.held_count) == (500, 500, 1)
    groups, _ = grouped(finance, "expert", timezone.localdate(NOW).year)
    assert sorted((one.payable, one.paid) for one in groups) == [(0, 0), (500, 0)]
    with pytest.raises(FeeRefused, match="抽取已作废"):
        mark_paid(batch=batch, payments=batch_ids(batch), actor=finance, now=NOW)
    assert answer(batch, finance, "成功") == ["暂停付款"]
    assert mark_paid(batch=batch, payments=None, actor=finance, now=NOW) == 1
    with pytest.raises(FeeRefused, match="没有可以付的"):
        papers.batch_file(batch, papers.BANK, actor=finance, now=NOW)
    (todo,) = todos_for(finance, now=NOW)
    assert (todo.title, todo.text[:2]) == ("决定暂停付款的劳务费", "1 ")
    assert held.expert.number in login(client, finance).get(todo.url).content.decode()
    # Whoever put the batch together has no second word in it.
    with pytest.raises(FeeRefused, match="另一位付款人员"):
        pay_anyway(line=held, reason="已评审完毕", actor=finance, now=NOW)
    page, anyway = (reverse(f"fees:{one}", args=[held.pk]) for one in ("detail", "pay_void"))
    login(client, finance)
    shown = client.get(page).content.decode()
    assert "暂停付款，不在银行文件里" in shown
    assert anyway not in shown
    shown = client.get(reverse("fees:batch", args=[batch.pk])).content.decode()
    assert "500.00（1 笔）" in shown
    assert "登记为已付款</" not in shown
    for url in (reverse("fees:list"), reverse("fees:batches")):
        assert "暂停付款" in client.get(url).content.decode(), url
    login(client, make_user("finance"))
    assert anyway in client.get(page).content.decode()
    client.post(anyway, {"reason": "作废前已评审完毕"})
    assert totals_to_pay(fees_visible_to(finance)).held_count == 0
    assert todos_for(finance, now=NOW) == []
    assert mark_paid(batch=batch, payments=None, actor=finance, now=NOW) == 1


def batch_ids(batch: PaymentBatch) -> list[int]:
    return list(batch.payments.values_list("pk", flat=True))


@pytest.mark.shows("PRJ-29")
def test_what_is_held_in_an_agreed_batch_and_not_to_be_paid_is_reversed(
    operator: User, supervisor: User, finance: User
) -> None:
    held, other = (make_paid_to(operator, now=NOW) for _ in range(2))
    batch = agreed_then_voided([held, other], finance, operator, supervisor)
    with pytest.raises(FeeRefused, match="不能冲销"):
        take_back(line=other, reason="抽取已作废", actor=finance, now=NOW)
    take_back(line=held, reason="抽取已作废", actor=finance, now=NOW)
    payment = batch.payments.get(line=held)
    assert payment.dropped_at
    with pytest.raises(FeeRefused, match="已作废"):
        mark_returned(payment=payment, note="户名不符", actor=finance, now=NOW)
    assert answer(batch, finance, "失败") == ["已作废"]
    bank = cells(papers.batch_file(batch, papers.BANK, actor=finance, now=NOW)[0])
    assert [row[2] for row in bank if CARD in row] == [other.expert.name]
    assert mark_paid(batch=batch, payments=None, actor=finance, now=NOW) == 1
