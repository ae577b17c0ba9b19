"""Reads of batches: who sees which, their members, what speaks against drawing them together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Length
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import scope_q
from expertpool.core.text import clean_text, moment_text
from expertpool.projects.enums import DrawState, ProjectStatus
from expertpool.projects.models import Project, ProjectBatch
from expertpool.projects.queries.projects import (
    check_project,
    projects_editable_by,
    projects_visible_to,
)
from expertpool.projects.rules import Finding

LARGEST_BATCH = 50  # projects: each asks the pool for its own avoidances and times
MOST_PAIRS = 10  # of projects told by name: in a large batch of one day there may be a thousand
APPROVED = Q(projects__status__in=(ProjectStatus.APPROVED, ProjectStatus.ARCHIVED))


def wholly_within_q(user: User, code: str) -> Q:
    """Return the projects in the user's scope for ``code``; of a batch only if all members are.

    What is done to one member's draw is done to all of them.
    """
    scope = scope_q(user, code)
    # An empty Q is everything: no member can be outside of it.
    if not scope:
        return scope
    # By those that are out of reach: one of them is enough.
    outside = Project.objects.filter(batch__isnull=False).exclude(scope).values("batch")
    return scope & (Q(batch=None) | ~Q(batch__in=outside))


def batches_visible_to(user: User) -> QuerySet[ProjectBatch]:
    """Return the batches of which ``user`` may see a project."""
    seen = projects_visible_to(user).filter(batch__isnull=False).order_by().values("batch")
    return ProjectBatch.objects.filter(pk__in=seen).select_related("created_by")


def batches_editable_by(user: User) -> QuerySet[ProjectBatch]:
    """Return the batches of which ``user`` may change every project."""
    outside = Project.objects.filter(batch__isnull=False).exclude(
        pk__in=projects_editable_by(user).order_by().values("pk")
    )
    rows = ProjectBatch.objects.exclude(pk__in=outside.values("batch"))
    return (
        rows.select_related("created_by") if user.has_permission("projects.edit") else rows.none()
    )


def may_view_batch_files(user: User, subject_id: str) -> bool:
    """Tell whether ``user`` may read the files of the batch ``subject_id``."""
    return batches_visible_to(user).filter(pk=subject_id).exists()


def may_edit_batch_files(user: User, subject_id: str) -> bool:
    """Tell whether ``user`` may add and remove files of the batch."""
    return batches_editable_by(user).filter(pk=subject_id).exists()


def projects_to_group(user: User) -> QuerySet[Project]:
    """Return the projects that ``user`` may put into a batch: in none, not drawn, not archived."""
    return projects_editable_by(user).filter(
        ~Q(status=ProjectStatus.ARCHIVED), batch__isnull=True, draw_state=DrawState.NOT_DRAWN
    )


def with_figures(batches: QuerySet[ProjectBatch]) -> QuerySet[ProjectBatch]:
    """Annotate ``project_count``, ``approved_count``, ``drawn_count``, ``first_opening``."""
    drawn = Q(
        projects__draw_state__in=[state for state in DrawState if state != DrawState.NOT_DRAWN]
    )
    return batches.annotate(
        project_count=Count("projects"),
        approved_count=Count("projects", filter=APPROVED),
        drawn_count=Count("projects", filter=drawn),
        first_opening=Min("projects__opening_at"),
    )


def batches_matching(batches: QuerySet[ProjectBatch], text: str) -> QuerySet[ProjectBatch]:
    """Return those of ``batches`` in which each word of ``text`` occurs: in name or number, its own
    or a member's."""
    for word in clean_text(text).split():
        # Asked apart: joined, a batch would be found once for each member.
        members = Project.objects.filter(Q(name__icontains=word) | Q(number__icontains=word))
        batches = batches.filter(
            Q(name__icontains=word)
            | Q(number__icontains=word)
            | Q(pk__in=members.filter(batch__isnull=False).order_by().values("batch"))
        )
    return batches


def members_of(project: Project) -> list[Project]:
    """Return the projects that are drawn together with ``project``, the lead first; itself alone
    where it is in no batch."""
    if project.batch_id is None:
        return [project]
    return list(projects_in(project.batch_id))


def projects_in(batch_id: int) -> QuerySet[Project]:
    """Return the members of a batch, the lead first, then by their time."""
    rows = Project.objects.filter(batch=batch_id).select_related("department", "purchaser")
    return rows.order_by("-leads_batch", "opening_at", "pk")


