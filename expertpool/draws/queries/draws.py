"""Which draws and plans a user may see, and how they stand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
)

from expertpool.accounts.models import User
from expertpool.accounts.queries import codes_reaching, scope_q
from expertpool.audit.models import Entry
from expertpool.audit.services import proven
from expertpool.core.prepared import Given, Prepared
from expertpool.draws.enums import (
    INVALID,
    STANDBY_LETTER,
    AlarmKind,
    DrawKind,
    DrawStatus,
    InvitationState,
    Origin,
)
from expertpool.draws.models import Draw, DrawAlarm, DrawPause, DrawPlan, DrawProject, Rescheduling
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from expertpool.projects.queries.batches import lead_of, wholly_within_q

READING = frozenset({"draws.view", "draws.names"})


def draws_visible_to(
    user: User, code: str = "draws.view", *, reading: bool = False
) -> QuerySet[Draw]:
    """Draws of projects in the user's scope for ``code``, with project and operator loaded.

    Of a batch it is enough to look that one project is in scope; to act, all have to be.
    ``reading``: the right of an upper app that only lets him look.
    """
    scope = draw_scope_q(user, code, reading=reading)
    return Draw.objects.filter(scope).select_related("project", "operator")


def draw_scope_q(user: User, code: str, *, reading: bool = False) -> Q:
    """The draws of `draws_visible_to` as a condition; empty for all."""
    scope = scope_q(user, code, department="project__department", owner="project__created_by")
    # An empty Q is every project; who may see none has a condition that nothing meets.
    if not scope:
        return scope
    within = Q(covers(scope))
    return within if reading or code in READING else within & ~Q(covers(~scope))


def told_q(reader: User | None, draw: str) -> Q:
    """The draws, as ``draw`` leads to them, of which ``reader`` may be told how far they have come: those he may look at,
    and those that tell nothing by it, as their names are public or nobody is asked any more; the latter alone without
    a reader. Whoever watches a number move knows who answered (docs/decisions/0656)."""
    told = Q(**{f"{draw}__released_at__isnull": False}) | ~Q(**{f"{draw}__kind": DrawKind.RANDOM})
    told |= Q(**{f"{draw}__status__in": INVALID})
    if reader is None:
        return told
    scope = draw_scope_q(reader, "draws.view")
    return told | Q(**{f"{draw}__in": Draw.objects.filter(scope).order_by()}) if scope else Q()


def covers(condition: Q) -> Exists:
    """Draws that cover a project for which ``condition`` (with the prefix project__) holds."""
    return Exists(DrawProject.objects.filter(condition, draw=OuterRef("pk")))


def sitting_by(at: datetime | OuterRef) -> Exists:
    """Draws whose `Draw.next_sitting` is ``at``, or was before."""
    moved = Rescheduling.objects.filter(
        draw=OuterRef("draw"), moved_at__gte=OuterRef("project__opening_at")
    )
    after = Q(~Exists(moved), project__opening_at__gt=F("draw__sealed_at"))
    return covers(Q(after | Q(project__batch__isnull=True), project__opening_at__lte=at))


def never_ordered(now: datetime) -> QuerySet[Draw]:
    """Draws that were sealed and still wait for values when their panel sits."""
    rows = Draw.objects.filter(sitting_by(now), status=DrawStatus.SEALED, kind=DrawKind.RANDOM)
    return rows.exclude(projects__status=ProjectStatus.ARCHIVED)


def draws_of(project: Project) -> QuerySet[Draw]:
    """All draws of ``project``, those of its batches among them, the latest first; the caller
    checks who may see them."""
    return Draw.objects.filter(projects=project).select_related("project", "operator")


def codes_for_draw(user: User, draw: Draw, codes: Iterable[str]) -> frozenset[str]:
    """Return those of ``codes`` that ``user`` has for ``draw``."""
    return codes_reaching(user, draw, codes, draw_scope_q)


def codes_for_project(user: User, project: Project, codes: Iterable[str]) -> frozenset[str]:
    """Return those of ``codes`` that ``user`` has for ``project`` and all of its batch."""
    return codes_reaching(user, project, codes, wholly_within_q)


def projects_to_draw(user: User, code: str) -> QuerySet[Project]:
    """Projects in the user's scope for ``code`` (draws.plan, draws.run …), with all of their
    batch."""
    return Project.objects.filter(wholly_within_q(user, code))


def valid_draws(project: Project) -> list[Draw]:
    """The draws of a project that are neither abandoned nor void: those that find its panel
    together, first the one that began it, then each that widened the one before (DRAW-34)."""
    return _valid_draws.all(project=project.pk)


_valid_draws = Prepared(
    lambda: (
        Draw.objects.filter(projects=Given("project"))
        .exclude(status__in=INVALID)
        .select_related("project", "operator")
        .order_by("pk")
    )
)


def panel_of(draw: Draw) -> list[Draw]:
    """The draws that find one panel together with ``draw``; alone one that is no longer valid."""
    if not draw.is_valid:
        return [draw]
    others = (one for one in valid_draws(draw.project) if one.pk != draw.pk)
    return sorted((draw, *others), key=lambda one: one.pk)


def is_alone(draw: Draw) -> bool:
    """Whether ``draw`` finds its panel alone: what `panel_of` says, by an index."""
    return not draw.is_valid or not _beside.all(project=draw.project_id, draw=draw.pk)


_beside = Prepared(
    lambda: (
        DrawProject.objects.filter(project=Given("project"), valid=True)
        .exclude(draw=Given("draw"))
        .values("pk")[:1]
    )
)


def widened_by(draw: Draw) -> Draw | None:
    """The valid draw that widens ``draw``, if there is one."""
    later: Draw | None = _widening.first(draw=draw.pk)
    return later


# There is at most one.
_widening = Prepared(lambda: Draw.objects.filter(widens=Given("draw")).exclude(status__in=INVALID))


def later_of(draw: Draw) -> list[Draw]:
    """The valid draws that widened ``draw`` one after the other."""
    later = widened_by(draw)
    return [later, *later_of(later)] if later else []


def superseding(draw: Draw) -> QuerySet[Draw]:
    """The draws whose rule names ``draw``, which is void, as superseded; of a batch that was taken apart
    several. One that was given up supersedes nobody."""
    named = Q(rule_content__supersedes=draw.number)
    named |= Q(rule_content__supersedes_all__contains=[draw.number])
    ids = DrawProject.objects.filter(project__in=draw.covered).values("draw")
    return (
        Draw.objects.filter(named, pk__in=ids).exclude(status=DrawStatus.ABANDONED).order_by("pk")
    )


def with_counts(draws: QuerySet[Draw]) -> QuerySet[Draw]:
    """Annotate ``drawn_count``, ``accepted_count`` (both without who only stands by),
    ``waiting_count``, ``supplement_count``, and whether somebody came after the first seating, or
    the draw widens another: ``is_supplemented``.
    """
    panel = ~Q(invitations__group__startswith=STANDBY_LETTER)

    def count(*conditions: Q, **condition: Any) -> Count:
        return Count("invitations", filter=Q(*conditions, **condition))

    # All count one relation: several would multiply each other.
    return draws.annotate(
        drawn_count=count(panel),
        accepted_count=count(panel, invitations__state=InvitationState.ACCEPTED),
        waiting_count=count(invitations__state=InvitationState.INVITED),
        supplement_count=count(invitations__origin=Origin.SUPPLEMENT),
    ).annotate(
        is_supplemented=ExpressionWrapper(
            Q(supplement_count__gt=0) | Q(widens__isnull=False), output_field=BooleanField()
        )
    )


def with_bent(draws: QuerySet[Draw]) -> QuerySet[Draw]:
    """Annotate ``is_bent``: its record was found altered, and does not hold again."""
    alarms = DrawAlarm.objects.filter(
        draw=OuterRef("pk"), kind=AlarmKind.RECORD, done_at__isnull=True
    )
    return draws.annotate(is_bent=Exists(alarms))


def with_paused(draws: QuerySet[Draw]) -> QuerySet[Draw]:
    """Annotate ``is_paused``: no letter goes out, nobody's time to answer passes."""
    pauses = DrawPause.objects.filter(draw=OuterRef("pk"), resumed_at__isnull=True)
    return draws.annotate(is_paused=Exists(pauses))


