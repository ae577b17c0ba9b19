"""What of fees stays of an expert whose personal data are erased: vouchers of what he was paid, and to which account."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from expertpool.experts.models import Expert
from expertpool.experts.queries.erasing import Keeper
from expertpool.fees.models import FeeLine, Payment
from expertpool.fees.queries.lines import whose
from expertpool.privacy.queries.periods import name_kept_until

# Of offices that pay elsewhere nothing is ever paid here: then nobody waits for it any more.
WAITED_FOR = timedelta(days=3 * 365)


def _until(expert: Expert) -> date | None:
    last = FeeLine.objects.filter(whose(expert.pk)).aggregate(last=Max("entered_at"))["last"]
    return last and name_kept_until(last)


def _holds(expert: Expert) -> str:
    paid = Payment.objects.filter(
        line=OuterRef("pk"), paid_at__isnull=False, returned_at__isnull=True
    )
    rows = FeeLine.objects.filter(
        ~Exists(paid),
        whose(expert.pk),
        reversed_at__isnull=True,
        received_at__isnull=True,
        entered_at__gte=timezone.now() - WAITED_FOR,
    )
    return "还有没有付清的劳务费，付清或冲销以后才能抹去。" if rows.exists() else ""


KEEPERS = (
    Keeper(
        "fees",
        "劳务费、收款账户和付款凭证",
        30,
        ("fees.FeeLine", "fees.BankAccount", "fees.AccountCode"),
        "会计凭证和扣缴个税的记录依法保存",
        _until,
        _holds,
    ),
)
