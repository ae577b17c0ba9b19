"""Who decides a step: by his own part, or by that of whoever handed it over to him.

Lists ask the database; a decision asks the proofs, too (docs/decisions/0173, 0191).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider, users_with_permission
from expertpool.accounts.registry import ReadAlong
from expertpool.audit.services import stands_by_log
from expertpool.core.fields import is_vouched
from expertpool.workflow.enums import ApprovalState, Place, StepKind
from expertpool.workflow.models import Approval, Decision, Delegation, FlowStep, FlowVersion
from expertpool.workflow.queries.steps import is_proven_version
from expertpool.workflow.registry import FLOW_SUBJECTS, FlowSubject

_GIVERS = "_givers"  # where they are kept with him
DECISION = Q(step__kind=StepKind.DECISION)


def parts_of(user: User) -> Q:
    """Approvals whose step is ``user``'s by his roles and his department, as a condition on them."""
    role = Q(step__role__isnull=True) | Q(step__role__in=user.roles.values("pk"))
    place = Q(step__place=Place.ANY)
    if mine := user.proven_department:
        above = [int(part) for part in mine.proven_path.split("/") if part.isdecimal()]
        place |= Q(step__place=Place.SUBJECT, department=mine)
        place |= Q(step__place=Place.NAMED, step__department__in=above)
    return DECISION & role & place


def may_decide(user: User, subject: str) -> Q:
    """Approvals at whose step ``user`` decides, for himself or for another, as a condition on them."""
    here = parts_of(user)
    found = FLOW_SUBJECTS.get(subject)
    for giver in givers_of(user):
        if found and found.decidable:
            his = Q(subject_id__in=found.decidable(giver).values("pk"))
            done = Q(Exists(_of_another_step(giver))) | Q(Exists(_said(giver)))
            here |= parts_of(giver) & his & ~done
    # Who has decided another step leaves this one to others, for whomever; nor does anybody say it twice.
    return here & ~Q(Exists(_of_another_step(user))) & ~Q(Exists(_said(user)))


def own_part_of(user: User) -> Q:
    """Approvals at whose step ``user`` decides for himself, and has not yet, as a condition on them."""
    return parts_of(user) & ~Q(Exists(_of_another_step(user))) & ~Q(Exists(_said(user)))


def givers_of(user: User) -> list[User]:
    """Return who has handed over to ``user`` what waits for him now; asked once of this instance, which lives
    as long as a request: each list and count of a page asks it."""
    known: list[User] | None = getattr(user, _GIVERS, None)
    if known is None:
        # Of most it is known that nobody has: nothing more is asked.
        known = _find_givers(user) if getattr(user, STANDS_IN.code, True) else []
        setattr(user, _GIVERS, known)
    return known


def _find_givers(user: User) -> list[User]:
    rows = _running().filter(to=user).select_related("giver__department")
    return [row.giver for row in rows if row.giver.is_active]


def _running() -> QuerySet[Delegation]:
    return Delegation.objects.filter(begins_at__lte=Now(), ends_at__gt=Now(), ended_at__isnull=True)


STANDS_IN = ReadAlong("stands_in", lambda: Exists(_running().filter(to=OuterRef("pk"))))


def why_not_his_part(user: User, approval: Approval, step: FlowStep) -> str:
    """Return why the step is not ``user``'s by his role or department, as a sentence; empty when it is."""
    if step.role is not None and not user.holds(step.role):
        return f"当前步骤「{step}」由「{step.role}」审批，请等待。"
    if step.place == Place.SUBJECT and (
        approval.department_id is None or user.proven_department_id != approval.department_id
    ):
        return (
            f"当前步骤「{step}」由申请所属部门（{approval.department or '没有部门'}）审批，请等待。"
        )
    if step.place == Place.NAMED and not _is_below(user, step):
        return f"当前步骤「{step}」由「{step.department}」审批，请等待。"
    return ""


def ends_flow(user: User, subject: str, department: int | None) -> bool:
    """Tell whether ``user`` decides the last step of the flow of ``subject`` as it is now, for himself, of what
    belongs to ``department`` (id); of a flow that nobody has drawn up yet, whoever may decide at all."""
    version = FlowVersion.objects.filter(subject=subject).order_by("-number").first()
    if version is None:
        return True
    if not is_proven_version(version):
        return False
    steps = version.steps.filter(kind=StepKind.DECISION).select_related("role", "department")
    last = steps.order_by("-order").first()
    return last is not None and not why_not_his_part(user, Approval(department_id=department), last)


def _is_below(user: User, step: FlowStep) -> bool:
    mine, its = user.proven_department, step.department
    return bool(mine and its and mine.proven_path.startswith(its.proven_path))


def stands_in_for(
    user: User, approval: Approval, step: FlowStep, row: Model, *, now: datetime
) -> User | None:
    """Return for whom ``user``, whose own part it is not, decides this step of ``row``; None: for nobody."""
    for one in delegations_at(now).filter(to=user).select_related("giver__department", "to"):
        giver = one.giver
        if hands_over(one) and _may_hand_over(giver, approval, step, row):
            return giver
    return None


