"""Cautions and the blacklist: one person asks with a reason, another agrees."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.events import publish
from expertpool.core.text import SAY_MORE, as_sentence, is_reason
from expertpool.evaluations.enums import SanctionKind
from expertpool.evaluations.events import ExpertCautioned
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.models import Sanction
from expertpool.evaluations.occasions import CAUTIONED
from expertpool.evaluations.queries.caution_objections import object_until
from expertpool.evaluations.services.telling import WAYS, objects_until
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert
from expertpool.experts.services.blacklist import add_to_blacklist
from expertpool.experts.services.contacts import recipient_of
from expertpool.experts.services.letting_in import door_words, let_in
from expertpool.notifications.services.sending import Envelope, send_messages
from expertpool.workflow.services.two_persons import ask, settle

# Who can be put on the blacklist.
IN_THE_POOL = (ExpertStatus.FORMAL, ExpertStatus.FROZEN)


@transaction.atomic
def request_sanction(
    *, expert: Expert, kind: SanctionKind, reason: str, actor: User, now: datetime
) -> Sanction:
    """Ask for ``expert`` to be cautioned or blacklisted. Nothing changes until a second person agrees.

    Refuses (EvaluationRefused) without a reason, who is not in the pool, and while the same waits.
    """
    expert = lock_expert(expert)
    if not is_reason(reason):
        raise EvaluationRefused(f"请写明原因{SAY_MORE}。", field="reason")
    request = Sanction(expert=expert, kind=kind, reason=reason)
    check_sanction(request=request, actor=actor, now=now)
    ask(
        request,
        action="evaluation.sanction_ask",
        actor=actor,
        now=now,
        refused=EvaluationRefused,
        after={"处理": str(kind.label)},
    )
    return request


@transaction.atomic
def decide_sanction(
    *, request: Sanction, agree: bool, note: str, actor: User, now: datetime
) -> Sanction:
    """Agree to a request, which is done at once, or turn it down; a caution is told to its expert. Logged; announces
    ExpertCautioned.

    Refuses (EvaluationRefused) the person who asked, a request that was decided, and who left the pool meanwhile.
    """
    # First, so that nobody changes his state between the look at it and what is done.
    expert = lock_expert(request.expert)
    settle(request, agree=agree, note=note, actor=actor, now=now, refused=EvaluationRefused)
    # `settle` ends it by an update, which makes no proof.
    request.save(update_fields=["decided_proof"])
    kind = SanctionKind(request.kind)
    after = {"处理": str(kind.label), "申请人": str(request.requested_by)}
    if not agree:
        action = "evaluation.sanction_refuse"
        record(action, actor=actor, now=now, subject=expert, after=after, note=note)
        return request
    record(
        "evaluation.sanction",
        actor=actor,
        now=now,
        subject=expert,
        after=after,
        note=request.reason,
    )
    if kind == SanctionKind.BLACKLIST:
        try:
            add_to_blacklist(
                expert=expert,
                reason=request.reason,
                evidence="综合评价",
                actor=actor,
                now=now,
            )
        # The agreement is undone as well: one that did nothing would stand as if it had.
        except ExpertRefused as refusal:
            raise EvaluationRefused(str(refusal)) from refusal
        return request
    _tell(request, expert, now=now)
    publish(ExpertCautioned(request.pk))
    return request


def check_sanction(*, request: Sanction, actor: User, now: datetime) -> None:
    """Refuse (EvaluationRefused) what nobody can agree to as things stand."""
    if request.expert.status not in IN_THE_POOL:
        raise EvaluationRefused(
            f"专家现为「{request.expert.get_status_display()}」，不能警告或移入黑名单。"
        )


def lock_expert(expert: Expert) -> Expert:
    """Hold the record of ``expert``: who asks and who decides about it come one after the other."""
    rows = Expert.objects.select_for_update(of=("self",), no_key=True)
    return rows.get(pk=expert.pk)


def _tell(request: Sanction, expert: Expert, *, now: datetime) -> None:
    words = {
        "专家姓名": expert.name,
        "原因": as_sentence(request.reason),
        "申诉截止": objects_until(expert, object_until(request)),
        "网址": door_words(expert, reverse("evaluations:own"), under_way=let_in([expert], now=now)),
    }
    envelope = Envelope(
        recipient=recipient_of(expert),
        context=words,
        about=expert,
        key=f"{CAUTIONED.code}:{request.pk}",
    )
    send_messages(
        occasion=CAUTIONED.code, envelopes=[envelope], channels=WAYS, now=now, surely=True
    )
