"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.accounts.queries import WaitingFor
from expertpool.core.home import Number, Source, Todo, some
from expertpool.experts.queries.availability import year_start
from expertpool.experts.queries.experts import expert_for
from expertpool.fees.models import FeeLine
from expertpool.fees.permissions import ACCOUNTS, PAY, VIEW
from expertpool.fees.queries.accounts import accounts_to_check
from expertpool.fees.queries.lines import STANDING, fees_to_sign, fees_visible_to
from expertpool.fees.queries.payments import paid_since
from expertpool.fees.queries.void_draws import held_unpaid, unpaid_of_void


def fees_there(user: User, now: datetime) -> Iterator[Number]:
    # As the list shows them when it is opened.
    rows = fees_visible_to(user).filter(STANDING)
    yield Number("劳务费记录", rows, reverse("fees:list"), "receipt-yuan")


def paid_this_year(user: User, now: datetime) -> Iterator[Number]:
    if (expert := expert_for(user)) is not None:
        label, paid = "今年实收（元）", paid_since(expert, year_start(now))
        yield Number(label, 0, reverse("fees:own"), "receipt-yuan", text=f"{paid:,.2f}")


_accounts = WaitingFor(lambda user, now: some(accounts_to_check(user)))


def accounts_waiting(user: User, now: datetime) -> Iterator[Todo]:
    text, url = "个收款账户等待核对", reverse("fees:accounts")
    yield Todo("核对收款账户", text, url, "credit-card", "amber", "核对", _accounts(user))


def letters_to_sign(user: User, now: datetime) -> Iterator[Todo]:
    expert, url = expert_for(user), reverse("fees:own")
    if expert is not None:
        rows = fees_to_sign(expert)
        text = "份劳务费确认函等待您核对签字"
        yield Todo("签劳务费确认函", text, url, "receipt-yuan", "blue", "签字", rows)


def _sent_and_void() -> QuerySet[FeeLine]:
    return unpaid_of_void(FeeLine.objects.filter(sent_at__isnull=False))


def fees_held(user: User, now: datetime) -> Iterator[Todo]:
    if held := held_unpaid(fees_visible_to(user, PAY).filter(sent_at__isnull=False)):
        text, url = (
            "笔劳务费的抽取已作废，暂停付款：请决定照付或冲销",
            reverse("fees:list") + "?tab=void",
        )
        rows = FeeLine.objects.filter(pk__in=held)
        yield Todo("决定暂停付款的劳务费", text, url, "receipt-yuan", "red", "决定", rows)


TODOS = (
    Source("fees_held", PAY, 40, fees_held, _sent_and_void),
    Source("fees_accounts", ACCOUNTS, 45, accounts_waiting),
    Source("fees_own", "experts.self", 62, letters_to_sign),
)
NUMBERS = (
    Source("fees", VIEW, 40, fees_there),
    Source("fees_paid", "experts.self", 20, paid_this_year),
)
