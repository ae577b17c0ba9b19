"""An expert objects to a caution once, and somebody answers who did not give it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider
from expertpool.audit.services import record
from expertpool.core.text import as_sentence
from expertpool.draws.services.telling import tell_staff
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.models import CautionObjection, Sanction
from expertpool.evaluations.occasions import CAUTION_ANSWERED, CAUTION_ANSWERED_OFFICE
from expertpool.evaluations.queries.caution_objections import may_object_to
from expertpool.evaluations.queries.sanctions import cautions_of
from expertpool.evaluations.services.lifts import lock_caution
from expertpool.evaluations.services.objections import FORGED, say_once, settle_once, words_of
from expertpool.evaluations.services.telling import WAYS
from expertpool.experts.models import Expert
from expertpool.experts.services.contacts import page_for, recipient_of
from expertpool.notifications.services.sending import Envelope, send_messages
from expertpool.workflow.queries.second_person import why_not_second

ONCE = "对这次警告已经申诉过，或申诉期限已过、警告已撤销；请刷新页面查看。"


@transaction.atomic
def object_to_caution(
    *, caution: Sanction, expert: Expert, text: str, actor: User, now: datetime
) -> CautionObjection:
    """Object, as ``expert`` himself, to a caution of his. Logged without his words.

    Refuses (EvaluationRefused) another's caution, too few words or too many, and what is too late, was done, or is
    about one that counts no more.
    """
    caution = lock_caution(caution)
    # By his list, not by the key: it has none that two persons of here have not given.
    own = next((one for one in cautions_of(expert) if one.pk == caution.pk), None)
    if actor.pk != expert.user_id or own is None:
        raise EvaluationRefused("只有专家本人可以对自己受到的警告申诉。")
    if not may_object_to(own, now=now):
        raise EvaluationRefused(ONCE)
    said = CautionObjection(caution=caution, text=words_of(text), asked_at=now)
    made = say_once(said, CautionObjection.objects.filter(caution=caution), ONCE)
    # His words are for who answers: the log has more readers.
    record("evaluation.object_caution", actor=actor, now=now, subject=expert)
    return made


@transaction.atomic
def answer_caution_objection(
    *, objection: CautionObjection, uphold: bool, answer: str, actor: User, now: datetime
) -> CautionObjection:
    """Answer an objection for good; where it is right, its caution counts no more. Its expert is told, and the two who
    gave it. Logged.

    Refuses (EvaluationRefused) what `check_caution_answerer` does, an answer that gives no reason, and what was answered.
    """
    caution = lock_caution(objection.caution)
    check_caution_answerer(objection=objection, actor=actor, now=now)
    answer = settle_once(objection, uphold=uphold, answer=answer, actor=actor, now=now)
    result = "撤销警告，不再计入" if uphold else "维持警告"
    _tell(objection, caution, result, now=now)
    record(
        "evaluation.answer_caution",
        actor=actor,
        now=now,
        subject=caution.expert,
        after={"结果": result, "警告原因": caution.reason},
        note=answer,
    )
    return objection


def check_caution_answerer(*, objection: CautionObjection, actor: User, now: datetime) -> None:
    """Refuse (EvaluationRefused) who is no second person to both who gave the caution and to him who objects; the page
    asks before anything is typed. Where nobody else is there, two take it back (`services.lifts`)."""
    if objection.is_forged:
        raise EvaluationRefused(FORGED)
    if is_outsider(actor):
        raise EvaluationRefused("专家账号不能答复申诉，请使用工作账号。")
    caution = objection.caution
    gave = (caution.requested_by_id, caution.decided_by_id)
    if actor.pk in gave:
        raise EvaluationRefused("这次警告由您申请或确认，请由其他人答复。")
    firsts = [pk for pk in (*gave, caution.expert.user_id) if pk is not None]
    if why := why_not_second(actor, firsts, asked_at=objection.asked_at, now=now):
        raise EvaluationRefused(why)


def _tell(objection: CautionObjection, caution: Sanction, result: str, *, now: datetime) -> None:
    expert = caution.expert
    envelope = Envelope(
        recipient=recipient_of(expert),
        context={
            "专家姓名": expert.name,
            "警告原因": caution.reason,
            "结果": result,
            "答复": as_sentence(objection.answer),
            # Only told: nothing waits for him, so nobody is let in for it (docs/decisions/0385).
            "网址": page_for(expert, reverse("evaluations:own")),
        },
        about=expert,
        key=f"{CAUTION_ANSWERED.code}:{objection.pk}",
    )
    occasion = CAUTION_ANSWERED.code
    send_messages(occasion=occasion, envelopes=[envelope], channels=WAYS, now=now, surely=True)
    gave = {user.pk: user for user in (caution.requested_by, caution.decided_by) if user}
    page = reverse("experts:detail", args=[expert.pk]) + "?tab=evaluations"
    tell_staff(
        CAUTION_ANSWERED_OFFICE,
        [*gave.values()],
        about=expert,
        context={
            "专家编号": expert.number,
            "答复人": objection.answered_by.name if objection.answered_by else "",
            "结果": result,
            "网址": settings.SITE_URL + page,
        },
        key=f"{CAUTION_ANSWERED_OFFICE.code}:{objection.pk}",
        now=now,
    )
