"""What an expert asks about his data."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.configuration import value_of
from expertpool.core.text import SAY_MORE, is_reason
from expertpool.core.workdays import end_of_working_days
from expertpool.experts.models import Expert
from expertpool.privacy.enums import RequestKind
from expertpool.privacy.exceptions import PrivacyRefused
from expertpool.privacy.models import DataRequest
from expertpool.privacy.queries.requests import requests_of
from expertpool.privacy.settings import ANSWER_DAYS

MOST_TEXT = 500
WAITS = "这一事项您已提出，请等待答复。"


@transaction.atomic
def ask_about_data(
    *, expert: Expert, kind: str, text: str, actor: User, now: datetime
) -> DataRequest:
    """Ask, as the expert himself, for ``kind`` (`RequestKind`). Logged without what he wrote.

    Refuses (PrivacyRefused) another's record, too few words or too many, and a second request of the kind while one
    waits. The office has to answer within working days (`ANSWER_DAYS`).
    """
    if actor.pk != expert.user_id:
        raise PrivacyRefused("只有专家本人可以提出。")
    if kind not in RequestKind.values:
        raise PrivacyRefused("请选择事项。")
    text = text.strip()
    if not is_reason(text):
        raise PrivacyRefused(f"请写明要求{SAY_MORE}。")
    if len(text) > MOST_TEXT:
        raise PrivacyRefused(f"最多写 {MOST_TEXT} 字，请精简。")
    # Of two clicks at once the second waits here. What nobody asked here takes no place.
    Expert.objects.select_for_update(of=("self",), no_key=True).get(pk=expert.pk)
    if requests_of(expert).filter(kind=kind, answered_at__isnull=True).exists():
        raise PrivacyRefused(WAITS)
    row = DataRequest(
        expert=expert,
        kind=kind,
        text=text,
        asked_at=now,
        due_at=end_of_working_days(value_of(ANSWER_DAYS), after=now),
    )
    row.save(force_insert=True)
    after = {"事项": row.get_kind_display()}
    record("privacy.request", actor=actor, now=now, subject=expert, after=after)
    return row
