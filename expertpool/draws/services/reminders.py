"""Reminding experts, once each: those who have not answered, and those whose review comes near."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.db.models.fields import DateTimeField

from expertpool.core.configuration import value_of
from expertpool.draws.enums import INVALID, InvitationState
from expertpool.draws.models import Draw, DrawPause, Invitation
from expertpool.draws.occasions import ANSWER_REMINDER, REMINDER
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.telling import tell_experts
from expertpool.draws.settings import REMIND_HOURS, REMIND_SHARE
from expertpool.notifications.occasions import Occasion
from expertpool.projects.enums import ProjectStatus

logger = logging.getLogger(__name__)


def remind(*, now: datetime, entropy: Entropy) -> int:
    """Remind everybody who is due at ``now``, each draw in a transaction of its own; return how many.

    Nobody is reminded twice of the same: whoever answers, or is asked anew, may be once more.
    """
    count = 0
    for occasion, rows in ((ANSWER_REMINDER, slow(now=now)), (REMINDER, coming(now=now))):
        for draw_id in rows.order_by("draw").values_list("draw", flat=True).distinct():
            try:
                count += _remind(occasion, rows, draw_id, now=now, entropy=entropy)
            except Exception:
                logger.exception("draw %s: %s could not be sent", draw_id, occasion.code)
    return count


def slow(*, now: datetime) -> QuerySet[Invitation]:
    """Return the open invitations of which the share of the time to answer has passed."""
    share = value_of(REMIND_SHARE)
    if not share:
        return Invitation.objects.none()
    paused = DrawPause.objects.filter(draw=OuterRef("draw"), resumed_at__isnull=True)
    due = F("reached_at") + (F("deadline_at") - F("reached_at")) * (share / 100)
    rows = _unreminded().filter(state=InvitationState.INVITED, reached_at__isnull=False)
    rows = rows.alias(due=ExpressionWrapper(due, output_field=DateTimeField()))
    return rows.filter(~Exists(paused), due__lte=now, deadline_at__gt=now)


def coming(*, now: datetime) -> QuerySet[Invitation]:
    """Return the accepted invitations whose panel sits within the hours of the office; who agreed
    within them knows it."""
    ahead = timedelta(hours=value_of(REMIND_HOURS))
    if not ahead:
        return Invitation.objects.none()
    near = Q(draw__projects__opening_at__gt=now, draw__projects__opening_at__lte=now + ahead)
    agreed = Q(draw__projects__opening_at__gt=F("replied_at") + ahead)
    rows = Invitation.objects.filter(near & agreed, state=InvitationState.ACCEPTED)
    return _unreminded().filter(pk__in=rows.values("pk"))


def _unreminded() -> QuerySet[Invitation]:
    rows = Invitation.objects.filter(reminded_at__isnull=True).exclude(draw__status__in=INVALID)
    return rows.exclude(draw__projects__status=ProjectStatus.ARCHIVED)


@transaction.atomic
def _remind(
    occasion: Occasion,
    due: QuerySet[Invitation],
    draw_id: int,
    *,
    now: datetime,
    entropy: Entropy,
) -> int:
    # Answers, and a change of time, hold the same lock.
    draw = Draw.objects.select_for_update(of=("self",)).select_related("project").get(pk=draw_id)
    rows: Sequence[Invitation] = list(due.filter(draw=draw).order_by("line"))
    for row in rows:
        row.draw = draw
    Invitation.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=now)
    key = f"{occasion.code}:{now:%Y%m%d%H%M%S}"  # another comes after another time alone
    tell_experts(occasion, rows, key=key, now=now, entropy=entropy)
    return len(rows)
