"""Yearly inspections, as the services make them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.files.services import attach
from expertpool.inspections.models import Inspection, Renewal, Round
from expertpool.inspections.services.renewing import ask_renewal
from expertpool.inspections.services.rounds import fill_round, open_round, save_round
from expertpool.inspections.services.submitting import hand_in
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert

VALUES: dict[str, Any] = {
    "year": 2026,
    "guidance": "请说明本年度有无变化。",
    "declaration": "所填内容真实。",
    "materials": [],
    "criteria": {"all": []},
}


def make_round(
    *, actor: User | None = None, now: datetime | None = None, days: int = 30, **values: Any
) -> Round:
    """Set one up that ends in ``days``, and suspends from two weeks later on."""
    now = now or timezone.now()
    due: date = timezone.localdate(now) + timedelta(days=days)
    suspend = due + timedelta(days=14)
    given = VALUES | {
        "name": f"年检{Round.objects.count() + 1}",
        "due_date": due,
        "suspend_from": suspend,
    }
    return save_round(
        row=Round(), values=given | values, actor=actor or make_user("admin"), now=now
    )


def open_one(
    *, actor: User | None = None, now: datetime | None = None, days: int = 30, **values: Any
) -> Round:
    """Open one for all who are in the pool."""
    now, actor = now or timezone.now(), actor or make_user("admin")
    row = open_round(
        row=make_round(actor=actor, now=now, days=days, **values), actor=actor, now=now
    )
    fill_round(round_id=row.pk, now=now)
    row.refresh_from_db()
    return row


def make_inspection(expert: Expert | None = None, **values: Any) -> Inspection:
    """Open a round of which ``expert`` is one."""
    expert = expert or make_expert()
    row = open_one(**values)
    return inspection_of(expert, row)


def inspection_of(expert: Expert, row: Round) -> Inspection:
    return Inspection.objects.select_related("round", "expert__user").get(expert=expert, round=row)


def hand_in_inspection(
    row: Inspection, *, now: datetime | None = None, contents: str = "无变化。"
) -> Inspection:
    """Hand ``row`` in as its expert, who gets an account if he has none."""
    now, expert = now or timezone.now(), row.expert
    if expert.user is None:
        give_account(expert, make_user("expert"))
        expert.refresh_from_db()
    user = expert.user
    assert user is not None
    for kind, _ in row.round.asked:
        file = SimpleUploadedFile("证明.pdf", b"%PDF-1.7\n%%EOF\n")
        attach(subject=row, uploaded_file=file, kind=kind, actor=user, now=now)
    row.refresh_from_db()
    return hand_in(
        row=row, contents=contents, declared=True, version=row.version, actor=user, now=now
    )


def ask_one(expert: Expert | None = None, *, now: datetime | None = None) -> Renewal:
    """Ask for a term to be renewed, as its expert, who gets an account and a term that ends soon."""
    now, expert = now or timezone.now(), expert or make_expert()
    if expert.user is None:
        give_account(expert, make_user("expert"))
    Expert.objects.filter(pk=expert.pk).update(
        term_start_date=None, term_end_date=timezone.localdate(now) + timedelta(days=20)
    )
    expert.refresh_from_db()
    assert expert.user is not None
    return ask_renewal(expert=expert, reason="愿意继续参加", actor=expert.user, now=now)