def plan_for(project: Project) -> DrawPlan | None:
    """Return the plan of ``project``, which is that of the lead of its batch."""
    plans = DrawPlan.objects.filter(project=lead_of(project))
    return plans.select_related("project").prefetch_related("groups__levels").first()


def end_link(draw: Draw) -> tuple[int, str] | None:
    """Return where the log holds the end of ``draw``: place in the chain and hash (hex).

    None until it has ended and the transaction that ended it is committed.
    """
    if draw.ended_at is None:
        return None
    return _link(draw, "draw.end", "draw.abandon")


def publication_link(draw: Draw) -> tuple[int, str] | None:
    """Return where the log holds that the result of ``draw`` was published, as `end_link`."""
    return _link(draw, "draw.publish")


def given_up(draw: Draw) -> Entry | None:
    """Return what the log says of ``draw`` that was given up before its order: by whom, when and why."""
    return _entry(draw, "draw.abandon") if draw.status == DrawStatus.ABANDONED else None


def _entry(draw: Draw, *actions: str) -> Entry | None:
    entries = Entry.objects.filter(
        subject_type=draw._meta.label_lower, subject_id=str(draw.pk), action__in=actions
    )
    return next(proven(entries.order_by("-id")), None)


def _link(draw: Draw, *actions: str) -> tuple[int, str] | None:
    entry = _entry(draw, *actions)
    if entry is None or entry.chain_no is None or entry.hash is None:
        return None
    return entry.chain_no, bytes(entry.hash).hex()


def in_eights(digest: str) -> str:
    """Break a hash into groups of eight digits, to be compared by eye."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))
