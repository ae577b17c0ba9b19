"""Experts are told what they may rate, and what was said of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from expertpool.core.configuration import value_of
from expertpool.core.text import moment_text
from expertpool.draws.models import Invitation
from expertpool.evaluations.models import Evaluation
from expertpool.evaluations.settings import OBJECTION
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import account_of
from expertpool.experts.services.contacts import recipient_of
from expertpool.experts.services.letting_in import door_words, let_in
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.services.sending import Envelope, send_messages

WAYS = (ChannelCode.SITE, ChannelCode.EMAIL, ChannelCode.SMS)


def tell_experts(
    occasion: Occasion,
    evaluation: Evaluation,
    lines: QuerySet[Invitation],
    *,
    now: datetime,
    key: str = "",
    words: Mapping[str, str] | None = None,
) -> None:
    """Tell the experts behind ``lines``, released ones of the project, of ``occasion``, each once for each ``key``. Who may read such a
    message is asked as for all that is about a line."""
    rows = lines.filter(expert__isnull=False).select_related("expert__user", "draw").order_by("pk")
    leads_there = "网址" in occasion.placeholders
    under_way = let_in([row.expert for row in rows if row.expert and leads_there], now=now)
    said = {
        "项目名称": evaluation.project.name,
        "截止时间": moment_text(evaluation.due_at),
        **(words or {}),
    }
    envelopes = [
        Envelope(
            recipient=recipient_of(row.expert),
            context={
                name: value
                for name, value in {**said, **_his(row.expert, evaluation, under_way)}.items()
                if name in occasion.placeholders
            },
            about=row,
            key=f"{occasion.code}:{evaluation.pk}:{row.pk}:{key}",
        )
        for row in rows
        if row.expert is not None
    ]
    send_messages(
        occasion=occasion.code,
        envelopes=envelopes,
        channels=WAYS,
        now=now,
        surely=True,
        kind=evaluation.project.kind,
    )


def _his(expert: Expert, evaluation: Evaluation, under_way: Collection[int]) -> dict[str, str]:
    last = objects_until(expert, evaluation.object_until)
    page = door_words(expert, reverse("evaluations:own"), under_way=under_way)
    return {"专家姓名": expert.name, "申诉截止": last, "网址": page}


def objects_until(expert: Expert, until: datetime | None) -> str:
    """Return in words until when ``expert`` may object."""
    if account_of(expert) is None:
        return f"账号开通后 {value_of(OBJECTION)} 个工作日届满"
    return moment_text(until) if until else ""
