"""A fee that was paid and found wrong: corrected by one of its own, more or less, by two persons."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from decimal import Decimal

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry as LogEntry
from expertpool.core.strokes import signature_svg
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.exports import FeeExport
from expertpool.fees.models import CorrectionRequest, FeeLine
from expertpool.fees.queries.lines import (
    STANDING,
    fees_in,
    fees_of,
    fees_to_sign,
    fees_visible_to,
    projects_to_pay,
    totals_of,
)
from expertpool.fees.queries.payments import unpaid_lines
from expertpool.fees.queries.statistics import grouped, own_year
from expertpool.fees.queries.taxes import payments_in, taken_back_in
from expertpool.fees.services.corrections import (
    decide_correction,
    mark_received,
    request_correction,
)
from expertpool.fees.services.letters import PAPER, letter_file, letter_pdf
from expertpool.fees.services.lines import reverse as reverse_fee
from expertpool.fees.services.signing import sign
from expertpool.fees.services.statements import statement_pdf
from expertpool.fees.services.taxes import by_payer
from expertpool.notifications.models import Message
from expertpool.papers.services import upload_template
from tests.factories.accounts import make_user
from tests.factories.fees import STROKES, make_paid_to, pay
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
DECEMBER = NOW + timedelta(days=10)


@pytest.fixture
def finance() -> User:
    return make_user("finance")


@pytest.fixture
def paid(operator: User, finance: User) -> FeeLine:
    """1,000 yuan, of which 40 were withheld."""
    return pay(make_paid_to(operator, now=NOW, minutes=540), finance, now=NOW)


def corrected(
    line: FeeLine, by: User, gross: str, *, now: datetime = NOW, reason: str = "少算一小时"
) -> FeeLine:
    """Asked for by one, agreed to by another."""
    request = request_correction(line=line, gross=Decimal(gross), reason=reason, actor=by, now=now)
    decide_correction(request=request, agree=True, note="", actor=make_user("finance"), now=now)
    return FeeLine.objects.prefetch_related("payments").get(corrects=line)


@pytest.mark.shows("PRJ-16", "PRJ-31")
def test_more_is_signed_and_paid_in_the_month_of_its_own_payment(
    operator: User, finance: User, paid: FeeLine
) -> None:
    more = corrected(paid, finance, "200", now=DECEMBER)
    assert (more.gross, more.tax, more.told_state) == (Decimal(200), Decimal(0), "sent")
    assert Message.objects.filter(occasion="fees.sent", about_id=more.invitation_id).count() >= 1
    expert = more.expert
    assert list(fees_to_sign(expert)) == [more]
    assert more.letter["said"]["corrects"] == paid.letter_hash
    assert letter_pdf(more, at=DECEMBER).startswith(b"%PDF")
    assert expert.user
    sign(
        line=more,
        expert=expert,
        signature=signature_svg(STROKES),
        seen=more.letter_hash,
        signed_from="10.0.0.1",
        actor=expert.user,
        now=DECEMBER,
    )
    assert [one.pk for one in unpaid_lines(finance)] == [more.pk]
    assert pay(more, finance, now=DECEMBER).withheld == 0
    ((payer,),) = (
        [one.gross for one in by_payer(payments_in(finance, date(2026, m, 1), "fees.tax"))]
        for m in (12,)
    )
    assert payer == Decimal(200)
    # It is a fee beside the one that it corrects, in every sum; of the project one is entered.
    sums = totals_of(fees_visible_to(finance).filter(STANDING))
    assert (sums.count, sums.gross, sums.tax) == (2, Decimal(1200), Decimal(40))
    assert fees_in(paid.project) == {paid.invitation_id: paid}
    assert projects_to_pay(operator, now=DECEMBER).get().entered == 1
    assert sum(one.paid for one in grouped(finance, "expert", 2026)[0]) == Decimal(1160)
    kinds = {one.pk: one for one in FeeExport().rows(finance, QueryDict(""))}
    assert set(kinds) == {paid.pk, more.pk}


def test_whoever_pays_him_more_reads_what_has_not_come_back(
    client: Client, operator: User, finance: User, paid: FeeLine
) -> None:
    """It was said in a tab of another list alone."""
    less = corrected(paid, finance, "-300", reason="多算三小时")
    later = NOW + timedelta(days=1)
    other = make_paid_to(operator, now=later, expert=paid.expert, minutes=540)
    login(client, finance)
    page = client.get(reverse("fees:batch_new"))
    (row,) = page.context["ready"]
    assert (row.line, row.owed) == (other, -less.net)
    assert row.owed > 0
    assert f"另有多付待收回 {row.owed:,.2f}" in page.content.decode()
    mark_received(line=less, note="现金收回", actor=finance, now=NOW)
    assert "待收回" not in client.get(reverse("fees:batch_new")).content.decode()


def statement_of(line: FeeLine) -> str:
    pdf = statement_pdf(line.expert, own_year(line.expert, 2026), year=2026, at=DECEMBER)
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    assert "未付款" not in text
    return text


@pytest.mark.usefixtures("media")
def test_a_correction_is_no_letter_in_the_form_of_the_office(
    client: Client, finance: User, paid: FeeLine
) -> None:
    """It said 确认函 and asked for a hand under what he has to pay back."""
    form = SimpleUploadedFile("确认函.xlsx", PAPER.starter())
    upload_template(
        paper=PAPER, project_kind="", uploaded_file=form, actor=make_user("admin"), now=NOW
    )
    less = corrected(paid, finance, "-100", now=DECEMBER, reason="多算一小时")
    assert [letter_file(one, at=DECEMBER)[1] for one in (paid, less)] == ["xlsx", "pdf"]
    login(client, finance)
    for one, has_form in ((paid, True), (less, False)):
        page = client.get(reverse("fees:detail", args=[one.pk])).content.decode()
        assert ("本单位格式" in page) is has_form


@pytest.mark.shows("PRJ-16", "PRJ-31")
def test_less_comes_back_and_is_taken_out_of_the_month_in_which_it_was_paid(
    operator: User, finance: User, paid: FeeLine
) -> None:
    """What was paid could not be put right but by a false return of the bank."""
    less = corrected(paid, finance, "-100", now=DECEMBER, reason="多算一小时")
    # 900 are taxed 20, of which 40 were withheld: 80 come back.
    assert (less.gross, less.tax, less.net) == (Decimal(-100), Decimal(-20), Decimal(-80))
    assert less.told_state == "to_receive"
    assert Message.objects.filter(occasion="fees.corrected").exists()
    expert = less.expert
    assert not fees_to_sign(expert).exists()
    assert not unpaid_lines(finance).exists()
    assert expert.user
    with pytest.raises(FeeRefused, match="不用签字"):
        sign(
            line=less,
            expert=expert,
            signature=signature_svg(STROKES),
            seen=less.letter_hash,
            signed_from="",
            actor=expert.user,
            now=DECEMBER,
        )
    assert "待收回" in statement_of(less)
    november = date(2026, 11, 1)

    def declared() -> tuple[Decimal, Decimal]:
        back = taken_back_in(finance, november, "fees.tax")
        (payer,) = by_payer(payments_in(finance, november, "fees.tax"), back)
        return payer.gross, payer.tax

    assert declared() == (Decimal(1000), Decimal(40))
    mark_received(line=less, note="转账退回", actor=finance, now=DECEMBER)
    assert declared() == (Decimal(900), Decimal(20))
    less = fees_visible_to(finance).get(pk=less.pk)
    assert (less.told_state, less.is_altered) == ("received", False)
    assert f"{DECEMBER:%Y-%m-%d} 收回" in statement_of(less)
    with pytest.raises(FeeRefused, match="已经登记过"):
        mark_received(line=less, note="再一次", actor=finance, now=DECEMBER)
    with pytest.raises(FeeRefused, match="不能冲销"):
        reverse_fee(line=less, reason="有误", actor=finance, now=DECEMBER)
    sums = totals_of(fees_visible_to(finance).filter(STANDING))
    assert (sums.gross, sums.tax, sums.net) == (Decimal(900), Decimal(20), Decimal(880))
    assert sum(one.paid for one in grouped(finance, "month", 2026)[0]) == Decimal(880)
    assert [one.pk for one in fees_of(expert)] == [less.pk, paid.pk]
    said = set(LogEntry.objects.filter(action__startswith="fee.").values_list("action", flat=True))
    assert {"fee.correct_ask", "fee.correct", "fee.received"} <= said


def test_what_cannot_be_corrected_is_refused(operator: User, finance: User, paid: FeeLine) -> None:
    unpaid = make_paid_to(operator, now=NOW)
    ask = {"reason": "算错", "actor": finance, "now": NOW}
    for line, gross, word in (
        (unpaid, "100", "冲销后重新登记"),
        (paid, "0", "请填写更正金额"),
        (paid, "-1000.01", r"最多扣回已付的应发 1000\.00 元"),
    ):
        with pytest.raises(FeeRefused, match=word):
            request_correction(line=line, gross=Decimal(gross), **ask)
    request = request_correction(line=paid, gross=Decimal(50), **ask)
    with pytest.raises(FeeRefused, match="待确认的同类申请"):
        request_correction(line=paid, gross=Decimal(60), **ask)
    with pytest.raises(FeeRefused, match="须由两人"):
        decide_correction(request=request, agree=True, note="", actor=finance, now=NOW)
    other = make_user("finance")
    decide_correction(request=request, agree=False, note="不用", actor=other, now=NOW)
    assert not FeeLine.objects.filter(corrects=paid).exists()
    more = corrected(paid, finance, "100")
    with pytest.raises(FeeRefused, match="再更正原来的那一份"):
        request_correction(line=more, gross=Decimal(1), **ask)
    # A second one goes by both.
    with pytest.raises(FeeRefused, match=r"1100\.00"):
        request_correction(line=paid, gross=Decimal(-1101), **ask)
    reverse_fee(line=more, reason="不用补了", actor=finance, now=NOW)


def test_the_database_keeps_what_a_correction_says(finance: User, paid: FeeLine) -> None:
    less = corrected(paid, finance, "-100")
    for wrong in ({"gross": Decimal(-1)}, {"corrects": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            FeeLine.objects.filter(pk=less.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        FeeLine.objects.filter(pk=paid.pk).update(received_at=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        CorrectionRequest.objects.filter(line=paid).update(gross=5)


def test_it_is_asked_for_and_agreed_to_on_the_page_of_the_fee(
    operator: User, finance: User
) -> None:
    now = timezone.now()
    line = pay(make_paid_to(operator, now=now - timedelta(days=1)), finance, now=now)
    client, helper = login(Client(), finance), login(Client(), make_user("finance"))
    page = reverse("fees:detail", args=[line.pk])
    assert "更正" in client.get(page).content.decode()
    ask = reverse("fees:correct", args=[line.pk])
    assert client.post(ask, {"gross": "0", "reason": "算错"}).status_code == 422
    assert client.post(ask, {"gross": "-50", "reason": "多算半小时"}).status_code == 204
    shown = helper.get(page).content.decode()
    assert "扣回 50.00 元（税前）" in shown
    request = CorrectionRequest.objects.get()
    helper.post(reverse("workflow:request_agree", args=["fees.correct", request.pk]))
    less = FeeLine.objects.get(corrects=line)
    assert "待收回" in client.get(page).content.decode()
    url = reverse("fees:received", args=[less.pk])
    assert client.post(url, {"note": "转账退回"}).status_code == 204
    assert "已收回" in client.get(reverse("fees:detail", args=[less.pk])).content.decode()
    assert "（更正）" in client.get(reverse("fees:list")).content.decode()
