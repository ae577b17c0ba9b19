"""Experts are reminded before their time is over, and told once they are not drawn any more."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.configuration import value_of
from expertpool.core.events import publish
from expertpool.core.visibility import told_later
from expertpool.experts.enums import ExpertStatus
from expertpool.inspections.enums import TO_SUBMIT, RoundState
from expertpool.inspections.events import ExpertsSuspended
from expertpool.inspections.exceptions import InspectionRefused
from expertpool.inspections.models import Inspection, Round
from expertpool.inspections.occasions import ASKED, DONE, REMINDED, SUSPENDED
from expertpool.inspections.queries.reminders import about_reminder
from expertpool.inspections.queries.suspension import holding, over_due, standing_rounds
from expertpool.inspections.services.telling import tell
from expertpool.inspections.settings import REMINDERS

AT_ONCE = 200
LATE = 3  # days for which a reminder still goes out: the system may have stood still


def _to_remind() -> QuerySet[Inspection]:
    """Return what is not handed in, as far as may be told: that somebody gets no reminder says nothing of him.
    Who has handed in today is told so by it (`_said_to`)."""
    rows = Inspection.objects.filter(state__in=TO_SUBMIT) | Inspection.objects.filter(
        told_later(Inspection)
    )
    rows = rows.filter(round__state=RoundState.OPEN, round__in=standing_rounds())
    rows = rows.filter(expert__status=ExpertStatus.FORMAL)
    return rows.select_related("round", "expert__user").order_by("pk")


def remind(*, now: datetime) -> int:
    """Remind whose last day is in as many days as the office has chosen; return how many. However often it is
    called, each is reminded once for each of these days."""
    today, count = timezone.localdate(now), 0
    chosen = sorted((int(days) for days in value_of(REMINDERS)), reverse=True)
    for at, days in enumerate(chosen):
        nearer = chosen[at + 1] if at + 1 < len(chosen) else -1
        for left in range(days, max(days - LATE, nearer, -1), -1):
            due = today + timedelta(days=left)
            # Who was asked to hand in since that day needs no reminder of it.
            before = timezone.make_aware(
                datetime.combine(due - timedelta(days=days), datetime.min.time())
            )
            rows = _to_remind().filter(due_on=due, round__opened_at__lt=before)
            count += _remind(list(rows), f"{due}:{days}", left, now)
    return count


def _remind(rows: list[Inspection], key: str, left: int, now: datetime) -> int:
    said = f"还有 {left} 天" if left > 0 else "今天截止" if left == 0 else "已逾期"
    for start in range(0, len(rows), AT_ONCE):
        tell(
            REMINDED,
            rows[start : start + AT_ONCE],
            key=key,
            now=now,
            words=lambda row: _said_to(row, said),
            about=lambda row: about_reminder(row, timezone.localdate(now)),
        )
    return len(rows)


def _said_to(row: Inspection, said: str) -> dict[str, str]:
    """Return what its expert reads: nobody is asked for what he has handed in, be it a minute ago."""
    if row.state in TO_SUBMIT:
        return {"剩余": said, "要求": ASKED}
    return {"剩余": "您已提交", "要求": DONE, "后果": ""}


@transaction.atomic
def remind_all(*, round_: Round, rows: QuerySet[Inspection], actor: User, now: datetime) -> int:
    """Remind those of ``rows`` (in the scope of ``actor``) who have not handed in, once a day; return how many.
    Refuses (InspectionRefused) a round that does not go on, and where there is nobody."""
    if not round_.is_open:
        raise InspectionRefused("这次年检没有在进行，不能催办。")
    today, count = timezone.localdate(now), 0
    asked = _to_remind().filter(pk__in=rows.order_by().values("pk"))
    for due in asked.order_by().values_list("due_on", flat=True).distinct():
        key = f"by-hand:{today}"
        count += _remind(list(asked.filter(due_on=due)), key, (due - today).days, now)
    if not count:
        raise InspectionRefused("没有要催办的专家。")
    record("inspection.remind", actor=actor, now=now, subject=round_, after={"人数": count})
    return count


def tell_suspended(*, now: datetime) -> int:
    """Tell who is not drawn since today because he handed in nothing, and write it into his log; once.
    Announces ExpertsSuspended."""
    today, count = timezone.localdate(now), 0
    rows = Inspection.objects.filter(holding(today), over_due(today), suspended_at__isnull=True)
    rows = rows.filter(expert__status=ExpertStatus.FORMAL).order_by("pk")
    while keys := list(rows.values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            part = list(
                rows.filter(pk__in=keys)
                .select_for_update(of=("self",))
                .select_related("round", "expert__user")
            )
            tell(SUSPENDED, part, key="suspended", now=now)
            for row in part:
                _log(row, now, today)
            Inspection.objects.filter(pk__in=[row.pk for row in part]).update(suspended_at=now)
            publish(ExpertsSuspended(tuple(row.pk for row in part)))
        count += len(part)
    return count


def _log(row: Inspection, now: datetime, today: date) -> None:
    after = {"年检": row.round.name, "暂停抽取从": str(row.round.suspend_from or today)}
    record("inspection.suspend", actor=None, now=now, subject=row.expert, after=after)
