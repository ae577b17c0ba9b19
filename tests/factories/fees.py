"""Reviews that are over, and what their experts are paid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.strokes import signature_svg
from expertpool.draws.queries.panel import who_sat
from expertpool.experts.models import Expert
from expertpool.fees.enums import FeeOutcome
from expertpool.fees.models import BankAccount, FeeLine, FeeRate, PaymentBatch, PaymentRequest
from expertpool.fees.queries.rates import latest_rate
from expertpool.fees.rules.pay import Terms
from expertpool.fees.rules.presets import PRESETS
from expertpool.fees.services.accounts import decide_account
from expertpool.fees.services.lines import Entry, enter_fees, send_letters
from expertpool.fees.services.payments import decide_batch, make_batch, mark_paid
from expertpool.fees.services.rates import save_rate
from expertpool.fees.services.signing import sign
from expertpool.projects.models import Project
from tests.factories.accounts import make_user
from tests.factories.evaluations import make_reviewed
from tests.factories.experts import give_account, make_expert

CARD = "6222020000000000000"
LONG_AGO = date(2020, 1, 1)
STROKES = str([[[10 + 3 * at, 20 + at % 5] for at in range(20)]])


def terms_of(code: str) -> Terms:
    return next(one.terms for one in PRESETS if one.code == code)


def make_rate(
    name: str = "山东", *, now: datetime | None = None, code: str = "shandong"
) -> FeeRate:
    """A rate of an example, in force since long ago, and saved once."""
    found = latest_rate(name)
    return found or save_rate(
        name=name,
        terms=terms_of(code),
        project_kind="",
        effective_on=LONG_AGO,
        source="",
        active=True,
        base=0,
        actor=None,
        now=now or timezone.now(),
    )


def entry(
    project: Project, *, minutes: int = 240, outcome: FeeOutcome = FeeOutcome.COMPLETED
) -> Entry:
    """A review that took ``minutes`` from its opening on; one of more than four hours had begun before, to be over by now."""
    early = timedelta(minutes=max(0, minutes - 240))
    start = project.opening_at - early
    note = "提前开始" if early else ""
    return Entry(outcome, start, start + timedelta(minutes=minutes), note=note)


def make_fees(
    operator: User,
    *,
    now: datetime | None = None,
    pool: Sequence[Expert] = (),
    minutes: int = 240,
    seats: int = 2,
) -> list[FeeLine]:
    """The fees of a review that was over an hour before ``now``, entered and not sent."""
    now = now or timezone.now()
    project = make_reviewed(operator, now=now, pool=pool, seats=len(pool) or seats).project
    said = {pk: entry(project, minutes=minutes) for pk in who_sat(project)}
    return enter_fees(project=project, rate=make_rate(), entries=said, actor=operator, now=now)


def make_sent(
    operator: User, *, now: datetime | None = None, pool: Sequence[Expert] = (), minutes: int = 240
) -> list[FeeLine]:
    """The same with their letters sent."""
    now = now or timezone.now()
    made = make_fees(operator, now=now, pool=pool, minutes=minutes)
    return send_letters(project=made[0].project, actor=operator, now=now)


def make_account(operator: User, *, now: datetime | None = None, card: str = CARD) -> BankAccount:
    """The account of somebody who was told of a fee; it waits for finance."""
    expert = make_expert(bank_name="中国工商银行", bank_account=card)
    make_sent(operator, now=now, pool=(expert,))
    return BankAccount.objects.get(expert=expert)


def make_signed(
    operator: User,
    *,
    now: datetime | None = None,
    minutes: int = 240,
    expert: Expert | None = None,
    **record: str,
) -> FeeLine:
    """A fee whose letter its expert has signed; ``record`` is what the record of a new one says."""
    now = now or timezone.now()
    expert = expert or make_expert(**record)
    if expert.user is None:
        give_account(expert, make_user("expert"))
    (line,) = make_sent(operator, now=now, pool=(expert,), minutes=minutes)
    assert expert.user
    return sign(
        line=line,
        expert=expert,
        signature=signature_svg(STROKES),
        seen=line.letter_hash,
        signed_from="10.0.0.1 Chromium",
        actor=expert.user,
        now=now,
    )


def make_paid_to(
    operator: User,
    *,
    now: datetime | None = None,
    minutes: int = 240,
    agree: bool = True,
    expert: Expert | None = None,
) -> FeeLine:
    """The same, and somebody of finance has looked at his account."""
    now = now or timezone.now()
    expert = expert or make_expert(bank_name="中国工商银行", bank_account=CARD)
    line = make_signed(operator, now=now, minutes=minutes, expert=expert)
    if BankAccount.objects.filter(expert=line.expert, decided_at__isnull=False).exists():
        return line
    account = BankAccount.objects.get(expert=line.expert)
    looks = make_user("finance")
    decide_account(account=account, agree=agree, note="不符", actor=looks, now=now)
    return line


def make_batch_of(
    lines: Sequence[FeeLine], finance: User, *, now: datetime | None = None
) -> PaymentBatch:
    """A batch of ``lines`` for which ``finance`` has asked."""
    pks = [one.pk for one in lines]
    return make_batch(lines=pks, title="评审劳务费", actor=finance, now=now or timezone.now())


def pay(line: FeeLine, finance: User, *, now: datetime) -> FeeLine:
    """Pay a fee whose account was looked at: a batch of its own, agreed to by somebody else."""
    batch = make_batch_of([line], finance, now=now)
    request = PaymentRequest.objects.get(batch=batch)
    decide_batch(request=request, agree=True, note="", actor=make_user("finance"), now=now)
    mark_paid(batch=batch, payments=None, actor=finance, now=now)
    return FeeLine.objects.prefetch_related("payments").get(pk=line.pk)
