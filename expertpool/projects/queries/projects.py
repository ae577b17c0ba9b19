"""Reads of projects: who sees which, search, counts, the proposal of a number, the rule check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import Department, User
from expertpool.accounts.queries import codes_reaching, departments_within, scope_q
from expertpool.core.subjects import extra_q, searched_fields
from expertpool.core.text import clean_text
from expertpool.core.visibility import Viewer
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from expertpool.projects.queries.applicants import applicants_of
from expertpool.projects.queries.criteria import SUBJECT
from expertpool.projects.queries.regimes import blocking_rules
from expertpool.projects.rules import Facts, Finding, find_violations
from expertpool.workflow.queries.agreeing import agreed_before
from expertpool.workflow.queries.approvals import waiting_for
from expertpool.workflow.queries.second_person import why_not_second


def projects_visible_to(user: User) -> QuerySet[Project]:
    """Return the projects that ``user`` may see."""
    return _reached(user, "projects.view")


def projects_editable_by(user: User) -> QuerySet[Project]:
    """Return the projects that ``user`` may change, submit and withdraw."""
    return _reached(user, "projects.edit")


def projects_deletable_by(user: User) -> QuerySet[Project]:
    """Return the projects that ``user`` may delete: those in reach, and what he filed himself, which
    nobody else has seen as long as it is a draft."""
    reach = scope_q(user, "projects.delete")
    if reach and user.has_permission("projects.add"):  # an empty one reaches all, and is no part
        reach |= Q(created_by=user)
    return _with_people(Project.objects.filter(reach))


def projects_archivable_by(user: User) -> QuerySet[Project]:
    """Return the projects that ``user`` may archive once nothing of them is open."""
    return _reached(user, "projects.archive")


def projects_with_files_deletable_by(user: User) -> QuerySet[Project]:
    """Return the projects of which ``user`` may remove files in bulk."""
    return _reached(user, "projects.delete_files")


def projects_in_approval_scope(user: User) -> QuerySet[Project]:
    """Return the projects whose applications ``user`` decides, whatever their status."""
    return _reached(user, "projects.approve")


def projects_to_decide(user: User) -> QuerySet[Project]:
    """Return the pending projects at whose current step ``user`` decides: never his own."""
    return projects_decidable_by(user).filter(waiting_for(user, SUBJECT))


def projects_decidable_by(user: User) -> QuerySet[Project]:
    """Return the pending projects in ``user``'s scope that are not his own, whoever decides their step."""
    return (
        projects_in_approval_scope(user)
        .filter(status=ProjectStatus.PENDING)
        .exclude(Q(created_by=user) | Q(submitted_by=user) | Q(edited_by=user))
        .order_by("opening_at", "id")
    )


def _reached(user: User, code: str) -> QuerySet[Project]:
    return _with_people(Project.objects.filter(scope_q(user, code)))


def _with_people(projects: QuerySet[Project]) -> QuerySet[Project]:
    return projects.select_related("department", "purchaser", "created_by", "decided_by", "batch")


@dataclass(frozen=True)
class ProjectActions:
    """What a user may do with a project where it stands now."""

    edit: bool
    submit: bool
    withdraw: bool
    decide: bool
    delete: bool
    avoid: bool
    spare: bool  # take an avoidance away
    follow: bool
    archive: bool


def actions_for(user: User, project: Project) -> ProjectActions:
    """Return what makes sense now and is within the rights of ``user``."""
    names = ("edit", "delete", "archive")
    reaching = codes_reaching(user, project, (f"projects.{name}" for name in names))
    editor, deleter, archiver = (f"projects.{name}" in reaching for name in names)
    is_own = project.created_by_id == user.pk and user.has_permission("projects.add")
    return ProjectActions(
        edit=editor and project.is_editable,
        submit=editor and project.is_editable,
        withdraw=editor and project.is_withdrawable,
        decide=project.status == ProjectStatus.PENDING
        and user.has_permission("projects.approve")
        and projects_to_decide(user).filter(pk=project.pk).exists(),
        delete=(deleter or is_own) and project.is_deletable,
        avoid=editor and project.is_open,
        spare=editor and project.is_open and project.is_editable,
        follow=editor and not project.is_archived,
        archive=archiver and project.is_archivable,
    )