def lead_of(project: Project) -> Project:
    """Return the project that carries the plan of ``project``: itself, or the lead of its batch."""
    return members_of(project)[0]


def last_closing(projects: Iterable[Project]) -> datetime:
    """Return when the last of the reviews is expected to end."""
    return max(project.closing_at for project in projects)


def faults_of(projects: Sequence[Project], *, may_part: bool = True) -> list[str]:
    """Say what keeps ``projects`` from sharing one panel, as sentences without a full stop.

    One panel sits under one regime, and not in two places at one time. Once it is drawn they cannot
    part any more (``may_part``).
    """
    mend = "请调整时间、地点，或移出其中一个" if may_part else "请调整时间或地点"
    faults = []
    if len({project.regime for project in projects}) > 1:
        faults.append("各项目的适用制度不同，不能一起抽取，请按制度分批")
    apart = [(one, other) for one, other in overlapping(projects) if one.place != other.place]
    faults += [
        f"「{one.name}」与「{other.name}」时间重叠而地点不同，同一组专家不能同时到场，{mend}"
        for one, other in apart[:MOST_PAIRS]
    ]
    if len(apart) > MOST_PAIRS:
        faults.append(f"时间重叠而地点不同的共 {len(apart)} 对项目，以上为前 {MOST_PAIRS} 对")
    return faults


def overlapping(projects: Iterable[Project]) -> Iterator[tuple[Project, Project]]:
    """Yield each two of ``projects`` whose reviews overlap, first the one that begins first. One may begin just
    as the other ends."""
    going: list[Project] = []
    for later in sorted(projects, key=lambda project: project.opening_at):
        # Those that are over are left behind: each pair is met once.
        going = [project for project in going if later.opening_at < project.closing_at]
        for project in going:
            yield project, later
        going.append(later)


def doubtful_overlaps(projects: Iterable[Project]) -> str:
    """Say which reviews at one place begin while another goes on, with their times; empty: none. Those that begin
    together are one sitting, and at different places they are refused (`faults_of`)."""
    pairs = [
        f"「{one.name}」{moment_text(one.opening_at)} 至 {moment_text(one.closing_at)}，"
        f"「{other.name}」{moment_text(other.opening_at)} 开始"
        for one, other in overlapping(projects)
        if one.place == other.place and one.opening_at < other.opening_at
    ]
    more = f"；等共 {len(pairs)} 处" if len(pairs) > MOST_PAIRS else ""
    return "；".join(pairs[:MOST_PAIRS]) + more


def check_projects(
    projects: Sequence[Project], total_seats: int | None, now: datetime
) -> list[Finding]:
    """Do `check_project` for projects that are drawn together: a finding that is not that of all
    says of which it is."""
    found: dict[Finding, list[str]] = {}
    for project in projects:
        for finding in check_project(project, total_seats, now):
            found.setdefault(finding, []).append(project.name)
    named = [
        finding
        if len(names) == len(projects)
        else replace(finding, text=f"「{'、'.join(names)}」{finding.text}")
        for finding, names in found.items()
    ]
    return sorted(named, key=lambda finding: not finding.is_blocking)


@dataclass(frozen=True)
class BatchActions:
    """What a user may do with a batch where it stands now."""

    edit: bool
    regroup: bool  # members come and go, another leads


def batch_actions_for(user: User, batch: ProjectBatch, members: Sequence[Project]) -> BatchActions:
    edit = batches_editable_by(user).filter(pk=batch.pk).exists()
    return BatchActions(edit=edit, regroup=edit and not any(map(is_fixed, members)))


def is_fixed(project: Project) -> bool:
    """Whether the batch of ``project`` may not change any more: it was drawn, or is archived."""
    return not project.is_undrawn


def proposed_batch_number(now: datetime) -> str:
    """Return the next free number of the year, PC2026-0001."""
    prefix = f"PC{timezone.localtime(now).year}-"
    last = (
        ProjectBatch.objects.filter(number__regex=rf"^{prefix}\d{{4,}}$")
        # The longer first: as text 9999 comes after 10000.
        .order_by(Length("number").desc(), "-number")
        .values_list("number", flat=True)
        .first()
    )
    following = int(last.removeprefix(prefix)) + 1 if last else 1
    return f"{prefix}{following:04d}"
