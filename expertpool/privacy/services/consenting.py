"""An expert agrees to what his data are used for, or takes it back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.experts.models import Expert
from expertpool.joining.enums import Purpose
from expertpool.joining.services.setup import ANEW, ensure_consent
from expertpool.privacy.exceptions import PrivacyRefused
from expertpool.privacy.models import Consent
from expertpool.privacy.queries.consents import standings_of
from expertpool.privacy.services.erasing import lock_expert


@transaction.atomic
def set_consent(
    *, expert: Expert, purpose: str, given: bool, version: int, actor: User, now: datetime
) -> Consent | None:
    """Agree, as the expert himself, to the text of ``purpose`` in the ``version`` that he has read, or take it back.
    Logged. What stands already is not written again, and None.

    Refuses (PrivacyRefused) another's record, a purpose that there is none of, and a text that is not the present one.
    """
    if actor.pk != expert.user_id:
        raise PrivacyRefused("只有专家本人可以同意或撤回。")
    if purpose not in Purpose.values:
        raise PrivacyRefused("没有这一项用途，请刷新页面。")
    # Of two clicks at once the second finds what the first wrote.
    expert = lock_expert(expert)
    now_is = next(one for one in standings_of(expert) if one.purpose == purpose)
    text = ensure_consent(purpose, now=now)
    if given:
        if text.number != version:
            raise PrivacyRefused(ANEW)
        if now_is.given and now_is.text == text:
            return None
    elif now_is.at is not None and not now_is.given:
        return None
    else:
        text = now_is.text or text
    row = Consent(expert=expert, text=text, given=given, at=now)
    row.save(force_insert=True)
    after = {"用途": str(Purpose(purpose).label), "告知书": str(text), "同意": given}
    record("privacy.consent", actor=actor, now=now, subject=expert, after=after)
    return row
