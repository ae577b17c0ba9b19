"""Ratings for the demonstration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.draws.models import Draw
from expertpool.draws.queries.meetings import last_closing
from expertpool.draws.queries.panel import who_sat
from expertpool.evaluations.enums import Participation, SanctionKind, Target
from expertpool.evaluations.models import Evaluation
from expertpool.evaluations.queries.caution_objections import may_object_to
from expertpool.evaluations.queries.own import may_object
from expertpool.evaluations.queries.sanctions import cautions_of
from expertpool.evaluations.services.caution_objections import object_to_caution
from expertpool.evaluations.services.objections import object_to
from expertpool.evaluations.services.rating import Marks, rate_experts, rate_organiser
from expertpool.evaluations.services.sanctions import decide_sanction, request_sanction
from expertpool.evaluations.services.windows import close_evaluation, open_evaluation
from expertpool.experts.models import Expert

HOUR = timedelta(hours=1)
# What was said of him who objects to it, then of one expert after the other: grades by dimension, how much he took part, in words.
SAID = (
    ((70, 85, 85, 50), Participation.FAIR, "迟到二十分钟，评审中接听电话。"),
    ((95, 95, 95, 95), Participation.VERY_HIGH, "意见具体，指出了三处图纸问题。"),
    ((85, 85, 95, 85), Participation.HIGH, ""),
    ((85, 95, 85, 95), Participation.HIGH, ""),
)


@transaction.atomic
def ensure_demo_evaluations(
    *, draw: Draw, operator: User, two: Sequence[User], expert: Expert, now: datetime
) -> None:
    """Let the experts of a review that is over be rated the day after it, and its time end; ``expert``, who sat there, says
    what he thinks of it, is cautioned by ``two`` and objects. Of one that was only lately one is rated, the others wait. Once."""
    over = last_closing(draw.covered) + 2 * HOUR
    if over > now or Evaluation.objects.filter(project=draw.project_id).exists():
        return
    row = open_evaluation(project_id=draw.project_id, now=over)
    if row is None or row.expert_form is None:
        return
    names = [one.name for one in row.expert_form.asked]
    sat = sorted(who_sat(row.project).values(), key=lambda one: one.expert_id != expert.pk)
    said = {
        one.invitation_id: Marks(dict(zip(names, scores, strict=False)), participation, comment)
        for one, (scores, participation, comment) in zip(sat, SAID, strict=False)
    }
    if row.due_at > now:
        some = dict([*said.items()][1:2])
        rate_experts(evaluation=row, marks=some, actor=operator, now=min(now, over + HOUR))
    else:
        rate_experts(evaluation=row, marks=said, actor=operator, now=over + HOUR)
        _say_of_organiser(row, expert, now=over + 3 * HOUR)
        close_evaluation(evaluation_id=row.pk, now=row.due_at)
        _object(row, expert, now=min(now, row.due_at + 26 * HOUR))
        _caution(row, expert, *two, now=now)


def _say_of_organiser(row: Evaluation, expert: Expert, *, now: datetime) -> None:
    if row.organiser_form is None or expert.user is None:
        return
    names = [one.name for one in row.organiser_form.asked]
    rate_organiser(
        evaluation=row,
        target=Target.ORGANISER,
        scores=dict(zip(names, (95, 70, 95), strict=False)),
        comment="材料到场才发，建议提前一天。",
        expert=expert,
        actor=expert.user,
        now=now,
    )


def _object(row: Evaluation, expert: Expert, *, now: datetime) -> None:
    row.refresh_from_db()
    rating = row.ratings.filter(expert=expert).first()
    if rating is None or expert.user is None or not may_object(rating, now=now):
        return
    text = (
        "「遵守纪律」评得偏低：当天路上堵车，我提前打过电话；评审中接的是组织单位的电话，请核对。"
    )
    object_to(rating=rating, expert=expert, text=text, actor=expert.user, now=now)


def _caution(row: Evaluation, expert: Expert, first: User, second: User, *, now: datetime) -> None:
    if expert.user is None or not row.ratings.filter(expert=expert).exists():
        return
    reason = f"「{row.project.name}」评审迟到二十分钟，评审中接听电话。"
    kind, at = SanctionKind.CAUTION, min(now, row.due_at + 10 * HOUR)
    asked = request_sanction(expert=expert, kind=kind, reason=reason, actor=first, now=at)
    decide_sanction(request=asked, agree=True, note="", actor=second, now=at)
    (caution,) = cautions_of(expert)
    later = min(now, at + 27 * HOUR)
    if may_object_to(caution, now=later):
        text = "迟到是路上事故，我提前打过电话；接的是组织单位的电话。警告与事实不符，请撤销。"
        object_to_caution(caution=caution, expert=expert, text=text, actor=expert.user, now=later)