def _may_hand_over(giver: User, approval: Approval, step: FlowStep, row: Model) -> bool:
    subject = FLOW_SUBJECTS.get(approval.subject_type)
    parts = parts_taken(giver, [approval]).get(approval.pk, ())
    return bool(
        giver.is_active
        and subject
        and subject.decidable
        and not why_not_his_part(giver, approval, step)
        and not are_elsewhere(parts, step)
        and not are_here(parts, approval)
        # Not on his own, nor beyond his scope: nobody hands over more than he has.
        and subject.decidable(giver).filter(pk=row.pk).exists()
    )


def delegations_at(now: datetime) -> QuerySet[Delegation]:
    """Return what is handed over at ``now``."""
    return Delegation.objects.filter(begins_at__lte=now, ends_at__gt=now, ended_at__isnull=True)


def hands_over(delegation: Delegation) -> bool:
    """Tell whether somebody made ``delegation`` as its row says, and did not end it: that the log knows for good
    (docs/decisions/0198)."""
    return is_vouched(delegation) and stands_by_log(
        delegation, began="workflow.delegate", ended="workflow.undelegate"
    )


Parts = Collection[tuple[int, int | None]]  # step (its key) and round of each
Taken = Mapping[int, Parts]


def parts_taken(user: User, approvals: Collection[Approval]) -> Taken:
    """Return where ``user``, or somebody for him, has decided in any of ``approvals``, by their keys: at which steps
    (their keys) in which rounds."""
    found: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
    rows = Decision.objects.filter(_by(user), approval__in=approvals).order_by()
    for approval, step, said in rows.values_list("approval", "step", "round"):
        found[approval].append((step, said))
    return found


def are_elsewhere(parts: Parts, step: FlowStep) -> bool:
    """Tell whether whoever took ``parts`` in an approval decided another step than ``step``."""
    return any(at != step.pk for at, _ in parts)


def are_here(parts: Parts, approval: Approval) -> bool:
    """Tell whether whoever took ``parts`` in ``approval`` has decided where it stands."""
    return any(said == approval.moves for _, said in parts)


def deciders_of(approval: Approval, step: FlowStep, row: Model) -> list[User]:
    """Return whose part it is to decide this step of ``row`` for himself, whether or not he has; each by his
    own scope, and never on his own."""
    subject = FLOW_SUBJECTS[approval.subject_type]
    users = users_with_permission(subject.permission).select_related("department")
    return [
        user
        for user in users
        if not why_not_his_part(user, approval, step)
        and not are_elsewhere(parts_taken(user, [approval]).get(approval.pk, ()), step)
        and not is_outsider(user)
        and (not subject.decidable or subject.decidable(user).filter(pk=row.pk).exists())
    ]


def nobodys(subject: FlowSubject) -> QuerySet[Approval]:
    """Return what of ``subject``, which has `decidable`, waits for a decision that nobody can give any more: whoever
    could has left, has another role, or has said his part; the longest waiting first."""
    assert subject.decidable  # noqa: S101 - what its app finds for nobody waits for nobody
    rows = Approval.objects.filter(DECISION, state=ApprovalState.RUNNING, subject_type=subject.code)
    left = set(rows.values_list("pk", flat=True))
    for user in users_with_permission(subject.permission).select_related("department"):
        if not left:
            break
        his = rows.filter(own_part_of(user), subject_id__in=subject.decidable(user).values("pk"))
        left -= set() if is_outsider(user) else set(his.values_list("pk", flat=True))
    return Approval.objects.filter(pk__in=left).select_related("step").order_by("pk")


def agreed_here(approval: Approval) -> list[Decision]:
    """Return who agreed where ``approval`` stands, as this system wrote it."""
    rows = approval.decisions.filter(round=approval.moves, step=approval.step, agreed=True)
    return [one for one in rows.select_related("decided_by", "for_whom", "step") if is_vouched(one)]


def agreed_to(subject: str, keys: Collection[int]) -> dict[int, frozenset[int]]:
    """Return who has agreed at any step of what runs for each of ``keys`` of ``subject`` (its code), and for whom (ids):
    those after them are other persons."""
    found: dict[int, set[int]] = {key: set() for key in keys}
    running = Q(approval__state=ApprovalState.RUNNING, approval__subject_type=subject)
    rows = Decision.objects.filter(running, agreed=True, approval__subject_id__in=found).order_by()
    for key, *said in rows.values_list("approval__subject_id", "decided_by", "for_whom"):
        found[key].update(one for one in said if one)
    return {key: frozenset(said) for key, said in found.items()}


def awaited(approval: Approval, step: FlowStep, row: Model, *, now: datetime) -> list[User]:
    """Return who has yet to agree, of all whose part it is; whoever handed over to one who agreed has."""
    said = agreed_here(approval)
    done = {one.decided_by_id for one in said} | {one.for_whom_id for one in said}
    handed = delegations_at(now).filter(to__in=[one.decided_by_id for one in said])
    done |= {one.giver_id for one in handed.select_related("giver", "to") if hands_over(one)}
    return [user for user in deciders_of(approval, step, row) if user.pk not in done]


def _by(user: User) -> Q:
    return Q(decided_by=user) | Q(for_whom=user)


def _of_another_step(user: User) -> QuerySet[Decision]:
    rows = Decision.objects.filter(_by(user), approval=OuterRef("pk"))
    return rows.exclude(step=OuterRef("step"))


def _said(user: User) -> QuerySet[Decision]:
    return Decision.objects.filter(_by(user), approval=OuterRef("pk"), round=OuterRef("moves"))
