"""Fees for the demonstration."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.core.documents import qr_png
from expertpool.core.strokes import DEMO_STROKES, signature_svg
from expertpool.draws.models import Draw
from expertpool.draws.queries.meetings import last_closing
from expertpool.draws.queries.panel import PanelMember, who_sat
from expertpool.experts.models import Expert
from expertpool.fees.enums import FeeOutcome
from expertpool.fees.models import BankAccount, FeeLine, FeeRate, PaymentRequest
from expertpool.fees.queries.lines import may_enter
from expertpool.fees.queries.payments import payables, unpaid_lines
from expertpool.fees.queries.rates import latest_rate
from expertpool.fees.rules.presets import PRESETS
from expertpool.fees.services.accounts import decide_account
from expertpool.fees.services.lines import Entry, enter_fees, send_letters
from expertpool.fees.services.payments import decide_batch, make_batch, mark_paid
from expertpool.fees.services.rates import save_rate
from expertpool.fees.services.signing import sign
from expertpool.files.services import attach
from expertpool.projects.models import Project

HOUR = timedelta(hours=1)
TRAVEL, RECEIPT = Decimal("186.50"), "G1102 武汉至长沙 186.50 元"
NAME, SINCE = "政府采购评审", date(2026, 1, 1)


@transaction.atomic
def ensure_demo_fees(
    *, draw: Draw, operator: User, finance: User, second: User, expert: Expert, now: datetime
) -> None:
    """Let the experts of a review that is over be paid the day after it; others than ``expert`` wait for nothing, he has a letter
    to sign unless it is long ago. Once."""
    rate = _rate(finance, now)
    over = last_closing(draw.covered) + 3 * HOUR
    project = draw.project
    if over > now or FeeLine.objects.filter(project=project).exists():
        return
    if not may_enter(operator, project, now=over):
        return
    entries = {pk: _entry(project, one) for pk, one in who_sat(project).items()}
    for line in enter_fees(project=project, rate=rate, entries=entries, actor=operator, now=over):
        if line.travel:
            receipt = SimpleUploadedFile("高铁票.png", qr_png(RECEIPT, scale=6))
            attach(subject=line, uploaded_file=receipt, actor=operator, now=over)
    for line in send_letters(project=project, actor=operator, now=over + HOUR):
        if line.expert_id == expert.pk and over > now - timedelta(days=20):
            continue
        if (user := line.expert.user) is not None:
            sign(
                line=line,
                expert=line.expert,
                signature=signature_svg(DEMO_STROKES),
                seen=line.letter_hash,
                signed_from="演示数据",
                actor=user,
                now=over + 2 * HOUR,
            )
    if over < now - timedelta(days=10):
        _pay(project, finance, second, over + 3 * HOUR)


def _pay(project: Project, finance: User, second: User, at: datetime) -> None:
    """Look at the accounts, and pay what can be paid."""
    people = FeeLine.objects.filter(project=project).values("expert")
    for account in BankAccount.objects.filter(expert__in=people, decided_at__isnull=True):
        decide_account(account=account, agree=True, note="", actor=finance, now=at)
    found = payables(unpaid_lines(finance).filter(project=project))
    if not (ready := [one.line.pk for one in found if not one.why_not]):
        return
    title = f"{at:%Y 年 %-m 月}评审劳务费"
    batch = make_batch(lines=ready, title=title, actor=finance, now=at)
    request = PaymentRequest.objects.get(batch=batch)
    decide_batch(request=request, agree=True, note="", actor=second, now=at + HOUR)
    mark_paid(batch=batch, payments=None, actor=finance, now=at + 2 * HOUR)


def _entry(project: Project, member: PanelMember) -> Entry:
    start = project.opening_at
    return Entry(
        FeeOutcome.COMPLETED,
        start,
        start + timedelta(minutes=200),
        break_minutes=15,
        is_leader=member.place == 1,
        travel=TRAVEL if member.place == 1 else Decimal(0),
    )


def _rate(finance: User, now: datetime) -> FeeRate:
    found = latest_rate(NAME)
    terms = next(one.terms for one in PRESETS if one.code == "shandong")
    terms = replace(terms, travel_cap=Decimal(300))
    return found or save_rate(
        name=NAME,
        terms=terms,
        project_kind="",
        effective_on=SINCE,
        source="示例，请按当地现行文件修改",
        active=True,
        base=0,
        actor=finance,
        now=now,
    )
