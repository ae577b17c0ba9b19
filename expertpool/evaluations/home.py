"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.accounts.queries import WaitingFor
from expertpool.core.home import Number, Source, Todo, some
from expertpool.core.text import moment_text, plain_number
from expertpool.evaluations.models import Evaluation
from expertpool.evaluations.permissions import ANSWER, RATE
from expertpool.evaluations.queries.caution_objections import caution_objections_waiting
from expertpool.evaluations.queries.own import asked_of, objections_waiting, own_ratings
from expertpool.evaluations.queries.ratings import summary_of
from expertpool.evaluations.queries.windows import to_rate
from expertpool.experts.queries.experts import expert_for

_to_rate = WaitingFor(lambda user, now: some(to_rate(user, now)))
_objections = WaitingFor(lambda user, now: some(objections_waiting(user)))
_of_cautions = WaitingFor(lambda user, now: some(caution_objections_waiting(user)))


def projects_to_rate(user: User, now: datetime) -> Iterator[Todo]:
    rows, url = _to_rate(user), reverse("evaluations:list")
    yield Todo("评价专家", "个项目的专家等待评价", url, "star", "amber", "评价", rows)


def _going_on() -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(closed_at__isnull=True)


def objections_to_answer(user: User, now: datetime) -> Iterator[Todo]:
    rows, url = _objections(user), reverse("evaluations:objections")
    text = "项专家的评价申诉等待答复"
    yield Todo("答复评价申诉", text, url, "message-circle", "amber", "答复", rows)


def caution_objections_to_answer(user: User, now: datetime) -> Iterator[Todo]:
    rows, url = _of_cautions(user), reverse("evaluations:caution_objections")
    text = "项专家的警告申诉等待答复"
    yield Todo("答复警告申诉", text, url, "alert-triangle", "amber", "答复", rows)


def reviews_to_rate(user: User, now: datetime) -> Iterator[Todo]:
    """What an expert may say of who organised his reviews."""
    expert = expert_for(user)
    for one in asked_of(expert, now=now) if expert else ():
        if one.rating is None:
            url = reverse("evaluations:own_rate", args=[one.evaluation.pk, one.target])
            text = f"{one.title}，{moment_text(one.evaluation.due_at)} 截止"
            yield Todo(f"评价{one.target.label}", text, url, "star", "blue", "评价")


def own_mean(user: User, now: datetime) -> Iterator[Number]:
    """What he may read one by one, on the average; nothing where there is none."""
    expert = expert_for(user)
    total = summary_of(own_ratings(expert)).total if expert is not None else None
    if total is not None:
        url = reverse("evaluations:own")
        yield Number("平均得分", 0, url, "star", text=plain_number(total.mean))


NUMBERS = (Source("ratings_own", "experts.self", 40, own_mean),)
TODOS = (
    Source("evaluations_to_rate", RATE, 110, projects_to_rate, _going_on),
    Source("evaluations_to_answer", ANSWER, 115, objections_to_answer),
    Source("evaluations_cautions_to_answer", ANSWER, 116, caution_objections_to_answer),
    Source("evaluations_own", "experts.self", 60, reviews_to_rate),
)
