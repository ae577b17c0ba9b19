"""An expert objects to a rating once, and somebody who did not give it answers."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider
from expertpool.audit.services import record
from expertpool.core.text import SAY_MORE, as_sentence, is_reason
from expertpool.draws.models import Invitation
from expertpool.draws.services.telling import tell_staff
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.models import LONGEST, CautionObjection, Rating, RatingObjection
from expertpool.evaluations.occasions import ANSWERED, ANSWERED_RATER
from expertpool.evaluations.queries.own import may_object
from expertpool.evaluations.services.telling import tell_experts
from expertpool.experts.models import Expert
from expertpool.workflow.queries.second_person import why_not_second

FORGED = "这项申诉不是专家在系统中提出的，或在系统之外被改动过，不能答复；请报告安全管理员。"
ONCE = "对这份评价已经申诉过，或申诉期限已过；请刷新页面查看。"
Said = TypeVar("Said", RatingObjection, CautionObjection)


@transaction.atomic
def object_to(
    *, rating: Rating, expert: Expert, text: str, actor: User, now: datetime
) -> RatingObjection:
    """Object, as ``expert`` himself, to what was said of him. Logged without his words.

    Refuses (EvaluationRefused) another's rating, too few words or too many, and what is too late or was done.
    """
    row = Rating.objects.select_for_update(of=("self",)).select_related("evaluation", "expert")
    rating = row.get(pk=rating.pk)
    rated = rating.expert
    # What was said of a record that was merged since into his is about him as well.
    is_his = rated is not None and expert.pk in (rated.pk, rated.merged_into_id)
    if actor.pk != expert.user_id or not is_his:
        raise EvaluationRefused("只有专家本人可以对自己的评价申诉。")
    if not may_object(rating, now=now):
        raise EvaluationRefused(ONCE)
    said = RatingObjection(rating=rating, text=words_of(text), asked_at=now)
    made = say_once(said, RatingObjection.objects.filter(rating=rating), ONCE)
    # His words are for who answers: the log has more readers.
    record("evaluation.object", actor=actor, now=now, subject=expert)
    return made


def words_of(text: str) -> str:
    """Return ``text`` as what an expert says; refuses (EvaluationRefused) too few words, and too many."""
    text = text.strip()
    if not is_reason(text):
        raise EvaluationRefused(f"请写明哪里与事实不符{SAY_MORE}。", field="text")
    if len(text) > LONGEST:
        raise EvaluationRefused(
            f"最多写 {LONGEST} 字，请精简；材料可以作为附件上传。", field="text"
        )
    return text


def say_once(made: Said, before: QuerySet[Said], refusal: str) -> Said:
    """Keep what somebody says, and return it; refuses (EvaluationRefused with ``refusal``) a second time. What somebody
    else wrote ``before`` in his place, without a proof, takes it from nobody: his words come there."""
    try:
        # Of two clicks at once only the key sees the other.
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        there = before.get()
        if not there.is_forged:
            raise EvaluationRefused(refusal) from None
        there.text, there.asked_at, there.answer = made.text, made.asked_at, ""
        there.save()
        return there
    return made


def settle_once(
    objection: RatingObjection | CautionObjection,
    *,
    uphold: bool,
    answer: str,
    actor: User,
    now: datetime,
) -> str:
    """Write the answer to ``objection`` with its proof, and return it; refuses (EvaluationRefused) one that gives no
    reason, and a second one."""
    if objection.is_forged:
        raise EvaluationRefused(FORGED)
    answer = answer.strip()
    if not is_reason(answer):
        raise EvaluationRefused(f"请写明答复的理由{SAY_MORE}，专家会收到。", field="answer")
    # Of two who answer at once the second finds none that waits.
    rows = type(objection)._default_manager.filter(pk=objection.pk, answered_at__isnull=True)
    if not rows.update(upheld=uphold, answer=answer, answered_by=actor, answered_at=now):
        raise EvaluationRefused("这项申诉已经有人答复，请刷新页面。")
    objection.refresh_from_db()
    # The update above went past `save`, which makes the proof.
    objection.save(update_fields=["proof"])
    return answer


@transaction.atomic
def answer_objection(
    *, objection: RatingObjection, uphold: bool, answer: str, actor: User, now: datetime
) -> RatingObjection:
    """Answer an objection for good; where it is right, its rating counts no more. Its expert is told. Logged.

    Refuses (EvaluationRefused) the account of an expert, whoever gave the rating or is no second person to him who gave
    it and to him who objects (docs/decisions/0082), an answer that gives no reason, and what was answered already.
    """
    check_answerer(objection=objection, actor=actor, now=now)
    answer = settle_once(objection, uphold=uphold, answer=answer, actor=actor, now=now)
    locked = Rating.objects.select_for_update(of=("self",))
    beside = ("evaluation__project", "expert", "rater", "form", "invitation__draw")
    rating = locked.select_related(*beside).get(pk=objection.rating_id)
    if uphold:
        rating.withdrawn_at = now
        # The proof says that it is withdrawn: without a new one it would read as altered.
        rating.save(update_fields=["withdrawn_at", "proof"])
    result = "撤销这份评价，不再计入" if uphold else "维持原评价"
    tell_experts(
        ANSWERED,
        rating.evaluation,
        Invitation.objects.filter(pk__in=[rating.invitation_id]),
        now=now,
        key=str(objection.pk),
        words={"结果": result, "答复": as_sentence(answer)},
    )
    _tell_rater(objection, rating, result, now=now)
    record(
        "evaluation.answer",
        actor=actor,
        now=now,
        subject=rating.expert,
        after={"结果": result},
        note=answer,
    )
    return objection


def check_answerer(*, objection: RatingObjection, actor: User, now: datetime) -> None:
    """Refuse (EvaluationRefused) who is no second person to him who rated and to him who objects; the page asks before
    anything is typed."""
    if objection.is_forged:
        raise EvaluationRefused(FORGED)
    # A colleague of the expert, whatever rights his account was given.
    if is_outsider(actor):
        raise EvaluationRefused("专家账号不能答复申诉，请使用工作账号。")
    if objection.rating.rater_id == actor.pk:
        raise EvaluationRefused("这份评价是您给的，请由其他人答复。")
    expert = objection.rating.expert
    firsts = {objection.rating.rater_id}
    if expert is not None and expert.user_id is not None:
        firsts.add(expert.user_id)
    if why := why_not_second(actor, firsts, asked_at=objection.asked_at, now=now):
        raise EvaluationRefused(why)


def _tell_rater(objection: RatingObjection, rating: Rating, result: str, *, now: datetime) -> None:
    """Tell who gave ``rating`` what came of it, without the name: of a project's messages others read the text."""
    answerer = objection.answered_by
    if answerer is None or rating.rater is None:
        return
    page = reverse("evaluations:detail", args=[rating.evaluation_id])
    tell_staff(
        ANSWERED_RATER,
        [rating.rater],
        about=rating.evaluation.project,
        context={
            "项目名称": rating.evaluation.project.name,
            "答复人": answerer.name,
            "结果": result,
            "网址": settings.SITE_URL + page,
        },
        key=f"{ANSWERED_RATER.code}:{objection.pk}",
        now=now,
    )
