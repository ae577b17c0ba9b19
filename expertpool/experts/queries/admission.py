"""Who waits to be taken into the pool, and for whose decision: nobody is a member before the last step of the flow
that the office set (docs/decisions/0224)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.configuration import value_of
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert, ExpertVersion
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.settings import AT_ONCE
from expertpool.siteconfig.queries.counting import counted, counting_in_words
from expertpool.workflow.enums import ApprovalState
from expertpool.workflow.queries.approvals import handed_in, running, waiting_for
from expertpool.workflow.queries.deciders import agreed_to, ends_flow
from expertpool.workflow.queries.second_person import behind, why_not_second

RIGHT = "experts.admit"
SUBJECT = "experts.expert"
PENDING = Q(status=ExpertStatus.PENDING)


def admissions_decidable_by(user: User) -> QuerySet[Expert]:
    """Return who waits in ``user``'s scope and was neither entered nor changed by himself, whoever decides the
    step."""
    changed = ExpertVersion.objects.filter(actor=user, expert=OuterRef("pk"))
    rows = experts_visible_to(user, RIGHT).filter(PENDING).exclude(created_by=user)
    return rows.exclude(Exists(changed))


def admissions_at_step_of(user: User) -> QuerySet[Expert]:
    """Return whose step is ``user``'s now, whether or not he may be the second person yet."""
    if not user.has_permission(RIGHT):
        return Expert.objects.none()
    return admissions_decidable_by(user).filter(waiting_for(user, SUBJECT))


def admissions_waiting_for(user: User) -> QuerySet[Expert]:
    """Return to whose admission ``user`` may agree now: of those at his step all but those to whom he is not
    another person indeed (docs/decisions/0082), as what is demanded now says."""
    rows, now = admissions_at_step_of(user), timezone.now()
    makers = set(rows.order_by().values_list("created_by", flat=True).distinct())
    if not makers:
        return rows
    changed = ExpertVersion.objects.filter(
        actor__isnull=False, expert__in=rows.order_by().values("pk")
    )
    makers |= set(changed.order_by().values_list("actor", flat=True).distinct())
    makers.discard(None)
    if why_not_second(user, (), asked_at=now, now=now, at_first=True):
        return rows.none()
    barred = behind(user, makers, asked_at=now, now=now)
    if not barred:
        return rows
    touched = ExpertVersion.objects.filter(actor__in=barred, expert=OuterRef("pk"))
    own = Q(created_by__isnull=False, created_by__in=barred)
    return rows.exclude(own).exclude(Exists(touched))


@dataclass(frozen=True)
class Part:
    """What somebody may do at the step of one who waits. ``approval`` is the key of what he would decide, None where
    the step is not his; ``why_not``: why he cannot agree, as a sentence for him."""

    approval: int | None = None
    why_not: str = ""


def part_of(user: User, expert: Expert, *, now: datetime) -> Part:
    """Return what ``user`` may do at the step at which ``expert`` waits."""
    if not admissions_at_step_of(user).filter(pk=expert.pk).exists():
        return Part()
    approval = running(SUBJECT).filter(subject_id=expert.pk).first()
    if approval is None:
        return Part()
    firsts = firsts_of_each([expert], user)[expert.pk]
    why = why_not_to_admit(user, firsts, asked_at=approval.started_at, now=now)
    return Part(approval.pk, why)


def why_not_to_admit(
    user: User, firsts: Collection[int], *, asked_at: datetime, now: datetime
) -> str:
    """Return why ``user`` cannot agree to an admission after ``firsts`` (`firsts_of_each`); empty when he can.
    Where the pool is filled for the first time everybody's account is new (docs/decisions/0363)."""
    return why_not_second(user, firsts, asked_at=asked_at, now=now, at_first=True)


def _runs() -> Exists:
    return Exists(running(SUBJECT).filter(subject_id=OuterRef("pk")))


def _was_handed_in() -> Exists:
    return Exists(handed_in(SUBJECT).filter(subject_id=OuterRef("pk")))


def under_way() -> Q:
    """Who is at some step, as a condition."""
    return PENDING & Q(_runs())


def returned_ones() -> Q:
    """Who was sent back, to be corrected and handed in again, as a condition."""
    return PENDING & ~Q(_runs()) & Q(_was_handed_in())


def unbegun() -> QuerySet[Expert]:
    """Return who waits and has not begun yet: those who were imported."""
    return Expert.objects.filter(PENDING, ~Q(_was_handed_in()))


def is_returned(expert: Expert) -> bool:
    """Tell whether ``expert`` was sent back, to be corrected and handed in again."""
    return Expert.objects.filter(returned_ones(), pk=expert.pk).exists()


def admitted_at(expert: Expert) -> datetime | None:
    """Return when ``expert`` was admitted last by the flow; None where it was otherwise."""
    rows = handed_in(SUBJECT).filter(subject_id=expert.pk, state=ApprovalState.APPROVED)
    at: datetime | None = rows.aggregate(last=Max("ended_at"))["last"]
    return at


def makers_of(expert: Expert) -> set[int]:
    """Return who entered ``expert`` or changed his record (ids): somebody else takes him into the pool."""
    return {*makers_of_each([expert])[expert.pk]}


def makers_of_each(experts: Collection[Expert]) -> dict[int, frozenset[int]]:
    """Return `makers_of` each of ``experts``, by their keys."""
    found = {one.pk: {one.created_by_id} for one in experts}
    rows = ExpertVersion.objects.filter(expert__in=found, actor__isnull=False).order_by()
    for expert, actor in rows.values_list("expert", "actor").distinct():
        found[expert].add(actor)
    return {key: frozenset(one for one in makers if one) for key, makers in found.items()}


def firsts_of_each(experts: Collection[Expert], user: User) -> dict[int, frozenset[int]]:
    """Return after whom (ids) ``user`` admits each of ``experts``, by their keys: `makers_of`, and who agreed at a step
    before, but himself, which the flow says with its own words (docs/decisions/0546)."""
    agreed = agreed_to(SUBJECT, [one.pk for one in experts])
    return {
        key: makers | (agreed[key] - {user.pk}) for key, makers in makers_of_each(experts).items()
    }


def admits_at_once(user: User, department: int | None, *, now: datetime) -> bool:
    """Tell whether whom ``user`` enters into ``department`` (id) is a member at once: the office has said so for a
    day, of who may admit and decides the last step of its flow."""
    # In this order: of most nothing more is asked.
    return (
        value_of(AT_ONCE)
        and user.has_permission(RIGHT)
        and counted(AT_ONCE, now)
        and ends_flow(user, SUBJECT, department)
    )


def at_once_in_words(now: datetime) -> str:
    """Say what counts of the setting by which those are in at once whom the approvers enter, and from when; empty
    where it is off."""
    return counting_in_words(now)(AT_ONCE) if value_of(AT_ONCE) else ""


def public_words(expert: Expert) -> Iterator[tuple[str, str]]:
    """What a public notice tells of who is to be admitted: no number, no contact."""
    yield "姓名或单位", expert.name
    yield "工作单位", str(expert.employer or "")
    yield "职称", expert.title
    yield "评审专业", "、".join(map(str, expert.specialties.all()))
