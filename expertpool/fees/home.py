"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.home import Number, Source, Todo
from expertpool.experts.queries.availability import year_start
from expertpool.experts.queries.experts import expert_for
from expertpool.fees.permissions import VIEW
from expertpool.fees.queries.lines import STANDING, fees_to_sign, fees_visible_to
from expertpool.fees.queries.payments import paid_since


def fees_there(user: User, now: datetime) -> Iterator[Number]:
    # As the list shows them when it is opened.
    rows = fees_visible_to(user).filter(STANDING)
    yield Number("劳务费记录", rows, reverse("fees:list"), "receipt-yuan")


def paid_this_year(user: User, now: datetime) -> Iterator[Number]:
    if (expert := expert_for(user)) is not None:
        label, paid = "今年实收（元）", paid_since(expert, year_start(now))
        yield Number(label, 0, reverse("fees:own"), "receipt-yuan", text=f"{paid:,.2f}")


def letters_to_sign(user: User, now: datetime) -> Iterator[Todo]:
    expert, url = expert_for(user), reverse("fees:own")
    if expert is not None:
        rows = fees_to_sign(expert)
        text = "份劳务费确认函等待您核对签字"
        yield Todo("签劳务费确认函", text, url, "receipt-yuan", "blue", "签字", rows)


TODOS = (Source("fees_own", "experts.self", 62, letters_to_sign),)
NUMBERS = (
    Source("fees", VIEW, 40, fees_there),
    Source("fees_paid", "experts.self", 20, paid_this_year),
)
