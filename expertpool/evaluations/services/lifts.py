"""Cautions are taken back as they are given: one person asks with a reason, another agrees."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.text import SAY_MORE, as_sentence, is_reason
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.models import CautionLift, Sanction
from expertpool.evaluations.occasions import LIFTED
from expertpool.evaluations.queries.sanctions import all_cautions
from expertpool.evaluations.services.telling import WAYS
from expertpool.experts.services.contacts import page_for, recipient_of
from expertpool.notifications.services.sending import Envelope, send_messages
from expertpool.workflow.services.two_persons import ask, settle


@transaction.atomic
def request_lift(*, subject: Sanction, reason: str, actor: User, now: datetime) -> CautionLift:
    """Ask for the caution ``subject`` to be taken back. Nothing changes until a second person agrees.

    Refuses (EvaluationRefused) without a reason, one that is taken back, and while the same waits.
    """
    caution = lock_caution(subject)
    if not is_reason(reason):
        raise EvaluationRefused(f"请写明原因{SAY_MORE}。")
    request = CautionLift(caution=caution, reason=reason)
    check_lift(request=request, actor=actor, now=now)
    ask(
        request,
        action="evaluation.lift_ask",
        actor=actor,
        now=now,
        refused=EvaluationRefused,
        after={"专家": str(caution.expert)},
    )
    return request


@transaction.atomic
def decide_lift(
    *, request: CautionLift, agree: bool, note: str, actor: User, now: datetime
) -> CautionLift:
    """Agree to a request, which takes the caution back at once and tells its expert, or turn it down. Logged.

    Refuses (EvaluationRefused) the person who asked, and a request that was decided.
    """
    caution = lock_caution(request.caution)
    settle(request, agree=agree, note=note, actor=actor, now=now, refused=EvaluationRefused)
    # `settle` ends it by an update, which makes no proof.
    request.save(update_fields=["decided_proof"])
    after = {"申请人": str(request.requested_by), "警告原因": caution.reason}
    record(
        "evaluation.lift" if agree else "evaluation.lift_refuse",
        actor=actor,
        now=now,
        subject=caution.expert,
        after=after,
        note=request.reason if agree else note,
    )
    if agree:
        _tell(request, caution, now=now)
    return request


def check_lift(*, request: CautionLift, actor: User, now: datetime) -> None:
    """Refuse (EvaluationRefused) a caution that does not count any more."""
    # An objection that was upheld meanwhile has ended it, too.
    if not all_cautions().filter(pk=request.caution_id).exists():
        raise EvaluationRefused("这次警告已经撤销，请刷新页面。")


def lock_caution(caution: Sanction) -> Sanction:
    """Hold ``caution``: who asks and who decides about it come one after the other."""
    rows = Sanction.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("expert__user").get(pk=caution.pk)


def _tell(request: CautionLift, caution: Sanction, *, now: datetime) -> None:
    envelope = Envelope(
        recipient=recipient_of(caution.expert),
        context={
            "专家姓名": caution.expert.name,
            "警告原因": caution.reason,
            "原因": as_sentence(request.reason),
            # Only told: nothing waits for him, so nobody is let in for it (docs/decisions/0385).
            "网址": page_for(caution.expert, reverse("evaluations:own")),
        },
        about=caution.expert,
        key=f"{LIFTED.code}:{request.pk}",
    )
    send_messages(occasion=LIFTED.code, envelopes=[envelope], channels=WAYS, now=now, surely=True)
