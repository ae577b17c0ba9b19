"""Which rounds and inspections somebody sees, decides on, or finds."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When

from expertpool.accounts.models import User
from expertpool.accounts.queries import scope_q
from expertpool.core.criteria import Choice, Context, shown_to, to_q
from expertpool.core.visibility import told_later
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.criteria import SUBJECT as OF_EXPERTS
from expertpool.experts.queries.experts import expert_for, experts_visible_to
from expertpool.files.registry import FileSubject
from expertpool.inspections.enums import TO_SUBMIT, TOO_LATE, RoundState, State
from expertpool.inspections.models import MOST_MATERIALS, Inspection, Round
from expertpool.inspections.permissions import MANAGE, VIEW
from expertpool.inspections.queries.suspension import holding, standing_rounds
from expertpool.workflow.queries.approvals import waiting_for

SUBJECT = "inspections.inspection"
_ENDED = (State.PASSED, State.FAILED)


def years() -> list[tuple[str, str]]:
    """Return the years of which there are rounds."""
    found = Round.objects.order_by("-year").values_list("year", flat=True).distinct()
    return [(str(year), f"{year} 年") for year in found]


# What the steps of an approval may ask, and what a return may give reasons for.
CRITERIA = (Choice(code="year", label="年度", path="round__year", choices=years),)
LABELS = (
    ("contents", "本年度情况"),
    *((f"m{at}", f"第 {at} 项材料") for at in range(1, MOST_MATERIALS + 1)),
    ("record", "档案信息"),
)


def labels_of(row: Inspection) -> dict[str, str]:
    """Return what a return of ``row`` may give reasons for, as its round calls it."""
    return {"contents": "本年度情况", **dict(row.round.asked), "record": "档案信息"}


def members_for(round_: Round, user: User, *, now: Any) -> QuerySet[Expert]:
    """Return the members in the scope of ``user`` whom ``round_`` is for; of one that was opened, what its conditions name and is gone
    since nobody meets. CriteriaError (NotAsked) where they ask a field that ``user`` may not ask, or nobody any more, and where a draft
    names what is gone."""
    rows: QuerySet[Expert] = experts_visible_to(user, MANAGE)
    # By what he may see: a condition must not find out what is hidden from him.
    node = shown_to(
        OF_EXPERTS, round_.criteria, viewer=user, stored=round_.state != RoundState.DRAFT
    )
    found: QuerySet[Expert] = rows.filter(to_q(node, Context(now=now)), status=ExpertStatus.FORMAL)
    return found


def rounds_visible_to(user: User) -> QuerySet[Round]:
    """Return the rounds: those not opened yet to who manages them."""
    drafts = rounds_managed_by(user).filter(state=RoundState.DRAFT).values("pk")
    rows = Round.objects.select_related("opened_by")
    return rows.filter(~Q(state=RoundState.DRAFT) | Q(pk__in=drafts))


def rounds_managed_by(user: User) -> QuerySet[Round]:
    """Return the rounds that ``user`` changes, opens, ends or removes: a draft belongs to whoever made it, and from
    then on to whoever opened it, for the experts in his scope (docs/decisions/0658)."""
    made, opened = (
        scope_q(user, MANAGE, department=f"{by}__department", owner=by)
        for by in ("created_by", "opened_by")
    )
    rows = Round.objects.select_related("opened_by")
    return rows.filter(Q(made, opened_by=None) | Q(opened, opened_by__isnull=False))


def inspections_visible_to(user: User, code: str = "") -> QuerySet[Any]:
    """Return the inspections of the experts in the scope of ``user`` (by ``code``, or that by which he sees them), each with where it stands (``shown``) since when
    (``shown_at``), as far as may be told: what was handed in today is told tomorrow, while names are sealed."""
    before = Case(
        When(returned_at__isnull=False, then=Value(State.RETURNED)), default=Value(State.WAITING)
    )
    shown = Case(
        When(told_later(Inspection), then=before), default="state", output_field=CharField()
    )
    code = code or (VIEW if user.has_permission(VIEW) else MANAGE)
    rows = Inspection.objects.filter(expert__in=experts_visible_to(user, code))
    # Nor of one that was returned: the day would go once he hands it in anew.
    unsaid = told_later(Inspection) | Q(state__in=TO_SUBMIT)
    since = Case(When(unsaid, then=Value(None)), default="asked_at")
    return rows.select_related("round", "expert__employer", "decided_by", "lifted_by").annotate(
        shown=shown, shown_at=since
    )


def with_held(rows: QuerySet[Any], day: date) -> QuerySet[Any]:
    """Add whether each keeps its expert from being drawn on ``day`` (``is_held``)."""
    held = Inspection.objects.filter(holding(day), pk=OuterRef("pk"))
    found: QuerySet[Any] = rows.annotate(is_held=Exists(held))
    return found


def decidable_by(user: User) -> QuerySet[Any]:
    """Return those that wait and that ``user`` did not hand in himself, whoever decides their step."""
    rows = inspections_visible_to(user, MANAGE).filter(shown=State.SUBMITTED)
    return rows.exclude(asked_by=user).order_by("asked_at")


def to_decide(user: User) -> QuerySet[Any]:
    """Return those on which ``user`` may decide now."""
    return decidable_by(user).filter(waiting_for(user, SUBJECT))


def may_hand_in_for(user: User, row: Inspection) -> bool:
    """Tell whether ``user`` may hand ``row`` in for its expert: within his scope, while it is to be handed in, and
    only for who has no account to do it himself."""
    # Whoever has an account signs for himself: nobody promises in his name.
    if row.expert.user_id is not None or not row.may_submit or not user.has_permission(MANAGE):
        return False
    seen: bool = inspections_visible_to(user, MANAGE).filter(pk=row.pk).exists()
    return seen


def inspections_of(expert: Expert) -> QuerySet[Inspection]:
    """Return all of ``expert``, for himself."""
    rows = Inspection.objects.filter(expert=expert, round__in=standing_rounds())
    return rows.select_related("round", "expert")


def held_back(expert: Expert, day: date) -> QuerySet[Inspection]:
    """Return the inspections by which ``expert`` is not drawn on ``day``."""
    return Inspection.objects.filter(holding(day), expert=expert).select_related("round")


# --- as lists ask: by what is shown -----------------------------------------------------------------


def shown_late(day: date) -> Q:
    """Rows of `inspections_visible_to` that are shown as not handed in, though their time is over."""
    return Q(shown__in=TO_SUBMIT, due_on__lt=day)


def shown_word(row: Any, day: date) -> str:
    """Say where a row of `inspections_visible_to` stands."""
    if row.shown in TO_SUBMIT and row.due_on < day:
        return TOO_LATE
    return str(State(row.shown).label)


def own_word(row: Inspection, day: date) -> str:
    """Say where ``row`` stands, to its expert."""
    late = row.state in TO_SUBMIT and row.due_on < day
    return TOO_LATE if late else str(row.get_state_display())


# --- files ------------------------------------------------------------------------------------------


def _own(user: Any) -> Q:
    expert = expert_for(user) if user.has_permission("experts.self") else None
    return Q(expert=expert) if expert else Q(pk__in=[])


def _may_view_files(user: Any, subject_id: str) -> bool:
    """Its expert always; the office what was handed in: what he adds before says that he is at his account."""
    if Inspection.objects.filter(_own(user), pk=subject_id).exists():
        return True
    # By what is shown, not by what is so: files tell that he handed in as well.
    rows = inspections_visible_to(user).filter(shown__in=(State.SUBMITTED, *_ENDED))
    allowed = user.has_permission(VIEW) or user.has_permission(MANAGE)
    return (allowed and rows.filter(pk=subject_id).exists()) or _hands_in_for(user, subject_id)


def _hands_in_for(user: Any, subject_id: str) -> bool:
    row = Inspection.objects.select_related("round", "expert").filter(pk=subject_id).first()
    return row is not None and may_hand_in_for(user, row)


def _may_edit_files(user: Any, subject_id: str) -> bool:
    row = Inspection.objects.select_related("round").filter(_own(user), pk=subject_id).first()
    return (row is not None and row.may_submit) or _hands_in_for(user, subject_id)


def _closed(subject_id: str) -> str:
    # Held, so that it is not handed in before the file is stored.
    row = Inspection.objects.select_for_update(of=("self",)).select_related("round")
    found = row.filter(pk=subject_id).first()
    return "" if found and found.may_submit else "年检已提交或已结束，不能改动材料。"


def _by_day(subject_id: str) -> frozenset[int]:
    rows = Inspection.objects.filter(pk=subject_id, expert__user__isnull=False)
    return frozenset(rows.values_list("expert__user", flat=True))


MEGABYTES, MOST_FILES = 60, 30
FILES = FileSubject(
    SUBJECT,
    may_view=_may_view_files,
    may_edit=_may_edit_files,
    closed=_closed,
    by_day=_by_day,
    quota=lambda: MEGABYTES,
    most=MOST_FILES,
    left=True,
)
