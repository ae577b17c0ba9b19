"""Whose term ends, who asks for it to be renewed, and who decides."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.core.configuration import value_of
from expertpool.core.criteria import Choice
from expertpool.core.visibility import told
from expertpool.experts.enums import ExpertKind, ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.settings import TERM_ENDING_WITHIN
from expertpool.inspections.enums import RenewalState
from expertpool.inspections.models import Renewal, RenewalRun
from expertpool.workflow.queries.approvals import waiting_for

SUBJECT = "inspections.renewal"
# Whoever may edit the term decides on it.
RIGHT = "experts.edit"
# What the steps of an approval may ask.
CRITERIA = (Choice(code="kind", label="类别", path="expert__kind", choices=ExpertKind.choices),)


def terms_visible_to(user: User) -> QuerySet[Expert]:
    """Return the members in the scope of ``user`` who have a term."""
    rows: QuerySet[Expert] = experts_visible_to(user, RIGHT)
    rows = rows.filter(status=ExpertStatus.FORMAL, term_end_date__isnull=False)
    return rows.select_related("employer")


def renewals_visible_to(user: User) -> QuerySet[Renewal]:
    """Return what the experts in the scope of ``user`` have asked for, as far as may be told."""
    rows = told(Renewal.objects.filter(expert__in=experts_visible_to(user, RIGHT)))
    return rows.select_related("expert__employer", "asked_by", "decided_by")


def decidable_by(user: User) -> QuerySet[Renewal]:
    """Return those that wait and that ``user`` did not ask for himself, whoever decides their step."""
    rows = renewals_visible_to(user).filter(state=RenewalState.WAITING)
    return rows.exclude(asked_by=user).order_by("asked_at")


def to_decide(user: User) -> QuerySet[Renewal]:
    """Return those on which ``user`` may decide now."""
    return decidable_by(user).filter(waiting_for(user, SUBJECT))


def renewals_of(expert: Expert) -> QuerySet[Renewal]:
    """Return all that ``expert`` asked for, for himself."""
    return Renewal.objects.filter(expert=expert).select_related("expert")


def why_not_ask(expert: Expert, today: date) -> str:
    """Say why ``expert`` cannot ask now; nothing where he can."""
    end = expert.term_end_date
    if expert.status != ExpertStatus.FORMAL:
        return "您目前不在库，不能申请续聘。"
    if end is None:
        return "您的聘期没有期限，不用续聘。"
    # As the list of terms that end soon has it: both tell of the same experts.
    soon = today + value_of(TERM_ENDING_WITHIN)
    if end > soon:
        return f"聘期届满前 {value_of(TERM_ENDING_WITHIN).days} 天内可以申请续聘。"
    if renewals_of(expert).filter(state=RenewalState.WAITING).exists():
        return "您的续聘申请正在审核。"
    return ""


def own_runs(user: User) -> QuerySet[RenewalRun]:
    """Return the runs of ``user``."""
    return RenewalRun.objects.filter(user=user)


def waiting_by_expert(user: User, experts: list[int]) -> dict[int, Any]:
    """Return what waits of these experts, as far as ``user`` may be told."""
    rows = renewals_visible_to(user).filter(state=RenewalState.WAITING, expert__in=experts)
    return {row.expert_id: row for row in rows}
