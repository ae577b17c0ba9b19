"""What is asked about experts and organisers: each save is a version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import save_version
from expertpool.core.locks import lock_transaction
from expertpool.evaluations.enums import Target
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.models import (
    MOST_DIMENSIONS,
    MOST_GRADES,
    SCORES,
    WEIGHTS,
    RatingForm,
)
from expertpool.evaluations.models.forms import Dimension, Grade
from expertpool.evaluations.queries.forms import form_for, latest_form

LOCK = "evaluations.forms"
MEANWHILE = "评价表刚刚由别人保存过，请重新打开后再改。"


@transaction.atomic
def save_form(
    *,
    target: Target,
    project_kind: str,
    dimensions: Sequence[Dimension],
    grades: Sequence[Grade],
    active: bool,
    base: int,
    actor: User | None,
    now: datetime,
) -> RatingForm:
    """Save the next version of a form, which counts for what is opened from now on; without a difference the one
    that stands is returned. ``base`` is the version that was read, 0 for none. Logged.

    Refuses (EvaluationRefused) no dimension or too many, one twice, weights and scores out of bounds, fewer than two
    grades, two that are worth the same, and what others saved since.
    """
    _check(dimensions, grades)
    # Of a form that nobody has saved there is no row to hold.
    lock_transaction(LOCK)
    known = latest_form(target, project_kind)
    row = RatingForm(
        target=target,
        project_kind=project_kind,
        version=base + 1,
        active=active,
        dimensions=[asdict(one) for one in dimensions],
        grades=[asdict(one) for one in grades],
        at=now,
        by=actor,
    )
    return save_version(
        row,
        known=known,
        said=_said,
        words=_words,
        action="evaluation.form",
        meanwhile=EvaluationRefused(MEANWHILE),
        actor=actor,
        now=now,
    )


def _check(dimensions: Sequence[Dimension], grades: Sequence[Grade]) -> None:
    names, labels = [one.name for one in dimensions], [one.label for one in grades]
    scores = [one.score for one in grades]
    if not 1 <= len(names) <= MOST_DIMENSIONS:
        raise EvaluationRefused(f"请写 1 至 {MOST_DIMENSIONS} 项评价维度。", field="dimensions")
    if len(set(names)) < len(names):
        raise EvaluationRefused("有两项维度同名，请改名或合并。", field="dimensions")
    if not all(WEIGHTS.low <= one.weight <= WEIGHTS.high for one in dimensions):
        raise EvaluationRefused(f"权重{WEIGHTS.sentence}", field="dimensions")
    if grades and not 2 <= len(grades) <= MOST_GRADES:
        raise EvaluationRefused(
            f"等级写 2 至 {MOST_GRADES} 个；不写等级时直接打 0 至 100 分。", field="grades"
        )
    if len(set(labels)) < len(labels) or len(set(scores)) < len(scores):
        raise EvaluationRefused("有两个等级同名或同分，请改为不同。", field="grades")
    if not all(SCORES.low <= one <= SCORES.high for one in scores):
        raise EvaluationRefused(f"等级的分值{SCORES.sentence}", field="grades")


def _said(form: RatingForm) -> tuple[object, ...]:
    return form.active, form.dimensions, form.grades


def _words(form: RatingForm) -> dict[str, str]:
    return {
        "版本": f"第 {form.version} 版",
        "维度": form.asked_text,
        "等级": form.answers_text,
        "启用": "是" if form.active else "否",
    }


def form_to_use(target: Target, project_kind: str, *, now: datetime) -> RatingForm | None:
    """Return by what ``target`` is rated from now on, saved: the standard form becomes its first version."""
    found = form_for(target, project_kind)
    if found is None or found.pk:
        return found
    # Ratings point at a version: the standard one gets a row when it is first used.
    return save_form(
        target=target,
        project_kind="",
        dimensions=found.asked,
        grades=found.answers,
        active=True,
        base=0,
        # Nobody chose it: the office has set up nothing.
        actor=None,
        now=now,
    )
