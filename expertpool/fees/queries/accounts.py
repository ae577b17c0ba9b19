"""Which account an expert is paid to, and which wait for somebody to look at them."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from expertpool.accounts.models import User
from expertpool.core.fields import readable
from expertpool.core.visibility import told_later
from expertpool.experts.models import Expert
from expertpool.fees.models import BankAccount
from expertpool.fees.permissions import ACCOUNTS
from expertpool.fees.queries.lines import fees_visible_to

STANDS = Q(ended_at__isnull=True)
FIELDS = frozenset({"bank_name", "bank_account"})  # of the record


def account_in(expert: Expert) -> tuple[str, str]:
    """Return (bank, number) as the record of ``expert`` has it; a number that does not open is none."""
    return expert.bank_name, readable(expert, "bank_account")


def standing_account(expert: Expert) -> BankAccount | None:
    """Return the account of ``expert`` that finance has before it, agreed to or not."""
    rows = BankAccount.objects.filter(STANDS, expert=expert)
    return rows.select_related("expert", "asked_by", "decided_by").first()


def is_payable_to(account: BankAccount, expert: Expert) -> bool:
    """Tell whether ``account``, that of ``expert`` (`told_accounts`), may be paid to: somebody of finance agreed to it, and
    his record says the same; of one that is told later the record says more than others may know."""
    if account.agreed is not True or account.is_altered:
        return False
    if account.ended_at:
        return True
    return account_in(expert) == (account.bank, account.readable_number)


def told_standing() -> Q:
    """Which accounts stand as others than their experts are told: in the place of one that is told later stands the one
    that it ended, else its row that goes would tell of it."""
    later = told_later(BankAccount)
    of_same = BankAccount.objects.filter(expert=OuterRef("expert"))
    untold = Exists(of_same.filter(later, asked_at=OuterRef("ended_at")))
    return (STANDS | Q(untold) & ~Exists(of_same.filter(STANDS).exclude(later))) & ~later


def told_accounts(payees: Collection[int]) -> dict[int, BankAccount]:
    """Return the account of each of ``payees`` (ids of experts) that is paid to, as others are told: what an expert changes today
    while names are sealed counts from tomorrow, else a batch would tell that he was at his account."""
    rows = BankAccount.objects.filter(told_standing(), expert__in=payees)
    return {one.expert_id: one for one in rows.select_related("expert", "asked_by", "decided_by")}


def accounts_visible_to(user: User, code: str = ACCOUNTS) -> QuerySet[BankAccount]:
    """Return the standing accounts of experts who were told of fees for projects in the scope of ``user``. What an expert
    changed today while names are sealed is told later; until then the one before stands (``told_state``)."""
    paid = fees_visible_to(user, code).filter(sent_at__isnull=False).order_by()
    whose = Q(expert=OuterRef("expert")) | Q(expert__merged_into=OuterRef("expert"))
    rows = BankAccount.objects.filter(told_standing()).filter(Exists(paid.filter(whose)))
    return rows.select_related("expert__employer", "asked_by", "decided_by")


def accounts_to_check(user: User) -> QuerySet[BankAccount]:
    """Return the accounts that wait for ``user`` or another to look at them."""
    return accounts_visible_to(user).filter(decided_at__isnull=True)
