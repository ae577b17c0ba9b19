"""What an expert says against a caution: until when he may, who hears of it, and its files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from expertpool.accounts.models import User
from expertpool.core.configuration import value_of
from expertpool.core.visibility import told
from expertpool.core.workdays import end_of_working_days
from expertpool.evaluations.models import CautionObjection, Sanction
from expertpool.evaluations.permissions import ANSWER
from expertpool.evaluations.queries.sanctions import cautions_of
from expertpool.evaluations.settings import OBJECTION
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import account_of, expert_for, experts_visible_to
from expertpool.files.registry import FileSubject

SUBJECT = Sanction._meta.label_lower


def object_until(caution: Sanction) -> datetime | None:
    """Return until when the expert of ``caution`` may object. Of who was given his account since then the days count
    from it; without one none have begun."""
    user = account_of(caution.expert.merged_into or caution.expert)
    if caution.decided_at is None or user is None:
        return None
    since = max(caution.decided_at, user.created_at)
    return end_of_working_days(value_of(OBJECTION), after=since)


def objection_to(caution: Sanction) -> CautionObjection | None:
    """Return what its expert has said against ``caution``; nothing that somebody else wrote in his place."""
    said = getattr(caution, "objection", None)
    return None if said is None or said.is_forged else said


def may_object_to(caution: Any, *, now: datetime) -> bool:
    """Tell whether the expert of ``caution``, one of `cautions_of`, may still object: it counts, and he has not."""
    until = object_until(caution)
    in_time = until is not None and now < until
    return in_time and caution.lifted_at is None and objection_to(caution) is None


# --- what the office answers ------------------------------------------------------------------------


def caution_objections_visible_to(user: User) -> Any:
    """Return what experts in the scope of ``user`` said against cautions; what was said today only once it may be told
    (docs/decisions/0185)."""
    seen = experts_visible_to(user, ANSWER).order_by().values("pk")
    rows = told(CautionObjection.objects.filter(caution__expert__in=seen))
    return rows.select_related(
        *("caution__expert", "caution__requested_by", "caution__decided_by", "answered_by")
    )


def caution_objections_waiting(user: User) -> Any:
    """Return those that wait for an answer, but of cautions that ``user`` gave, as one of the two."""
    rows = caution_objections_visible_to(user).filter(answered_at__isnull=True)
    return rows.exclude(caution__requested_by=user).exclude(caution__decided_by=user)


# --- files ------------------------------------------------------------------------------------------


def _own(user: Any, subject_id: str) -> Any:
    """The caution, where it is one of the reader himself."""
    expert = expert_for(user) if user.has_permission("experts.self") else None
    own = cautions_of(expert) if expert else ()
    return next((one for one in own if str(one.pk) == subject_id), None)


def _may_view(user: Any, subject_id: str) -> bool:
    """Its expert always; who answers, once he was told that somebody objects."""
    if _own(user, subject_id) is not None:
        return True
    if not user.has_permission(ANSWER):
        return False
    return bool(caution_objections_visible_to(user).filter(caution=subject_id).exists())


def _expert_of(subject_id: str) -> Expert | None:
    row = Sanction.objects.select_related("expert").filter(pk=subject_id).first()
    return row.expert if row else None


def files_subject(now: Any) -> FileSubject:
    """Return who may see and change the files of cautions; ``now()`` tells the time."""

    def closed(subject_id: str) -> str:
        expert = _expert_of(subject_id)
        of_his = cautions_of(expert) if expert else ()
        if any(str(one.pk) == subject_id and may_object_to(one, now=now()) for one in of_his):
            return ""
        return "已经申诉，或申诉期限已过，不能改动附件。"

    def may_edit(user: Any, subject_id: str) -> bool:
        caution = _own(user, subject_id)
        return caution is not None and may_object_to(caution, now=now())

    return FileSubject(
        SUBJECT,
        may_view=_may_view,
        may_edit=may_edit,
        closed=closed,
        by_day=_by_day,
        quota=lambda: 30,
        most=10,
        left=True,
    )


def _by_day(subject_id: str) -> frozenset[int | None]:
    rows = Sanction.objects.filter(pk=subject_id, expert__user__isnull=False)
    return frozenset(rows.values_list("expert__user", flat=True))
