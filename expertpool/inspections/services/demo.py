"""Yearly inspections of experts who do not exist."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.experts.services.profile import update_expert
from expertpool.files.services import attach
from expertpool.inspections.enums import State
from expertpool.inspections.models import DECLARATION, GUIDANCE, MATERIALS, Inspection, Round
from expertpool.inspections.services.deciding import decide_inspection
from expertpool.inspections.services.renewing import ask_renewal
from expertpool.inspections.services.rounds import (
    close_round,
    fill_round,
    open_round,
    save_round,
)
from expertpool.inspections.services.submitting import hand_in

# Those who can sign in: five thousand letters would help nobody.
WHO = {"all": [{"field": "account", "op": "in", "value": ["open"]}]}
PROOF = b"%PDF-1.7\n%%EOF\n"
SAID = "工作单位和职称没有变化；本年度参加继续教育 72 学时；未受行政处罚和行业处分。"


@transaction.atomic
def ensure_demo_inspections(*, expert: Expert, actor: User, now: datetime) -> None:
    """One of last year, which ``expert`` passed and others missed, and one that goes on; once."""
    if Round.objects.exists() or expert.user is None:
        return
    then = now - timedelta(days=200)
    past = _open(f"{then.year} 年度第一次年检", then, then.date() + timedelta(days=30), actor)
    row = _hand_in(past, expert, then + timedelta(days=3))
    decide_inspection(
        row=row, outcome=State.PASSED, note="材料齐全", actor=actor, now=then + timedelta(days=5)
    )
    close_round(row=past, actor=actor, now=then + timedelta(days=60))
    before = now - timedelta(days=10)  # of all draws of the demonstration
    current = _open(f"{now.year} 年度专家年检", before, now.date() + timedelta(days=21), actor)
    others = Inspection.objects.filter(round=current).exclude(expert=expert).order_by("pk")
    for at, one in enumerate(others.select_related("expert__user")[:2]):
        row = _hand_in(current, one.expert, before + timedelta(days=1 + at))
        if at:
            decide_inspection(
                row=row,
                outcome=State.RETURNED,
                reasons={"m2": "学时证明没有盖章，请换清晰的扫描件。"},
                actor=actor,
                now=before + timedelta(days=4),
            )
        else:
            _asks(one.expert, actor, before)


def _asks(expert: Expert, actor: User, at: datetime) -> None:
    """Let the term of ``expert`` end soon, and him ask for more."""
    user = expert.user
    assert user is not None  # noqa: S101 (only those who have one are chosen)
    ends = timezone.localdate(at) + timedelta(days=40)
    expert = update_expert(expert=expert, values={"term_end_date": ends}, actor=actor, now=at)
    ask_renewal(
        expert=expert, reason="身体健康，愿意继续参加评审。", actor=user, now=at + timedelta(days=1)
    )


def _open(name: str, at: datetime, due: date, actor: User) -> Round:
    values = {
        "name": name,
        "year": timezone.localdate(at).year,
        "due_date": due,
        "suspend_from": due + timedelta(days=15),
        "guidance": GUIDANCE,
        "materials": MATERIALS.splitlines(),
        "declaration": DECLARATION,
        "criteria": WHO,
    }
    row = save_round(row=Round(), values=values, actor=actor, now=at)
    row = open_round(row=row, actor=actor, now=at)
    fill_round(round_id=row.pk, now=at)
    row.refresh_from_db()
    return row


def _hand_in(round_: Round, expert: Expert, now: datetime) -> Inspection:
    row = Inspection.objects.select_related("round", "expert__user").get(
        round=round_, expert=expert
    )
    user = expert.user
    assert user is not None  # noqa: S101 (only those who have one are chosen)
    for kind, name in row.round.asked:
        file = SimpleUploadedFile(f"{name[:20]}.pdf", PROOF)
        attach(subject=row, uploaded_file=file, kind=kind, actor=user, now=now)
    return hand_in(row=row, contents=SAID, declared=True, version=row.version, actor=user, now=now)
