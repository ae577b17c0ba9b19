"""Ratings of experts: by each rater once for each of them, all of a project in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.draws.models import Invitation
from expertpool.draws.queries.identity import open_identity
from expertpool.draws.queries.panel import who_sat
from expertpool.draws.queries.written import is_written
from expertpool.evaluations.enums import BY_EXPERTS, Participation, Target
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.models import LONGEST, SCORES, Evaluation, Rating, RatingForm
from expertpool.evaluations.queries.own import sat_in
from expertpool.evaluations.queries.windows import may_rate
from expertpool.experts.models import Expert

AGAIN = "这位专家您已经评价过，每个项目每人只评一次；请刷新页面查看。"
OVER = "这个项目的评价已经结束，或您无权评价；请刷新页面查看。"


@dataclass(frozen=True)
class Marks:
    """What a rater says of one expert: of each dimension how many of 100, how much he took part, and in words."""

    scores: Mapping[str, int]
    participation: str
    comment: str = ""


def hold_evaluation(evaluation: Evaluation) -> Evaluation:
    """Return ``evaluation`` as it is now, held until the transaction ends: it is not closed meanwhile, and two who
    rate come one after the other."""
    rows = Evaluation.objects.select_for_update(of=("self",))
    return rows.select_related("project", "expert_form").get(pk=evaluation.pk)


@transaction.atomic
def rate_experts(
    *, evaluation: Evaluation, marks: Mapping[int, Marks], actor: User, now: datetime
) -> list[Rating]:
    """Rate experts of a project as ``actor``: ``marks`` by the line of each. What is said stays. Logged for the
    project, without who was rated how.

    Refuses (EvaluationRefused) what is over or not his, nobody, whoever did not sit to the end, a dimension that is
    left out or has no such grade, and an expert whom he has rated: then nothing is written.
    """
    row = hold_evaluation(evaluation)
    form = row.expert_form
    if form is None or not may_rate(actor, row, now=now):
        raise EvaluationRefused(OVER)
    if not marks:
        raise EvaluationRefused("还没有填写任何一位专家的评价。")
    members, lines = who_sat(row.project), Invitation.objects.in_bulk(list(marks))
    made = []
    for pk, said in marks.items():
        line = lines.get(pk)
        # The keys come from the page: any line of any project may be posted.
        if line is None or pk not in members or not is_written(line):
            raise EvaluationRefused("有一位专家没有参加这次评审，不能评价；请刷新页面。")
        check_marks(form, said)
        rating = Rating(
            evaluation=row,
            form=form,
            target=Target.EXPERT,
            rater=actor,
            # What was sealed says who it is: a row can be written.
            expert_id=open_identity(line).expert_id,
            invitation=line,
            scores=dict(said.scores),
            total=form.total_of(said.scores),
            participation=Participation(said.participation),
            comment=said.comment.strip(),
            given_at=now,
        )
        made.append(_kept(rating))
    record("evaluation.rate", actor=actor, now=now, subject=row.project, after={"人数": len(made)})
    return made


@transaction.atomic
def rate_organiser(
    *,
    evaluation: Evaluation,
    target: Target,
    scores: Mapping[str, int],
    comment: str,
    expert: Expert,
    actor: User,
    now: datetime,
) -> Rating:
    """Say, as ``expert`` who sat in the panel, how who organised the review did; once. What is said stays, and is
    shown without who said it once the time for it is over. Logged without what, by whom and where.

    Refuses (EvaluationRefused) another's account, who did not sit to the end, what is over or is not asked, a
    dimension that is left out, and a second time.
    """
    row = hold_evaluation(evaluation)
    # An expert says something of who organised, never of another expert.
    form = row.form_for(target) if target in BY_EXPERTS else None
    is_his = actor.pk == expert.user_id and row.project_id in sat_in(expert, {row.project_id})
    if form is None or not is_his or not row.is_open(now):
        raise EvaluationRefused("这个项目的评价已经结束，或不需要您评价；请刷新页面查看。")
    check_marks(form, Marks(scores, "", comment))
    rating = Rating(
        evaluation=row,
        form=form,
        target=target,
        rater=actor,
        scores=dict(scores),
        total=form.total_of(scores),
        comment=comment.strip(),
        given_at=now,
    )
    kept = _kept(rating, again="您已经评价过，每次评审只评一次。")
    # Who reads the log would know whose the words are: who said it stands in the row alone.
    record("evaluation.rate_organiser", actor=None, now=now, note="由一位参评专家提交，不记是谁")
    return kept


def check_marks(form: RatingForm, said: Marks) -> None:
    """Refuse (EvaluationRefused) what does not answer ``form``."""
    grades = {one.score for one in form.answers}
    for one in form.asked:
        score = said.scores.get(one.name)
        fits = score is not None and SCORES.low <= score <= SCORES.high
        if not fits or (grades and score not in grades):
            raise EvaluationRefused(f"「{one.name}」没有填写，或不是评价表里的等级。")
    if set(said.scores) - {one.name for one in form.asked}:
        raise EvaluationRefused("评价表已更换，请刷新页面后重新填写。")
    if len(said.comment) > LONGEST:
        raise EvaluationRefused(f"评语最多 {LONGEST} 字，请精简。")


def _kept(rating: Rating, *, again: str = AGAIN) -> Rating:
    try:
        # Of two windows at once only the constraint sees the other.
        with transaction.atomic():
            rating.save(force_insert=True)
    except IntegrityError:
        raise EvaluationRefused(again) from None
    return rating
