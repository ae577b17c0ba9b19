"""The menu entries of this app."""

from __future__ import annotations

from expertpool.accounts.models import User
from expertpool.accounts.queries import WaitingFor
from expertpool.core.registry import MOST_WAITING, MenuGroup, MenuItem
from expertpool.experts.queries.experts import expert_for
from expertpool.fees.permissions import ACCOUNTS, ENTER, PAY, RATES, TAX, VIEW
from expertpool.fees.queries.accounts import accounts_to_check
from expertpool.fees.queries.lines import fees_to_sign


def count_to_sign(user: User) -> int:
    expert = expert_for(user)
    return fees_to_sign(expert).count() if expert else 0


GROUP = MenuGroup("fees", "劳务费", 28)
ITEMS = (
    MenuItem(
        "fees.projects",
        "项目劳务费",
        "receipt-yuan",
        "fees:projects",
        permissions=(ENTER,),
        order=10,
        active=("fees:project", "fees:workload"),
        group="fees",
    ),
    MenuItem(
        "fees.lines",
        "劳务费记录",
        "cash",
        "fees:list",
        permissions=(VIEW,),
        order=20,
        active=("fees:detail", "fees:reverse", "fees:correct", "fees:pay_void", "fees:received"),
        group="fees",
    ),
    MenuItem(
        "fees.accounts",
        "收款账户",
        "credit-card",
        "fees:accounts",
        permissions=(ACCOUNTS,),
        order=40,
        count=WaitingFor(lambda user, now: accounts_to_check(user)[:MOST_WAITING]),
        active=("fees:account_",),
        group="fees",
        is_fixed=True,
    ),
    MenuItem(
        "fees.batches",
        "付款批次",
        "credit-card-pay",
        "fees:batches",
        permissions=(PAY,),
        order=50,
        active=("fees:batch", "fees:payment", "fees:answers"),
        group="fees",
        is_fixed=True,
    ),
    MenuItem(
        "fees.tax",
        "个税申报",
        "receipt",
        "fees:tax",
        permissions=(TAX,),
        order=60,
        group="fees",
    ),
    MenuItem(
        "fees.statistics",
        "劳务费统计",
        "chart-bar",
        "fees:statistics",
        permissions=(VIEW,),
        order=70,
        group="fees",
    ),
    MenuItem(
        "fees.rates",
        "劳务费标准",
        "scale",
        "fees:rates",
        permissions=(RATES, ENTER),
        order=90,
        active=("fees:rate_", "fees:trial"),
        group="fees",
    ),
    MenuItem(
        "my_fees",
        "我的劳务费",
        "receipt-yuan",
        "fees:own",
        permissions=("experts.self",),
        order=56,
        count=count_to_sign,
        active=("fees:own_",),
        group="home",
    ),
)
