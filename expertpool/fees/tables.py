"""How the lists of fees are ordered and split into tabs, and what an expert downloads of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F, Q

from expertpool.changes.registry import OwnData
from expertpool.core.text import moment_text
from expertpool.core.views.listing import ListTab
from expertpool.experts.models import Expert
from expertpool.fees.queries.lines import OF_VOID_DRAW, STANDING, fees_of

FEE_SORTS: dict[str, str | tuple[str, ...]] = {
    "entered": ("entered_at", "id"),
    "gross": ("gross", "id"),
}
_PAID = STANDING & Q(payments__paid_at__isnull=False, payments__returned_at__isnull=True)
_LESS = Q(gross__lt=0)
FEE_TABS = (
    ListTab("", "全部", STANDING),
    ListTab("draft", "待发送", Q(sent_at__isnull=True)),
    ListTab("sent", "待签字", STANDING & Q(sent_at__isnull=False, told_at__isnull=True) & ~_LESS),
    ListTab("signed", "已签字", STANDING & Q(told_at__isnull=False)),
    ListTab("paid", "已付款", _PAID),
    ListTab("to_receive", "待收回", STANDING & _LESS & Q(received_at__isnull=True)),
    ListTab("void", "抽取已作废", STANDING & OF_VOID_DRAW),
    ListTab("reversed", "已冲销", Q(reversed_at__isnull=False)),
)
ACCOUNT_SORTS: dict[str, str | tuple[str, ...]] = {"asked": ("asked_at", "id")}
ACCOUNT_TABS = (
    ListTab("", "待核对", Q(decided_at__isnull=True)),
    ListTab("confirmed", "已核对", Q(agreed=True)),
    ListTab("refused", "未通过", Q(agreed=False)),
)
BATCH_SORTS: dict[str, str | tuple[str, ...]] = {
    "made": ("made_at", "id"),
    "total": ("total", "id"),
}
BATCH_TABS = (
    ListTab("", "全部"),
    ListTab("asked", "待复核", Q(approved_at__isnull=True, dropped_at__isnull=True)),
    ListTab("approved", "已批准", Q(approved_at__isnull=False)),
    ListTab("dropped", "已退回", Q(dropped_at__isnull=False)),
)
PAYMENT_SORTS: dict[str, str | tuple[str, ...]] = {
    "reference": ("reference",),
    "amount": ("amount", "id"),
}
PAYMENT_TABS = (
    ListTab("", "全部"),
    ListTab(
        "waiting",
        "待付款",
        Q(paid_at__isnull=True, returned_at__isnull=True, dropped_at__isnull=True),
    ),
    ListTab("paid", "已付款", Q(paid_at__isnull=False, returned_at__isnull=True)),
    ListTab("returned", "银行退回", Q(returned_at__isnull=False)),
)
TO_PAY_SORTS: dict[str, str | tuple[str, ...]] = {"opening": ("opening_at", "id")}
TO_PAY_TABS = (
    # What was reversed is to be entered anew, and whom an import of some left out.
    ListTab("", "待登记", Q(entered=0) | Q(missing__gt=0) | Q(left_out__gt=0)),
    ListTab("open", "待签字", Q(entered__gt=F("signed"))),
    ListTab("all", "全部"),
)


def _fees(expert: Expert, now: datetime) -> Iterator[tuple[str, ...]]:
    for one in fees_of(expert):
        sent = moment_text(one.sent_at) if one.sent_at else ""
        signed = moment_text(one.signed_at) if one.signed_at else ""
        sums = [
            f"{part:.2f}" for part in (one.gross, one.withheld, one.net, one.travel, one.payable)
        ]
        yield one.project.name, *sums, str(one.state.label), sent, signed


OWN = (
    OwnData(
        "fees",
        "我的劳务费",
        56,
        (
            *("评审", "应发（元）", "代扣个税（元）", "实发（元）", "差旅（元）", "应付合计（元）"),
            *("状态", "发送时间", "签字时间"),
        ),
        _fees,
        lambda one: fees_of(one).count(),
    ),
)