def why_not_approve(user: User, project: Project, *, now: datetime) -> str:
    """Return why ``user``, who decides on ``project`` otherwise, cannot agree to it, as a sentence for him."""
    asked_at = project.submitted_at or now
    firsts = applicants_of(project) | agreed_before(project, user)
    return why_not_second(user, firsts, asked_at=asked_at, now=now, at_first=True)


def public_words(project: Project) -> list[tuple[str, str]]:
    """Return what a public notice tells of ``project``: nothing of where, when and by whom it is reviewed."""
    words = [
        ("项目名称", project.name),
        ("项目编号", project.number),
        ("项目类型", project.kind),
        ("申请部门", str(project.department)),
        ("采购人", str(project.purchaser or "")),
    ]
    return [(label, value) for label, value in words if value]


def may_view_files(user: User, subject_id: str) -> bool:
    """Tell whether ``user`` may read the attachments of the project ``subject_id``."""
    return projects_visible_to(user).filter(pk=subject_id).exists()


def may_edit_files(user: User, subject_id: str) -> bool:
    """Tell whether ``user`` may add and remove attachments: until the project is archived."""
    projects = projects_editable_by(user).exclude(status=ProjectStatus.ARCHIVED)
    return projects.filter(pk=subject_id).exists()


def may_view_entry_files(user: User, subject_id: str) -> bool:
    """Tell whether ``user`` may read the files of a progress entry."""
    return projects_visible_to(user).filter(progress__pk=subject_id).exists()


def files_deletion_url(user: User, subject_id: str) -> str:
    """Return where ``user`` removes several files of a project at once; nothing if he may not."""
    if not user.has_permission("projects.delete_files"):
        return ""
    if not projects_with_files_deletable_by(user).filter(pk=subject_id).exists():
        return ""
    return reverse("projects:files_delete", args=[subject_id])


def departments_for_filing(user: User) -> QuerySet[Department]:
    """Return the departments for which ``user`` may file: his own, and those in reach of his right
    to change projects."""
    return departments_within(user, "projects.edit")


def matching(projects: QuerySet[Project], text: str, viewer: Viewer | None) -> QuerySet[Project]:
    """Return those of ``projects`` in which each word of ``text`` occurs: in name, number,
    department, contact, purchaser, batch or a field of text that an administrator has added and
    ``viewer`` sees."""
    words = clean_text(text).split()
    # Asked once: what fields there are is a query, what words there are is not.
    texts = searched_fields(SUBJECT, viewer) if words else []
    for word in words:
        projects = projects.filter(
            Q(*(extra_q(code, "contains", word) for code in texts), _connector=Q.OR)
            | Q(name__icontains=word)
            | Q(number__icontains=word)
            | Q(department__name__icontains=word)
            | Q(contact_name__icontains=word)
            | Q(purchaser__name__icontains=word)
            | Q(batch__name__icontains=word)
            | Q(batch__number__icontains=word)
        )
    return projects


def proposed_number(now: datetime) -> str:
    """Return the next free number of the year, XM2026-0001."""
    prefix = f"XM{timezone.localtime(now).year}-"
    last = (
        # Numbers of other forms, typed by the office, take no part in the count.
        Project.objects.filter(number__regex=rf"^{prefix}\d{{4,}}$")
        # The longer first: as text 9999 comes after 10000.
        .order_by(Length("number").desc(), "-number")
        .values_list("number", flat=True)
        .first()
    )
    following = int(last.removeprefix(prefix)) + 1 if last else 1
    return f"{prefix}{following:04d}"


def check_project(project: Project, total_seats: int | None, now: datetime) -> list[Finding]:
    """Return what the rule set of the project's regime finds wrong with drawing ``total_seats``
    experts at ``now``, those that stop the draw first. Without ``total_seats`` only what does not
    depend on the number is checked."""
    facts = Facts(
        experts=total_seats or 0,
        representatives=project.representatives,
        budget=project.budget,
        opening_at=timezone.localtime(project.opening_at),
        now=timezone.localtime(now),
    )
    findings = find_violations(
        project.regime,
        facts,
        seats_known=total_seats is not None,
        blocking=blocking_rules(project.regime, now=now),
    )
    return sorted(findings, key=lambda finding: not finding.is_blocking)
