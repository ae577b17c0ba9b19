"""Ratings for the demonstration."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.draws.models import Draw
from expertpool.draws.queries.meetings import last_closing
from expertpool.evaluations.enums import Participation
from expertpool.evaluations.models import Evaluation
from expertpool.evaluations.queries.windows import rated_lines
from expertpool.evaluations.services.rating import Marks, rate_experts
from expertpool.evaluations.services.windows import close_evaluation, open_evaluation

HOUR = timedelta(hours=1)
# What was said of one expert after the other: grades by dimension, how much he took part, in words.
SAID = (
    ((95, 95, 95, 95), Participation.VERY_HIGH, "意见具体，指出了三处图纸问题。"),
    ((85, 85, 95, 85), Participation.HIGH, ""),
    ((70, 85, 85, 50), Participation.FAIR, "迟到二十分钟，评审中接听电话。"),
    ((85, 95, 85, 95), Participation.HIGH, ""),
)


@transaction.atomic
def ensure_demo_evaluations(*, draw: Draw, operator: User, now: datetime) -> None:
    """Let the experts of a review that is over be rated the day after it, and its time end; once."""
    over = last_closing(draw.covered) + 2 * HOUR
    if over > now or Evaluation.objects.filter(project=draw.project_id).exists():
        return
    row = open_evaluation(project_id=draw.project_id, now=over)
    if row is None or row.expert_form is None:
        return
    names = [one.name for one in row.expert_form.asked]
    said = {
        pk: Marks(dict(zip(names, scores, strict=False)), participation, comment)
        for pk, (scores, participation, comment) in zip(
            rated_lines(row.project), SAID, strict=False
        )
    }
    rate_experts(evaluation=row, marks=said, actor=operator, now=over + HOUR)
    if row.due_at <= now:
        close_evaluation(evaluation_id=row.pk, now=row.due_at)
